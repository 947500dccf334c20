import { AsyncLocalStorage } from 'node:async_hooks';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { createEngine } from './accounts/engine';
import { createHeadlessVault } from './keychain/headless';
import { noDesktop } from './ports/desktop';
import type { Desktop } from './ports/desktop';
import { noNotifier } from './ports/notifier';
import { createLogger } from './runtime/logger';
import { createNodeLauncher } from './runtime/node-launcher';
import { systemClock, systemRandom, systemScheduler } from './runtime/runtime';

/**
 * The engine without a window: reads commands as JSON lines from stdin, writes answers and events as JSON lines to
 * stdout, logs to stderr. Ends with its stdin. Where a window would ask the user for a file, a command takes the next
 * of the `files` that came with it; where it would ask for several (`attachment.pick`), all that are left. Shows no
 * notifications.
 */
const requestSchema = z.object({
  id: z.union([z.number(), z.string()]),
  command: z.string(),
  params: z.unknown().optional(),
  files: z.array(z.string()).default([]),
});

/** The files that came with the command that is being answered. */
const files = new AsyncLocalStorage<string[]>();
const nextFile = (): Promise<string | null> => Promise.resolve(files.getStore()?.shift() ?? null);
const desktop: Desktop = {
  ...noDesktop,
  chooseSave: nextFile,
  chooseFile: nextFile,
  /** Every file that is left: a person marks them all in one dialog. */
  chooseFiles: () => Promise.resolve(files.getStore()?.splice(0) ?? []),
  chooseFolder: nextFile,
};

function option(name: string): string | null {
  const index = process.argv.indexOf(name);
  const value = index < 0 ? undefined : process.argv[index + 1];
  return value ?? null;
}

function write(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(): Promise<void> {
  const dataDir = resolve(option('--data') ?? join(homedir(), '.parley'));
  const logger = createLogger(
    (line) => process.stderr.write(`${line}\n`),
    () => systemClock.now(),
    process.argv.includes('--debug') ? 'debug' : 'info',
  );
  const runtime = { clock: systemClock, random: systemRandom, scheduler: systemScheduler, logger };
  const vault = await createHeadlessVault({
    dataDir,
    runtime,
    passphrase: process.env['PARLEY_PASSPHRASE'] ?? null,
  });
  const engine = createEngine({
    dataDir,
    runtime,
    vault,
    workers: { store: join(__dirname, 'store-worker.cjs'), crypto: join(__dirname, 'crypto-worker.cjs') },
    launcher: createNodeLauncher({
      gateway: join(__dirname, 'gateway.cjs'),
      agents: join(__dirname, 'agents.cjs'),
    }),
    desktop,
    notifier: noNotifier,
    environment: process.env,
    info: {
      version: process.env['PARLEY_VERSION'] ?? '0.1.0',
      runtime: `Node ${process.versions.node}`,
      platform: process.platform,
      locale: Intl.DateTimeFormat().resolvedOptions().locale,
    },
    hostName: hostname(),
    emit: (event) => write(event),
  });
  let stopping: Promise<void> | null = null;
  const stop = (): void => {
    stopping ??= engine.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  await engine.start();
  write({ event: 'ready', data: { account: null } });
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    answer(line).catch(() => undefined);
  });
  lines.on('close', stop);
  // Timers never keep the process alive by themselves; an open stdin does.
  process.stdin.resume();

  async function answer(line: string): Promise<void> {
    if (line.trim() === '') return;
    const request = requestSchema.safeParse(parse(line));
    if (!request.success) {
      write({
        id: null,
        error: { code: 'invalid_request', message: 'not a request', retryable: false, detail: {} },
      });
      return;
    }
    const { command, params = {} } = request.data;
    const result = await files.run([...request.data.files], () => engine.router.invoke(command, params));
    write(
      result.ok
        ? { id: request.data.id, result: result.result }
        : { id: request.data.id, error: result.error },
    );
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
