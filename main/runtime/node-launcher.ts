import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ChildHandle, ChildProgram, ProcessLauncher } from '../ports/processes';
import { AunError } from './errors';

const STOP_AFTER_MS = 5_000;

/**
 * Starts child programs with this Node. `entries` maps a program to its bundle. The child's first line on stdout is its
 * ready message; its stdin stays open and ends with this process, which is how the child learns that its parent died.
 */
export function createNodeLauncher(entries: Readonly<Record<ChildProgram, string>>): ProcessLauncher {
  return { launch: (program, args) => launch(entries[program], args) };
}

function launch(entry: string, args: readonly string[]): ChildHandle {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  const listeners = new Set<(code: number | null) => void>();
  let ended = false;
  const ready = new Promise<unknown>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.once('line', (line) => {
      try {
        resolve(JSON.parse(line));
      } catch (error) {
        reject(new AunError('local_network_failed', 'the child program spoke no JSON', { cause: error }));
      }
    });
    child.once('error', (error) =>
      reject(new AunError('local_network_failed', error.message, { cause: error })),
    );
    child.once('exit', () =>
      reject(new AunError('local_network_failed', 'the child program ended before it was ready')),
    );
  });
  // The caller may look at it later than the child can fail.
  ready.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  child.once('exit', (code) => {
    ended = true;
    for (const listener of listeners) listener(code);
  });
  return {
    ready,
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () =>
      new Promise((resolve) => {
        if (ended || child.exitCode !== null) {
          resolve();
          return;
        }
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_AFTER_MS);
        child.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
}
