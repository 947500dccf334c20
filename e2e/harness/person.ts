import path from 'node:path';
import type { GatewayProcess } from './gateway-process';
import { Sdk0220Client, SdkError, isDict, realTiming, textOf } from './sdk0220';
import type { ClientOptions, ConnectOptions, Dict } from './sdk0220';
import { until } from './until';

export interface PersonOptions extends Partial<ClientOptions> {
  /** Reach the gateway over TLS, as set-up B does. Default: plain, as set-up A does. */
  secure?: boolean;
  connect?: ConnectOptions;
}

/** Retry settings that keep a reconnect within a fraction of a second at the harness's speed. */
export const QUICK_RETRY = { initialDelay: 1, maxDelay: 1 };
const SPEED = 20;

/** Somebody with an unmodified 0.2.20 client: connects to a gateway and remembers every event. */
export class Person {
  readonly aid: string;
  readonly folder: string;
  readonly received: Dict[] = [];
  readonly undecryptable: Dict[] = [];
  readonly states: Dict[] = [];
  readonly events: { name: string; data: Dict }[] = [];
  readonly #gateway: GatewayProcess;
  readonly #options: PersonOptions;
  client: Sdk0220Client;

  /** `folder` holds the data folder; several devices of one AID take different ones. */
  constructor(gateway: GatewayProcess, aid: string, folder: string, options: PersonOptions = {}) {
    this.aid = aid;
    this.folder = folder;
    this.#gateway = gateway;
    this.#options = options;
    this.client = this.#make();
  }

  /** Registers if necessary, logs in and connects. */
  async join(options: ConnectOptions = {}): Promise<this> {
    await patiently(() => this.client.createAid(this.aid));
    return this.online(options);
  }

  /** Logs in (or takes the cached tokens) and connects. */
  async online(options: ConnectOptions = {}): Promise<this> {
    const credentials = await patiently(() => this.client.authenticate(this.aid));
    await this.client.connect(credentials, {
      retry: QUICK_RETRY,
      ...this.#options.connect,
      ...options,
    });
    return this;
  }

  /** Ends the client and makes a new one on the same folder, as restarting the program does. */
  async restart(): Promise<this> {
    await this.client.close();
    this.client = this.#make();
    return this;
  }

  /** The same AID on another device: own folder, same key. */
  otherDevice(name: string, options: PersonOptions = {}): Person {
    const other = new Person(this.#gateway, this.aid, path.join(path.dirname(this.folder), name), {
      ...this.#options,
      ...options,
    });
    other.client.importIdentity(this.client.exportIdentity());
    return other;
  }

  /** Encrypted text; returns the gateway's result. */
  tell(to: string, text: string, extra: Dict = {}): Promise<Dict> {
    return this.client.send({ to, payload: { type: 'text', text }, ...extra });
  }

  /** Texts received so far, in the order they were shown. */
  get texts(): string[] {
    return this.received.map((row) => (isDict(row['payload']) ? textOf(row['payload']['text']) : ''));
  }

  /** Waits until that many messages were shown. */
  async heard(count: number): Promise<string[]> {
    await until(`${this.aid} hears ${String(count)} messages, has ${String(this.received.length)}`, () => {
      return this.received.length >= count;
    });
    return this.texts;
  }

  /** Waits for an event of that name, past ones included. */
  async event(name: string, accept: (data: Dict) => boolean = () => true): Promise<Dict> {
    const found = await until(`${this.aid} sees ${name}`, () =>
      this.events.find((entry) => entry.name === name && accept(entry.data)),
    );
    return found.data;
  }

  async leave(): Promise<void> {
    await this.client.close();
  }

  #make(): Sdk0220Client {
    const { url, wss, rootCa } = this.#gateway.addresses;
    const { secure, connect: _connect, ...options } = this.#options;
    const client = new Sdk0220Client({
      dataDir: this.folder,
      rootCaPath: rootCa,
      gatewayUrl: secure ? wss : url,
      verifySsl: !secure,
      timing: realTiming(SPEED),
      closeWaitMs: 150,
      callTimeoutMs: 10_000,
      shortSocketTimes: { handshakeMs: 5000, receiveMs: 4000 },
      ...options,
    });
    client.on('any', (name: string, data: Dict) => {
      this.events.push({ name, data });
      if (name === 'message.received') this.received.push(data);
      else if (name === 'message.undecryptable') this.undecryptable.push(data);
      else if (name === 'connection.state') this.states.push(data);
    });
    return client;
  }
}

/**
 * Repeats a step whose short socket lost its challenge. That is the client's own race (a busy process may read the
 * upgrade and the challenge in one piece), and what its user does about it is to try again.
 */
async function patiently<Value>(step: () => Promise<Value>): Promise<Value> {
  for (let left = 3; ; left -= 1) {
    try {
      return await step();
    } catch (error) {
      if (left === 0 || !(error instanceof SdkError) || error.message !== 'websocket recv timeout')
        throw error;
    }
  }
}
