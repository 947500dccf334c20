import path from 'node:path';
import { createEngine } from '../../main/accounts/engine';
import type { Engine } from '../../main/accounts/engine';
import { createHeadlessVault } from '../../main/keychain/headless';
import { noDesktop } from '../../main/ports/desktop';
import { noNotifier } from '../../main/ports/notifier';
import { createLogger } from '../../main/runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../main/runtime/runtime';
import type { BridgeEvent } from '../../shared/bridge/contract';

/** An engine in this process, so that its event loop can be watched. */
export interface BenchEngine {
  readonly engine: Engine;
  /** Runs a command; throws what it answers as an error. */
  call(command: string, params: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Hears every event. */
  onEvent(listener: (event: BridgeEvent) => void): void;
}

/** Starts an engine on a data folder with the built workers. */
export async function startBenchEngine(dataDir: string): Promise<BenchEngine> {
  const logger = createLogger(
    (line) => process.stderr.write(`${line}\n`),
    () => systemClock.now(),
    'warn',
  );
  const runtime = { clock: systemClock, random: systemRandom, scheduler: systemScheduler, logger };
  const listeners: ((event: BridgeEvent) => void)[] = [];
  const bundles = path.join(__dirname, '../main');
  const engine = createEngine({
    dataDir,
    runtime,
    vault: await createHeadlessVault({ dataDir, runtime, passphrase: null }),
    workers: {
      store: path.join(bundles, 'store-worker.cjs'),
      crypto: path.join(bundles, 'crypto-worker.cjs'),
    },
    launcher: null,
    desktop: noDesktop,
    notifier: noNotifier,
    info: {
      version: 'bench',
      runtime: `Node ${process.versions.node}`,
      platform: process.platform,
      locale: 'en',
    },
    hostName: 'bench',
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
  });
  await engine.start();
  return {
    engine,
    async call(command, params) {
      const answer = await engine.router.invoke(command, params);
      if (!answer.ok) throw new Error(`${command}: ${answer.error.code} ${answer.error.message}`);
      return answer.result;
    },
    onEvent: (listener) => void listeners.push(listener),
  };
}
