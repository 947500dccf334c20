import { LineProcess } from './child';
import { isDict, numberOf, parseDict, textOf } from './sdk0220/json';
import type { Dict } from './sdk0220/json';

/** An error as the engine reports it over the bridge. */
export class EngineError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly detail: unknown;

  constructor(source: Dict) {
    super(`${textOf(source['code'])}: ${textOf(source['message'])}`);
    this.name = 'EngineError';
    this.code = textOf(source['code']);
    this.retryable = source['retryable'] === true;
    this.detail = source['detail'];
  }
}

/** One event of the bridge. */
export interface EngineEvent {
  event: string;
  data: Dict;
}

interface Waiting {
  resolve: (result: Dict) => void;
  reject: (error: Error) => void;
}

const BUNDLE = 'dist/main/engine.cjs';

/** Parley's engine without Electron, driven over JSON lines. Keeps every event it hears, in order. */
export class EngineProcess {
  readonly events: EngineEvent[] = [];
  readonly #process: LineProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  /** Starts the built engine on a data folder. */
  constructor(
    dataDir: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#process = new LineProcess(BUNDLE, ['--data', dataDir, ...args], environment);
    this.#process.on('line', (line: string) => {
      this.#onLine(line);
    });
    this.#process.on('exit', () => {
      for (const waiting of this.#waiting.values()) {
        waiting.reject(new Error(`the engine ended\n${this.#process.errorOutput}`));
      }
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  get errorOutput(): string {
    return this.#process.errorOutput;
  }

  /** One command of the bridge; rejects with {@link EngineError}. `files` answer the dialogs it would open. */
  call(command: string, params: Dict = {}, files: readonly string[] = []): Promise<Dict> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      if (!this.#process.isRunning) {
        reject(new Error(`the engine is not running\n${this.#process.errorOutput}`));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#process.write(JSON.stringify({ id, command, params, files }));
    });
  }

  /** The first event, heard already or still to come, that `accept` takes. */
  async waitFor(
    what: string,
    accept: (event: EngineEvent) => boolean,
    timeoutMs = 20_000,
  ): Promise<EngineEvent> {
    const known = this.events.find(accept);
    if (known) return known;
    return this.#process.firstLine(
      `event ${what}`,
      (line) => {
        const event = readEvent(line);
        return event && accept(event) ? event : undefined;
      },
      timeoutMs,
    );
  }

  /** Ends it as closing the window does. */
  async stop(): Promise<void> {
    await this.#process.end('SIGTERM');
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    await this.#process.end('SIGKILL');
  }

  #onLine(line: string): void {
    const event = readEvent(line);
    if (event) {
      this.events.push(event);
      return;
    }
    const reply = parseDict(line);
    const waiting = reply ? this.#waiting.get(numberOf(reply['id'])) : undefined;
    if (!reply || !waiting) return;
    this.#waiting.delete(numberOf(reply['id']));
    if (isDict(reply['error'])) waiting.reject(new EngineError(reply['error']));
    else waiting.resolve(isDict(reply['result']) ? reply['result'] : {});
  }
}

function readEvent(line: string): EngineEvent | undefined {
  const value = parseDict(line);
  if (!value || typeof value['event'] !== 'string') return undefined;
  return { event: value['event'], data: isDict(value['data']) ? value['data'] : {} };
}
