import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { EngineProcess } from '../harness/engine-process';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import type { World } from './world';

let names = 0;

/** Somebody who uses Parley: the built engine in its own process, driven over the bridge contract. */
export class Parley {
  readonly aid: string;
  readonly folder: string;
  #engine: EngineProcess;
  #requests = 0;

  private constructor(aid: string, folder: string, engine: EngineProcess) {
    this.aid = aid;
    this.folder = folder;
    this.#engine = engine;
  }

  /** Starts the engine, makes the world's gateway known to it and creates an identity that is online. */
  static async join(
    world: World,
    name: string,
    secure: boolean,
    network: { gatewayUrl?: string; rootPem?: string } = {},
  ): Promise<Parley> {
    const parley = await Parley.begin(world, name);
    await parley.register(world, { gatewayUrl: world.gateway.addresses[secure ? 'wss' : 'url'], ...network });
    await parley.online();
    await world.gateway.hasKeys(parley.aid);
    return parley;
  }

  /** An engine without any identity. */
  static async begin(world: World, name: string): Promise<Parley> {
    names += 1;
    const own = `${name}${String(names)}p`;
    const folder = world.folder(`parley-${own}`);
    const engine = new EngineProcess(folder);
    const parley = new Parley(`${own}.${world.gateway.addresses.issuer}`, folder, engine);
    world.onEnd(() => parley.kill());
    await engine.waitFor('ready', (event) => event.event === 'ready');
    return parley;
  }

  /** Makes the network known and registers the name there. */
  async register(world: World, network: { gatewayUrl: string; rootPem?: string }): Promise<void> {
    const { issuer } = world.gateway.addresses;
    const added = await this.#engine.call('network.add', {
      issuer,
      rootPem: world.gateway.rootPem,
      ...network,
    });
    const [name] = this.aid.split('.');
    await this.#engine.call('account.create', { network: added['id'], name, displayName: name });
  }

  /**
   * The same identity on another device: a second data folder with the key, the certificates and the lists, but with a
   * database (and so a device id, prekeys and an inbox) of its own.
   */
  async otherDevice(world: World): Promise<Parley> {
    names += 1;
    const folder = world.folder(`parley-device-${String(names)}`);
    for (const file of ['vault.key', 'accounts.json', 'networks.json']) {
      cpSync(path.join(this.folder, file), path.join(folder, file));
    }
    const identity = readdirSync(path.join(this.folder, 'AIDs')).find((entry) => entry !== '_pending');
    if (identity === undefined) throw new Error('no identity to copy');
    const own = path.join('AIDs', identity);
    mkdirSync(path.join(folder, own, 'private'), { recursive: true, mode: 0o700 });
    for (const part of [path.join(own, 'private/key.json'), path.join(own, 'public')]) {
      cpSync(path.join(this.folder, part), path.join(folder, part), { recursive: true });
    }
    const others = await world.gateway.keyedDevices(this.aid);
    const engine = new EngineProcess(folder);
    const parley = new Parley(this.aid, folder, engine);
    world.onEnd(() => parley.kill());
    await engine.waitFor('ready', (event) => event.event === 'ready');
    await parley.online();
    await world.gateway.hasKeys(this.aid, others + 1);
    return parley;
  }

  get engine(): EngineProcess {
    return this.#engine;
  }

  /** A command about this identity; `files` answer the dialogs it would open. */
  call(command: string, params: Dict = {}, files: readonly string[] = []): Promise<Dict> {
    return this.#engine.call(command, { account: this.aid, ...params }, files);
  }

  /** Snapshot of the session. */
  async session(): Promise<Dict> {
    const { session } = await this.snapshot();
    return isDict(session) ? session : {};
  }

  /** Waits until the session is online. */
  async online(): Promise<void> {
    await this.sessionIs('online');
  }

  /** Waits until the session is in that state; blocked for that reason, if one is given. */
  async sessionIs(state: string, blocked?: string): Promise<Dict> {
    let last: Dict = {};
    try {
      return await until(`session of ${this.aid} is ${state}`, async () => {
        last = await this.session();
        const right = last['state'] === state && (blocked === undefined || last['blocked'] === blocked);
        return right && last;
      });
    } catch (error) {
      throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /**
   * Runs what cuts the line, then what happens while it is cut; resolves when the gateway has a new session of this
   * identity and the engine is online with it. The line is down for half a second at least.
   */
  async cutOff(
    world: World,
    cut: () => unknown,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    const before = await this.#sessionsAt(world);
    await cut();
    await until(`the gateway lets go of ${this.aid}`, async () => {
      return (await this.#sessionsAt(world)).every((id) => !before.includes(id));
    });
    await meanwhile();
    await this.back(world);
  }

  /** Waits until the gateway has a session of this identity and the engine is online with it. */
  async back(world: World): Promise<void> {
    await until(`${this.aid} is back`, async () => (await this.#sessionsAt(world)).length > 0);
    await this.online();
  }

  async #sessionsAt(world: World): Promise<string[]> {
    const { sessions } = await world.gateway.admin('sessions', { aid: this.aid });
    return dictsOf(sessions).map(({ id }) => String(id));
  }

  /** Ends the engine as closing the window does, or at once as a power cut does. */
  async stop(): Promise<void> {
    await this.#engine.stop();
  }

  async kill(): Promise<void> {
    await this.#engine.kill();
  }

  /** Starts the engine again on the same folder. */
  async startAgain(): Promise<void> {
    this.#engine = new EngineProcess(this.folder);
    await this.#engine.waitFor('ready', (event) => event.event === 'ready');
    await this.online();
  }

  /** Puts a text into the outbox; returns the bubble. */
  async tell(peer: string, text: string): Promise<Dict> {
    const conversation = await this.call('conversation.open', { peer });
    return this.act('message.send', { conversation: conversation['conversation'], text });
  }

  /** Runs a command that sends something, under a request id of its own. */
  async act(command: string, params: Dict = {}, files: readonly string[] = []): Promise<Dict> {
    this.#requests += 1;
    const requestId = `request-${String(process.pid)}-${String(this.#requests)}`;
    return this.call(command, { requestId, ...params }, files);
  }

  /** The row of a conversation. */
  row(conversation: string): Promise<Dict> {
    return this.call('conversation.get', { conversation });
  }

  /** The rows of a list, in its order. */
  async list(view = 'inbox'): Promise<Dict[]> {
    const { conversations } = await this.call('conversation.list', { view });
    return dictsOf(conversations);
  }

  /** Snapshot of the account. */
  async snapshot(): Promise<Dict> {
    const { accounts } = await this.#engine.call('account.list');
    return dictsOf(accounts).find((entry) => entry['account'] === this.aid) ?? {};
  }

  /** The message with a text, waiting for it. */
  async message(peer: string, text: string): Promise<Dict> {
    return until(`${this.aid} has "${text}"`, async () => {
      const rows = await this.timeline(peer).catch(() => []);
      return rows.find((row) => textIn(row) === text);
    });
  }

  /** Waits until a stored message looks as wanted. */
  async becomes(id: unknown, what: string, accept: (message: Dict) => boolean): Promise<Dict> {
    return until(`message ${String(id)} ${what}`, async () => {
      const message = await this.call('message.get', { id });
      return accept(message) && message;
    });
  }

  /** The whole timeline with a peer, oldest first. */
  async timeline(peer: string): Promise<Dict[]> {
    const all: Dict[] = [];
    for (;;) {
      const [oldest] = all;
      const page = await this.call('message.page', {
        conversation: peer,
        limit: 200,
        ...(oldest ? { before: { sortAt: numberOf(oldest['sortAt']), id: numberOf(oldest['id']) } } : {}),
      });
      all.unshift(...dictsOf(page['messages']));
      if (page['hasOlder'] !== true) return all;
    }
  }

  /** Texts a peer sent, oldest first. */
  async texts(peer: string): Promise<string[]> {
    return (await this.timeline(peer)).filter((row) => row['own'] !== true).map(textIn);
  }

  /** Waits until that many messages of the peer are stored. */
  async heard(peer: string, count: number): Promise<string[]> {
    return until(
      `${this.aid} hears ${String(count)} messages`,
      async () => {
        const texts = await this.texts(peer).catch(() => []);
        return texts.length >= count ? texts : null;
      },
      30_000,
    );
  }

  /** Waits until an own message has that state. */
  async state(peer: string, messageId: unknown, state: string): Promise<Dict> {
    return until(`message is ${state}`, async () => {
      return (await this.timeline(peer)).find(
        (row) => row['messageId'] === messageId && row['state'] === state,
      );
    });
  }
}

/** What a bubble shows. */
export function contentOf(row: Dict): Dict {
  return isDict(row['content']) ? row['content'] : {};
}

/** The text of a timeline row, or its kind where it has none. */
export function textIn(row: Dict): string {
  const content = contentOf(row);
  return content['kind'] === 'text' ? textOf(content['text']) : `<${textOf(content['kind'])}>`;
}
