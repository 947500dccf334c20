import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';

/** The repository's root. */
export const repositoryRoot = path.resolve(__dirname, '../..');

/** What makes a program that tests start answer late, where it is wanted: options of Node and of Electron (`scripts/lib/unsteady.mjs`). */
export const delays: readonly string[] =
  process.env.PARLEY_UNSTEADY === undefined
    ? []
    : ['-r', path.join(repositoryRoot, 'scripts/lib/unsteady-process.cjs')];

/** How much of the error output is kept for a failure message. */
const KEPT_LINES = 60;

/** A Node child process that speaks in lines. Emits `line` (text) and `exit`. */
export class LineProcess extends EventEmitter {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #errors: string[] = [];
  #exited = false;

  /** Starts `node <script> <args>` in the repository's root. */
  constructor(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    super();
    this.#child = spawn(process.execPath, [...delays, path.resolve(repositoryRoot, script), ...args], {
      cwd: repositoryRoot,
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    readline.createInterface({ input: this.#child.stdout }).on('line', (line) => this.emit('line', line));
    readline.createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#errors.push(line);
      if (this.#errors.length > KEPT_LINES) this.#errors.shift();
    });
    this.#child.stdin.on('error', (error) => {
      this.#errors.push(`stdin: ${error.message}`);
    });
    this.#child.on('error', (error) => {
      this.#errors.push(error.message);
    });
    this.#child.on('exit', () => {
      this.#exited = true;
      this.emit('exit');
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get isRunning(): boolean {
    return !this.#exited;
  }

  /** The end of its error output. */
  get errorOutput(): string {
    return this.#errors.join('\n');
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The first line `choose` accepts; rejects when the process ends or the time is over. */
  firstLine<Value>(
    what: string,
    choose: (line: string) => Value | undefined,
    timeoutMs: number,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.off('line', onLine);
        this.off('exit', onExit);
      };
      const onLine = (line: string): void => {
        const value = choose(line);
        if (value === undefined) return;
        finish();
        resolve(value);
      };
      const fail = (reason: string): void => {
        finish();
        reject(new Error(`${what}: ${reason}\n${this.errorOutput}`));
      };
      const onExit = (): void => {
        fail('the process ended');
      };
      const timer = setTimeout(() => {
        fail(`nothing after ${String(timeoutMs)} ms`);
      }, timeoutMs);
      this.on('line', onLine);
      this.on('exit', onExit);
      if (this.#exited) onExit();
    });
  }

  /** Sends the signal and waits for the end; a process that ignores it for 5 s is killed. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#exited) return;
    const ended = new Promise<void>((resolve) => this.once('exit', resolve));
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
}
