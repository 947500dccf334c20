import path from 'node:path';
import { createEngine } from '../../main/accounts/engine';
import type { Engine } from '../../main/accounts/engine';
import { createHeadlessVault } from '../../main/keychain/headless';
import type { Notifier } from '../../main/ports/notifier';
import { noNotifier } from '../../main/ports/notifier';
import { silentLogger } from '../../main/runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../main/runtime/runtime';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { BridgeError } from '../../shared/bridge/errors';
import { repositoryRoot } from '../harness/child';
import { Desk } from './desk';
import { dictsOf, isDict } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';

/** An engine in this process whose wall clock a test sets and whose dialogs it answers; timers run in real time. */
export class ClockedEngine {
  /** Added to the computer's clock, in ms. */
  offsetMs = 0;
  readonly desk = new Desk();
  /** Everything it told, in order. */
  readonly events: BridgeEvent[] = [];
  /** Variables of its environment, read when it starts. */
  environment: Readonly<Record<string, string>> = {};
  /** What shows its notifications; taken when it starts. */
  notifier: Notifier = noNotifier;
  readonly dataDir: string;
  /** Hears each event in the moment it is told. */
  onEvent: (event: BridgeEvent) => void = () => undefined;
  #engine: Engine | null = null;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  /** Starts on the data folder, with the built workers. */
  async start(passphrase: string | null = null): Promise<void> {
    const clock = {
      now: () => systemClock.now() + this.offsetMs,
      monotonic: () => systemClock.monotonic() + this.offsetMs,
    };
    const runtime = { clock, random: systemRandom, scheduler: systemScheduler, logger: silentLogger };
    const bundles = path.join(repositoryRoot, 'dist/main');
    this.#engine = createEngine({
      dataDir: this.dataDir,
      runtime,
      vault: await createHeadlessVault({ dataDir: this.dataDir, runtime, passphrase }),
      workers: {
        store: path.join(bundles, 'store-worker.cjs'),
        crypto: path.join(bundles, 'crypto-worker.cjs'),
      },
      launcher: null,
      desktop: this.desk,
      notifier: this.notifier,
      info: { version: 'test', runtime: 'test', platform: process.platform, locale: 'en' },
      hostName: 'test',
      environment: this.environment,
      emit: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
    });
    await this.#engine.start();
  }

  async stop(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    await engine?.stop();
  }

  /** Runs a command. @throws Error with the code of what it answers as an error */
  async call(command: string, params: Dict = {}): Promise<Dict> {
    const answer = await this.#engine?.router.invoke(command, params);
    if (answer === undefined) throw new Error('the engine is not running');
    if (!answer.ok) throw new Error(answer.error.code, { cause: answer.error.message });
    return isDict(answer.result) ? answer.result : {};
  }

  /** A part of a file as the window gets it, by its address; null where there is nothing to be shown. */
  async media(
    address: string,
    range: { readonly start: number; readonly end: number | null } | null = null,
  ): Promise<{ type: string; size: number; bytes: Buffer } | null> {
    const part = (await this.#engine?.media(address, range)) ?? null;
    if (part === null) return null;
    const pieces: Uint8Array[] = [];
    for await (const piece of part.body) pieces.push(piece);
    return { type: part.type, size: part.size, bytes: Buffer.concat(pieces) };
  }

  /** How a command is refused. @throws Error when it is not */
  async refusal(command: string, params: Dict = {}): Promise<BridgeError> {
    const answer = await this.#engine?.router.invoke(command, params);
    if (answer === undefined || answer.ok) throw new Error(`${command} was not refused`);
    return answer.error;
  }

  /** Snapshot of one account; empty when it is not there. */
  async account(aid: string): Promise<Dict> {
    const { accounts } = await this.call('account.list');
    return dictsOf(accounts).find((entry) => entry['account'] === aid) ?? {};
  }

  /** Waits until the session of an account is in that state; blocked for that reason, if one is given. */
  async sessionIs(aid: string, state: string, blocked?: string): Promise<Dict> {
    return until(`the session of ${aid} is ${state} ${blocked ?? ''}`, async () => {
      const account = await this.account(aid);
      const session = isDict(account['session']) ? account['session'] : {};
      const right = session['state'] === state && (blocked === undefined || session['blocked'] === blocked);
      return right && account;
    });
  }

  /** Waits for an event, heard already or still to come. */
  heard(name: BridgeEvent['event'], accept: (data: Dict) => boolean = () => true): Promise<BridgeEvent> {
    return until(`the event ${name}`, () =>
      this.events.find((each) => each.event === name && isDict(each.data) && accept(each.data)),
    );
  }
}
