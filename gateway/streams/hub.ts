import { RpcError } from '../errors';
import type { StreamLimits } from '../config';
import type { GatewayClock } from '../runtime';
import { randomHex } from '../runtime';
import type { StreamWish } from './stream';
import { LiveStream } from './stream';

/** Error codes of `stream.*` (`protocol/04 §14.1`). */
export const StreamCode = {
  notFound: -33401,
  limit: -33402,
  notAllowed: -33403,
  invalidParams: -33405,
} as const;

/** How often streams are looked at while there are any, in ms. */
const TICK_MS = 1000;

/** All streams, in memory: none survives a restart. */
export class StreamHub {
  readonly #streams = new Map<string, LiveStream>();
  readonly #clock: GatewayClock;
  readonly #startedAt: number;
  #timer: NodeJS.Timeout | null = null;
  /** May be changed while running; a stream keeps those it was made with. */
  limits: StreamLimits;

  constructor(clock: GatewayClock, limits: StreamLimits) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.limits = limits;
  }

  get activeCount(): number {
    return this.all().filter((stream) => stream.closedAt === null).length;
  }

  get uptimeSeconds(): number {
    return Math.floor((this.#clock.now() - this.#startedAt) / 1000);
  }

  /** @throws RpcError −33402 when there are too many. */
  create(wish: Omit<StreamWish, 'bufferFrames'> & { bufferFrames: number | null }): LiveStream {
    this.tick();
    if (this.activeCount >= this.limits.active)
      throw new RpcError(StreamCode.limit, 'too many active streams');
    const stream = new LiveStream(
      {
        id: randomHex(8),
        wish: { ...wish, bufferFrames: wish.bufferFrames ?? this.limits.bufferFrames },
        pushToken: randomHex(32),
        pullToken: randomHex(32),
      },
      this.limits,
      () => this.#clock.now(),
    );
    this.#streams.set(stream.id, stream);
    this.#timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    return stream;
  }

  find(id: string): LiveStream | null {
    return this.#streams.get(id) ?? null;
  }

  all(): LiveStream[] {
    return [...this.#streams.values()];
  }

  /** Looks at every stream: time-outs, signs of life, what can be forgotten. */
  tick(): void {
    for (const stream of this.all()) if (stream.tick()) this.#streams.delete(stream.id);
    if (this.#streams.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Ends everything, for the stop of the gateway: connections are cut, so that readers come back and learn the end. */
  stop(): void {
    for (const stream of this.all()) stream.cut('both');
    this.#streams.clear();
    this.tick();
  }
}
