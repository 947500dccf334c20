import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { until } from '../harness/until';

/** A real Secret Service of the desktop: a message bus of its own and gnome-keyring on it, both gone with `end`. */
export interface Keyring {
  /** What a program needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly end: () => Promise<void>;
}

/** Collects a child's first line of output. */
function firstLine(child: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let errors = '';
    child.stdout?.on('data', (chunk: unknown) => {
      text += String(chunk);
      if (text.includes('\n')) resolve(text.split('\n', 1)[0] ?? '');
    });
    child.stderr?.on('data', (chunk: unknown) => {
      errors = (errors + String(chunk)).slice(-1000);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${errors.trim()}`)));
  });
}

/** Whether the service is on the bus. */
async function offersSecrets(env: Readonly<Record<string, string>>): Promise<boolean> {
  const bus = 'org.freedesktop.DBus';
  const question = [`--dest=${bus}`, '--print-reply', '/org/freedesktop/DBus', `${bus}.ListNames`];
  const child = spawn('dbus-send', ['--session', ...question], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk: unknown) => {
    text += String(chunk);
  });
  await new Promise((resolve) => child.once('close', resolve));
  return text.includes('org.freedesktop.secrets');
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await exit;
}

/** Starts bus and keyring, unlocked with a password, with all their files in a temporary folder. */
export async function startKeyring(): Promise<Keyring> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-keyring-'));
  const runtimeDir = path.join(folder, 'run');
  const dataHome = path.join(folder, 'data');
  await mkdir(runtimeDir, { mode: 0o700 });
  await mkdir(dataHome, { mode: 0o700 });
  const base = { ...process.env, XDG_RUNTIME_DIR: runtimeDir, XDG_DATA_HOME: dataHome, HOME: folder };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    env: base,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = await firstLine(bus, 'dbus-daemon');
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtimeDir, XDG_DATA_HOME: dataHome };
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env: { ...base, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  daemon.stdin.end('a password of the desktop');
  await until('the keyring on the bus', () => offersSecrets(env));
  return {
    env,
    end: async () => {
      await stopped(daemon);
      await stopped(bus);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
