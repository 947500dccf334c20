import { test } from 'playwright/test';
import { commands } from '../../shared/bridge/contract';
import type { CommandName, CommandParams, CommandResult } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import type { World } from '../interop/world';
import { launchParley } from './app';
import type { LaunchOptions, ParleyApp } from './app';
import { ParleyWindow } from './window';

/** The words of the window are checked in English unless a test says otherwise. */
const english = { LANG: 'en_US.UTF-8', LANGUAGE: 'en', LC_ALL: 'en_US.UTF-8' };

/** No command of the bridge takes that long, in ms. */
const LONGEST_ANSWER_MS = 60_000;

export interface SeatOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly passwordStore?: LaunchOptions['passwordStore'];
}

/** Somebody in front of Parley: the real application on a data folder of its own, which can end and start again. */
export class Seat {
  readonly dataDir: string;
  #options: SeatOptions;
  #parley: ParleyApp;
  #window: ParleyWindow;
  #said = '';

  private constructor(dataDir: string, options: SeatOptions, parley: ParleyApp) {
    this.dataDir = dataDir;
    this.#options = options;
    this.#parley = parley;
    this.#window = new ParleyWindow(parley.page);
  }

  /** Starts the application on an empty folder of the world; it ends with the world. */
  static async take(world: World, name: string, options: SeatOptions = {}): Promise<Seat> {
    const dataDir = world.folder(`seat-${name}`);
    const seat = new Seat(dataDir, options, await start(dataDir, options));
    world.onEnd(() => seat.kill());
    return seat;
  }

  get parley(): ParleyApp {
    return this.#parley;
  }

  get page(): ParleyApp['page'] {
    return this.#parley.page;
  }

  get window(): ParleyWindow {
    return this.#window;
  }

  /** What all starts wrote to stdout and stderr. */
  get output(): string {
    return this.#said + this.#parley.output();
  }

  /** An identity on the world's gateway without the way through the onboarding; returns its address. */
  async join(world: World, name: string, displayName = ''): Promise<string> {
    const { issuer, url } = world.gateway.addresses;
    const network = await this.invoke('network.add', {
      issuer,
      gatewayUrl: url,
      rootPem: world.gateway.rootPem,
    });
    const { account } = await this.invoke('account.create', { network: network.id, name, displayName });
    await this.reload();
    await this.online(account);
    return account;
  }

  /** A command of the bridge, sent from the page as the window itself sends it. */
  async invoke<Name extends CommandName>(
    command: Name,
    params: CommandParams<Name>,
  ): Promise<CommandResult<Name>> {
    const asked = this.page.evaluate(
      async ([name, values]): Promise<{ result?: unknown; error?: unknown }> => {
        const bridge = window.parley as unknown as {
          invoke(name: unknown, values: unknown): Promise<unknown>;
        };
        try {
          return { result: await bridge.invoke(name, values) };
        } catch (error) {
          return { error };
        }
      },
      [command, params] as readonly [string, unknown],
    );
    const answer = await answered(command, asked);
    if (answer.error !== undefined) throw new Error(`${command}: ${JSON.stringify(answer.error)}`);
    return commands[command].result.parse(answer.result) as CommandResult<Name>;
  }

  /** Every message of a conversation as the database has it, oldest first. */
  async stored(account: string, conversation: string): Promise<readonly Message[]> {
    const all: Message[] = [];
    for (;;) {
      const oldest = all[0];
      const before = oldest === undefined ? {} : { before: { sortAt: oldest.sortAt, id: oldest.id } };
      const page = await this.invoke('message.page', { account, conversation, limit: 500, ...before });
      all.unshift(...page.messages);
      if (!page.hasOlder) return all;
    }
  }

  /** Texts of a conversation in the database: those of the peer, or the own ones. */
  async texts(account: string, conversation: string, whose: 'own' | 'theirs'): Promise<readonly string[]> {
    const messages = await this.stored(account, conversation);
    return messages.filter((message) => message.own === (whose === 'own')).map(textOf);
  }

  /** Ends the application in the ordinary way and starts it again on the same folder. */
  async restart(): Promise<void> {
    await this.close();
    await this.start();
  }

  /** Starts the application again after {@link close} or {@link kill}, with other options if some are given. */
  async start(options: SeatOptions = this.#options): Promise<void> {
    this.#options = options;
    this.#parley = await start(this.dataDir, this.#options);
    this.#window = new ParleyWindow(this.#parley.page);
  }

  async close(): Promise<void> {
    this.#said += this.#parley.output();
    await this.#parley.close();
  }

  /** Ends the application as a power cut does. */
  async kill(): Promise<void> {
    this.#said += this.#parley.output();
    await this.#parley.kill();
  }

  /** Draws the window anew, with nothing in its memory. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.getByTestId('shell').waitFor();
  }

  /** Waits until the identity is shown as online. */
  async online(aid: string): Promise<void> {
    await this.presence(aid, 'online');
  }

  /** Waits for the state of the connection that the rail shows. */
  async presence(aid: string, presence: 'online' | 'connecting' | 'offline' | 'blocked'): Promise<void> {
    await this.page.locator(`[data-account="${aid}"][data-presence="${presence}"]`).waitFor();
  }
}

function start(dataDir: string, options: SeatOptions): Promise<ParleyApp> {
  const { args = [], env = {}, passwordStore = 'basic' } = options;
  return launchParley({ dataDir, env: { ...english, ...env }, args, passwordStore });
}

/** A command that is not answered says which one it is, before the test runs out of time. */
function answered<Value>(command: string, asked: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const silent = new Error(`${command} was not answered within ${String(LONGEST_ANSWER_MS)} ms`);
    const limit = setTimeout(() => reject(silent), LONGEST_ANSWER_MS);
    asked.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}

/** The text of a message, or its kind where it has none. */
export function textOf(message: Message): string {
  return message.content.kind === 'text' ? message.content.text : `<${message.content.kind}>`;
}

/** Leaves a picture of the window beside the report of every test of the file that fails. */
export function photographFailures(seat: () => Seat | undefined, name = 'window'): void {
  test.afterEach(async ({}, info) => {
    if (info.status === info.expectedStatus) return;
    await seat()
      ?.page.screenshot({ path: info.outputPath(`${name}.png`) })
      .catch(() => undefined);
  });
}
