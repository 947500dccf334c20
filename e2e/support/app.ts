import { spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { delays } from '../harness/child';

const rootDirectory = path.resolve(__dirname, '../..');
/** The user that owns nothing; root runs the app as this user where the sandbox has to be on. */
const nobody = 65_534;

/** A start or an end that takes longer hangs, in ms; each says so by itself before the test runs out of time. */
const LONGEST_STEP_MS = 60_000;

/** How to start the application. */
export interface LaunchOptions {
  /** Parley's data folder; made when absent. Without it a temporary one, removed by `close`. */
  readonly dataDir?: string;
  /** Further arguments for the application. */
  readonly args?: readonly string[];
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs as an ordinary user with Chromium's sandbox on, even when the tests run as root (Linux). */
  readonly unprivileged?: boolean;
  /** Which secret store Chromium uses; `basic` is the default, as the machines have no keyring running. */
  readonly passwordStore?: 'basic' | 'gnome-libsecret';
}

/** A running application. */
export interface ParleyApp {
  readonly app: ElectronApplication;
  /** The first window. */
  readonly page: Page;
  readonly dataDir: string;
  /** What the application wrote to stdout and stderr so far. */
  readonly output: () => string;
  /** Quits in the ordinary way and waits for the process to end. */
  readonly close: () => Promise<void>;
  /** Ends the process at once (SIGKILL), as a crash or a power cut would; keeps the data folder. */
  readonly kill: () => Promise<void>;
}

function runtimeExecutable(): string {
  const executable = process.env.PARLEY_ELECTRON_EXECUTABLE;
  if (!executable)
    throw new Error('PARLEY_ELECTRON_EXECUTABLE is not set: start the suites with npm run test:e2e');
  return executable;
}

async function giveToNobody(directory: string): Promise<void> {
  await chown(directory, nobody, nobody);
  for (const name of await readdir(directory, { recursive: true })) {
    await chown(path.join(directory, name), nobody, nobody);
  }
}

/** Copies the built application to a place that every user may read (a checkout may lie in a private folder). */
async function stageApplication(target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await cp(path.join(rootDirectory, 'dist'), path.join(target, 'dist'), { recursive: true });
  await cp(path.join(rootDirectory, 'package.json'), path.join(target, 'package.json'));
  const require = createRequire(path.join(rootDirectory, 'package.json'));
  const pending = ['@signalapp/sqlcipher'];
  const copied = new Set<string>();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (copied.has(name)) continue;
    copied.add(name);
    const source = path.join(rootDirectory, 'node_modules', name);
    await cp(source, path.join(target, 'node_modules', name), { recursive: true });
    const manifest: unknown = require(path.join(source, 'package.json'));
    if (typeof manifest === 'object' && manifest !== null && 'dependencies' in manifest) {
      pending.push(...Object.keys(manifest.dependencies ?? {}));
    }
  }
}

interface Command {
  readonly executablePath: string;
  readonly appPath: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the command that starts the app as another user: Playwright wants one executable, so a small script is it. */
async function unprivilegedCommand(work: string): Promise<Command> {
  await chmod(work, 0o755);
  const home = path.join(work, 'home');
  await mkdir(home, { mode: 0o700 });
  await chown(home, nobody, nobody);
  const appPath = path.join(work, 'app');
  await stageApplication(appPath);
  const executablePath = path.join(work, 'electron.sh');
  const identity = `--reuid=${nobody} --regid=${nobody} --clear-groups`;
  await writeFile(executablePath, `#!/bin/sh\nexec setpriv ${identity} '${runtimeExecutable()}' "$@"\n`, {
    mode: 0o755,
  });
  return { executablePath, appPath, env: { HOME: home, XDG_CONFIG_HOME: path.join(home, '.config') } };
}

function definedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

/**
 * Starts the application on a folder that another one has open, and waits for it to end. Without Playwright, which would
 * talk to a program that is gone already. Returns the exit code.
 */
export async function startOnTakenFolder(dataDir: string): Promise<number | null> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...sandbox, '--password-store=basic', rootDirectory, '--data', dataDir];
  const child = spawn(runtimeExecutable(), args, { stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
}

/** Starts the built application in the Electron runtime of this test run and waits for its first window. */
export async function launchParley(options: LaunchOptions = {}): Promise<ParleyApp> {
  const work = await mkdtemp(path.join(os.tmpdir(), 'parley-e2e-'));
  const dataDir = options.dataDir ?? path.join(work, 'data');
  await mkdir(dataDir, { recursive: true });
  const isRoot = process.getuid?.() === 0;
  const asNobody = options.unprivileged === true && isRoot;
  if (asNobody) await giveToNobody(dataDir);
  const command: Command = asNobody
    ? await unprivilegedCommand(work)
    : {
        executablePath: runtimeExecutable(),
        appPath: rootDirectory,
        env: { XDG_CONFIG_HOME: path.join(work, 'config') },
      };

  const app = await _electron.launch({
    executablePath: command.executablePath,
    // Playwright adds --no-sandbox unless told that the sandbox is wanted; only root cannot have it.
    chromiumSandbox: !isRoot || asNobody,
    args: [
      ...delays,
      `--password-store=${options.passwordStore ?? 'basic'}`,
      command.appPath,
      '--data',
      dataDir,
      ...(options.args ?? []),
    ],
    env: { ...definedEnvironment(), ...command.env, ...options.env },
    timeout: LONGEST_STEP_MS,
  });
  const child = app.process();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  const collect = (chunk: unknown): void => {
    output += String(chunk);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const page = await app.firstWindow();

  return {
    app,
    page,
    dataDir,
    output: () => output,
    close: async () => {
      // The process may end while it is still being asked to; what counts is that it ends.
      const hung = new AbortController();
      const limit = setTimeout(() => {
        hung.abort();
        child.kill('SIGKILL');
      }, LONGEST_STEP_MS);
      await app.close().catch(() => undefined);
      await exited;
      clearTimeout(limit);
      if (hung.signal.aborted)
        throw new Error(`the application does not end; it said: ${output.slice(-4000)}`);
      await rm(work, { recursive: true, force: true });
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
