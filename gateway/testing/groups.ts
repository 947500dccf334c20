import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GatewayOptions } from '../config';
import { jsonObject } from '../wire/frames';
import type { ConnectChoice, TestClient } from './network';
import { failure, TestNetwork } from './network';
import { field } from './socket';

/** Capabilities of a client of the newer generation. */
export const V2_CAPABILITIES: JsonObject = {
  e2ee: true,
  group_e2ee: true,
  supported_group_e2ee: ['group_e2ee_v2'],
};

/** Somebody connected, with a prekey, whose calls are signed. */
export class Person {
  readonly client: TestClient;
  readonly #network: TestNetwork;

  constructor(network: TestNetwork, client: TestClient) {
    this.#network = network;
    this.client = client;
  }

  get aid(): string {
    return this.client.identity.aid;
  }

  /** A signed call. @throws ReplyError */
  call(method: string, params: JsonObject = {}): Promise<JsonObject> {
    const { identity } = this.client;
    return this.client.call(method, identity.signed(method, params, this.#network.gateway.clock.now()));
  }

  /** Reason, code and text of a call that must fail. */
  async refusal(method: string, params: JsonObject = {}) {
    const { code, message, data } = await failure(this.call(method, params));
    const reason = jsonObject.safeParse(data).data?.['reason'] ?? null;
    return { code, message, reason };
  }

  /** Events of groups so far, optionally of one action. */
  events(action?: string): JsonObject[] {
    const all = this.client.socket.events('group.changed');
    return action === undefined ? all : all.filter((event) => event['action'] === action);
  }

  /** The first event of a group with this action. */
  event(action: string, group?: string): Promise<JsonObject> {
    return this.client.socket.event(
      'group.changed',
      (event) => event['action'] === action && (group === undefined || event['group_id'] === group),
    );
  }

  /** Pushed messages so far. */
  messages(group?: string): JsonObject[] {
    return this.client.socket
      .events('group.message_created')
      .filter((each) => group === undefined || each['group_id'] === group);
  }

  /** Returns once everything the gateway had sent before has arrived. */
  async settled(): Promise<void> {
    await this.client.call('meta.ping');
  }

  text(group: string, text: string, more: JsonObject = {}): Promise<JsonObject> {
    return this.call('group.send', { group_id: group, payload: { type: 'text', text }, ...more });
  }

  /** Texts of a page of the history. */
  async history(group: string, after = 0): Promise<string[]> {
    const page = await this.call('group.pull', { group_id: group, after_message_seq: after });
    return objects(page['messages']).map((message) => {
      const payload = jsonObject.parse(message['payload']);
      return typeof payload['text'] === 'string' ? payload['text'] : field(payload, 'type');
    });
  }

  /** The log from a number on. */
  async log(group: string, after = 0): Promise<JsonObject[]> {
    const page = await this.call('group.pull_events', { group_id: group, after_event_seq: after });
    return objects(page['events']);
  }
}

/** An array of objects out of a reply. */
export function objects(value: unknown): JsonObject[] {
  return z.array(jsonObject).parse(value);
}

/** An object out of a reply. */
export function object(value: unknown): JsonObject {
  return jsonObject.parse(value);
}

/** A gateway with people who meet in groups. */
export class GroupParty {
  readonly network: TestNetwork;
  readonly #people = new Map<string, Person>();

  private constructor(network: TestNetwork) {
    this.network = network;
  }

  static async start(options: Partial<GatewayOptions> = {}): Promise<GroupParty> {
    return new GroupParty(await TestNetwork.start({ adminToken: 'let-me-in', ...options }));
  }

  dispose(): Promise<void> {
    return this.network.dispose();
  }

  /** Somebody by name, made on first use. */
  async person(name: string): Promise<Person> {
    const known = this.#people.get(name);
    if (known !== undefined) return known;
    const person = await this.connect(await this.network.register(name));
    this.#people.set(name, person);
    return person;
  }

  people<Names extends readonly string[]>(...names: Names): Promise<{ [Key in keyof Names]: Person }>;
  async people(...names: readonly string[]): Promise<Person[]> {
    const found: Person[] = [];
    for (const name of names) found.push(await this.person(name));
    return found;
  }

  /** A connection of an identity, with a prekey for its device. */
  async connect(identity: TestClient['identity'], choice: ConnectChoice = {}): Promise<Person> {
    const client = await this.network.connect(identity, choice);
    await client.call('message.e2ee.put_prekey', identity.prekey(choice.device ?? 'device-1'));
    return new Person(this.network, client);
  }

  /** A group with its owner and members; returns its id. */
  async group(owner: Person, members: readonly Person[] = [], params: JsonObject = {}): Promise<string> {
    const made = await owner.call('group.create', { name: 'A group', ...params });
    const id = field(object(made['group']), 'group_id');
    for (const member of members) await owner.call('group.add_member', { group_id: id, aid: member.aid });
    return id;
  }
}
