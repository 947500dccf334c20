import { pongSchema } from '../../shared/aun/wire';
import type { RpcCaller } from '../ports/session';
import { toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';

/** Limits of the interval in seconds and the default (`protocol/01 §5.6`). */
const DEFAULT_SECONDS = 30;
const LIMITS_SECONDS = { least: 10, most: 600 } as const;
/** How long a pong may take in ms: by schedule, and when the computer just woke up or changed its network. */
const PONG_TIMEOUT_MS = 15_000;
const PROBE_TIMEOUT_MS = 5_000;
const FAILURES_UNTIL_LOST = 2;

/** Interval to use for an announced one, in ms; 0 means off. */
export function heartbeatIntervalMs(announcedSeconds: number | null): number {
  if (announcedSeconds === null || Number.isNaN(announcedSeconds)) return DEFAULT_SECONDS * 1000;
  if (announcedSeconds <= 0) return 0;
  return Math.min(LIMITS_SECONDS.most, Math.max(LIMITS_SECONDS.least, announcedSeconds)) * 1000;
}

/** What a pong told. */
export interface Pong {
  readonly roundTripMs: number;
  /** Gateway clock minus ours in ms, or null when the gateway did not say. */
  readonly skewMs: number | null;
  /** How far `skewMs` may be from the truth, in ms: gateways that tell whole seconds only cannot be read more closely. */
  readonly toleranceMs: number;
}

/** Keeps asking whether the connection is alive; two failures in a row mean that it is not (`protocol/01 §5.6`). */
export class Heartbeat {
  readonly #caller: RpcCaller;
  readonly #runtime: Runtime;
  readonly #pong: (pong: Pong) => void;
  readonly #lost: () => void;
  #intervalMs: number;
  #cancel: Disposer = () => undefined;
  #failures = 0;
  #stopped = false;
  #asking = false;
  #lastPongAt: number | null = null;

  constructor(options: {
    caller: RpcCaller;
    runtime: Runtime;
    announcedSeconds: number | null;
    pong: (pong: Pong) => void;
    lost: () => void;
  }) {
    this.#caller = options.caller;
    this.#runtime = options.runtime;
    this.#pong = options.pong;
    this.#lost = options.lost;
    this.#intervalMs = heartbeatIntervalMs(options.announcedSeconds);
    this.#schedule();
  }

  /** Seconds between two questions; null when the gateway switched them off. */
  get intervalSeconds(): number | null {
    return this.#intervalMs === 0 ? null : this.#intervalMs / 1000;
  }

  /** When the gateway last answered, Unix ms, or null. */
  get lastPongAt(): number | null {
    return this.#lastPongAt;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Asks at once and impatiently: the computer woke up or its network changed. */
  probe(): void {
    if (!this.#asking) this.#beat(PROBE_TIMEOUT_MS);
  }

  #schedule(): void {
    this.#cancel();
    if (this.#stopped || this.#intervalMs === 0) return;
    this.#cancel = this.#runtime.scheduler.after(this.#intervalMs, () => this.#beat(PONG_TIMEOUT_MS));
  }

  #beat(timeoutMs: number): void {
    this.#cancel();
    if (this.#stopped || this.#asking) return;
    this.#asking = true;
    this.#ask(timeoutMs).then(
      () => {
        this.#asking = false;
        this.#failures = 0;
        this.#schedule();
      },
      (thrown: unknown) => {
        this.#asking = false;
        this.#failures += 1;
        this.#runtime.logger.log('info', 'heartbeat.failed', {
          cause: toAunError(thrown).code,
          failures: this.#failures,
        });
        if (this.#stopped) return;
        if (this.#failures >= FAILURES_UNTIL_LOST) this.#lost();
        else this.#beat(timeoutMs);
      },
    );
  }

  async #ask(timeoutMs: number): Promise<void> {
    const { clock } = this.#runtime;
    const sentAt = clock.monotonic();
    const answer = await this.#caller.call('meta.ping', {}, { timeoutMs });
    const roundTripMs = Math.max(0, clock.monotonic() - sentAt);
    this.#lastPongAt = clock.now();
    const pong = pongSchema.safeParse(answer);
    const { heartbeat_interval: interval, timestamp } = pong.success ? pong.data : {};
    if (interval !== undefined) this.#intervalMs = heartbeatIntervalMs(interval);
    const whole = timestamp !== undefined && Number.isInteger(timestamp);
    const shownAt = timestamp === undefined ? null : timestamp * 1000 + (whole ? 500 : 0);
    this.#pong({
      roundTripMs: Math.round(roundTripMs),
      skewMs: shownAt === null ? null : Math.round(shownAt + roundTripMs / 2 - clock.now()),
      toleranceMs: Math.round(roundTripMs / 2) + (whole ? 1000 : 0),
    });
  }
}
