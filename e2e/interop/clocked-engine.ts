import path from 'node:path';
import { createEngine } from '../../main/accounts/engine';
import type { Engine } from '../../main/accounts/engine';
import { createHeadlessVault } from '../../main/keychain/headless';
import { noDesktop } from '../../main/ports/desktop';
import { silentLogger } from '../../main/runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../main/runtime/runtime';
import { isDict } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { repositoryRoot } from '../harness/child';

/** An engine in this process whose wall clock a test sets; timers run in real time. */
export class ClockedEngine {
  /** Added to the computer's clock, in ms. */
  offsetMs = 0;
  readonly #dataDir: string;
  #engine: Engine | null = null;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Starts on the data folder, with the built workers. */
  async start(): Promise<void> {
    const clock = {
      now: () => systemClock.now() + this.offsetMs,
      monotonic: () => systemClock.monotonic() + this.offsetMs,
    };
    const runtime = { clock, random: systemRandom, scheduler: systemScheduler, logger: silentLogger };
    const bundles = path.join(repositoryRoot, 'dist/main');
    this.#engine = createEngine({
      dataDir: this.#dataDir,
      runtime,
      vault: await createHeadlessVault({ dataDir: this.#dataDir, runtime, passphrase: null }),
      workers: {
        store: path.join(bundles, 'store-worker.cjs'),
        crypto: path.join(bundles, 'crypto-worker.cjs'),
      },
      launcher: null,
      desktop: noDesktop,
      info: { version: 'test', runtime: 'test', platform: process.platform, locale: 'en' },
      hostName: 'test',
      emit: () => undefined,
    });
    await this.#engine.start();
  }

  async stop(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    await engine?.stop();
  }

  /** Runs a command. @throws Error with the code of what it answers as an error */
  async call(command: string, params: Dict): Promise<Dict> {
    const answer = await this.#engine?.router.invoke(command, params);
    if (answer === undefined) throw new Error('the engine is not running');
    if (!answer.ok) throw new Error(answer.error.code);
    return isDict(answer.result) ? answer.result : {};
  }
}
