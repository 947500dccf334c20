// Small helpers shared by the scripts of this folder. Every script writes its own words to stderr:
// stdout belongs to the program a script starts (the gateway and the engine speak a protocol there).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository root. */
export const rootDirectory = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Absolute path of something in the repository. */
export function inRoot(...parts) {
  return path.join(rootDirectory, ...parts);
}

/** Writes one line to stderr. */
export function log(message) {
  process.stderr.write(`${message}\n`);
}

/** An expected failure: its message is shown without a stack and `exitCode` becomes the exit code. */
export class ScriptError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'ScriptError';
    this.exitCode = exitCode;
  }
}

/** Runs `main`, turning a ScriptError into its message and exit code and any other error into a stack and 1. */
export function runScript(main) {
  main().then(
    (code) => {
      if (typeof code === 'number') process.exitCode = code;
    },
    (error) => {
      log(error instanceof ScriptError ? `parley: ${error.message}` : (error?.stack ?? String(error)));
      process.exitCode = error instanceof ScriptError ? error.exitCode : 1;
    },
  );
}

/** True when the module with this `import.meta.url` is the one Node was started with. */
export function isMainModule(url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === path.resolve(process.argv[1]);
}

/** True for the root user of a Unix machine. */
export function isRoot() {
  return typeof process.getuid === 'function' && process.getuid() === 0;
}

/** True when `name` is an executable on PATH. */
export function hasCommand(name) {
  const probe = process.platform === 'win32' ? ['where', [name]] : ['sh', ['-c', `command -v "${name}"`]];
  return spawnSync(probe[0], probe[1], { stdio: 'ignore' }).status === 0;
}

/**
 * The folder for things that are downloaded or unpacked once per machine. `PARLEY_CACHE` overrides it.
 * Root gets a world-readable place, because some tests run the app as an unprivileged user.
 */
export function cacheDirectory() {
  if (process.env.PARLEY_CACHE) return path.resolve(process.env.PARLEY_CACHE);
  if (process.platform === 'win32') {
    return path.join(process.env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local'), 'parley-build');
  }
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches', 'parley-build');
  if (process.env.XDG_CACHE_HOME) return path.join(process.env.XDG_CACHE_HOME, 'parley');
  return isRoot() ? '/var/cache/parley' : path.join(os.homedir(), '.cache', 'parley');
}

const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program with inherited streams and passes SIGINT, SIGTERM and SIGHUP on to it.
 * Resolves to its exit code (128 + signal number when a signal ended it). Rejects only when it cannot start.
 */
export function runToEnd(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: rootDirectory, ...options });
    // In a terminal, Ctrl-C reaches the whole foreground group: the child has heard it already.
    const heard = (signal) => signal === 'SIGINT' && process.stdin.isTTY;
    const handlers = forwardedSignals.map((signal) => [signal, () => heard(signal) || child.kill(signal)]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const finish = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.once('error', (error) => {
      finish();
      reject(new ScriptError(`cannot start ${command}: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      finish();
      resolve(code ?? 128 + (os.constants.signals[signal] ?? 0));
    });
  });
}

/** Path of a command that an installed package provides (`node_modules/.bin`), to be run with `process.execPath`. */
export function packageFile(...parts) {
  const file = inRoot('node_modules', ...parts);
  if (!existsSync(file))
    throw new ScriptError(`${path.relative(rootDirectory, file)} is missing: run npm ci`);
  return file;
}
