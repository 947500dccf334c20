import type { StreamLimits } from '../config';

/** One piece of text with its number. */
export interface StreamFrame {
  readonly seq: number;
  readonly data: string;
}

/** Somebody who reads a stream. */
export interface Puller {
  /** Writes text of the event stream; `false` when the reader cannot be served any more. */
  write(text: string): boolean;
  /** Ends in order. */
  end(): void;
  /** Cuts the connection. */
  cut(): void;
  /** When something was last written, in ms of the gateway's clock. */
  writtenAt: number;
}

/** The one who writes a stream. */
export interface Pusher {
  /** Says that the stream is closed, then closes the socket. */
  finish(): void;
  /** Makes room for a newer one. */
  replace(): void;
  /** Cuts the connection. */
  cut(): void;
}

/** What a creator decides. */
export interface StreamWish {
  readonly creator: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly target: string | null;
  readonly bufferFrames: number;
}

/** What `push` did with a frame. */
export type PushOutcome = 'taken' | 'ignored' | 'closed';

/** One stream: numbered frames, what late joiners still get of them, one writer, many readers (`protocol/04 §14`). */
export class LiveStream {
  readonly id: string;
  readonly wish: StreamWish;
  readonly pushToken: string;
  readonly pullToken: string;
  readonly createdAt: number;
  readonly #limits: StreamLimits;
  readonly #now: () => number;
  readonly #pullers = new Set<Puller>();
  #frames: StreamFrame[] = [];
  #bufferBytes = 0;
  #pusher: Pusher | null = null;
  #pushed = false;
  #seq = 0;
  #framesPushed = 0;
  #bytesPushed = 0;
  #lastUsedAt: number;
  #pusherGoneAt: number | null = null;
  #closedAt: number | null = null;

  constructor(
    facts: { id: string; wish: StreamWish; pushToken: string; pullToken: string },
    limits: StreamLimits,
    now: () => number,
  ) {
    this.id = facts.id;
    this.wish = facts.wish;
    this.pushToken = facts.pushToken;
    this.pullToken = facts.pullToken;
    this.#limits = limits;
    this.#now = now;
    this.createdAt = now();
    this.#lastUsedAt = this.createdAt;
  }

  get seq(): number {
    return this.#seq;
  }

  get closedAt(): number | null {
    return this.#closedAt;
  }

  get pullerCount(): number {
    return this.#pullers.size;
  }

  /** Whether there is something that a late joiner could get. */
  get replayable(): boolean {
    return this.#frames.length > 0;
  }

  /** StreamInfo of `protocol/04 §14.1`. */
  info() {
    const now = this.#now();
    return {
      stream_id: this.id,
      creator_aid: this.wish.creator,
      content_type: this.wish.contentType,
      metadata: this.wish.metadata,
      ...(this.wish.target === null ? {} : { target_aid: this.wish.target }),
      status: this.#closedAt !== null ? 'done' : this.#pushed ? 'active' : 'waiting',
      is_online: this.#pusher !== null,
      seq: this.#seq,
      frames_pushed: this.#framesPushed,
      bytes_pushed: this.#bytesPushed,
      puller_count: this.#pullers.size,
      age_seconds: (now - this.createdAt) / 1000,
      idle_seconds: (now - this.#lastUsedAt) / 1000,
    };
  }

  /** Lets a writer in; the one before makes room. */
  attachPusher(pusher: Pusher): void {
    this.#pusher?.replace();
    this.#pusher = pusher;
    this.#pushed = true;
    this.#pusherGoneAt = null;
    this.#lastUsedAt = this.#now();
  }

  /** A writer has gone; one that was replaced before changes nothing. */
  detachPusher(pusher: Pusher): void {
    if (this.#pusher !== pusher) return;
    this.#pusher = null;
    this.#pusherGoneAt = this.#now();
  }

  /** Takes a frame; without a number it gets the next one, a number that was there is ignored. */
  push(data: string, wanted: number | null): PushOutcome {
    if (this.#closedAt !== null) return 'closed';
    this.#lastUsedAt = this.#now();
    const seq = wanted ?? this.#seq + 1;
    if (seq <= this.#seq) return 'ignored';
    const bytes = Buffer.byteLength(data);
    this.#seq = seq;
    this.#framesPushed += 1;
    this.#bytesPushed += bytes;
    this.#frames.push({ seq, data });
    this.#bufferBytes += bytes;
    while (
      this.#frames.length > this.wish.bufferFrames ||
      (this.#bufferBytes > this.#limits.bufferBytes && this.#frames.length > 1)
    ) {
      this.#bufferBytes -= Buffer.byteLength(this.#frames.shift()?.data ?? '');
    }
    const text = eventText({ seq, data });
    for (const puller of this.#pullers) this.#write(puller, text);
    return 'taken';
  }

  /**
   * Replays what is kept above `after` and, in the same step, signs the reader up for what comes: nothing can be lost or
   * doubled in between. A closed stream ends at once.
   */
  attachPuller(puller: Puller, after: number): void {
    this.#lastUsedAt = this.#now();
    this.#pullers.add(puller);
    const missed = this.#frames.filter((frame) => frame.seq > after).map(eventText);
    if (missed.length > 0) this.#write(puller, missed.join(''));
    if (this.#closedAt !== null) this.#finish(puller);
  }

  detachPuller(puller: Puller): void {
    if (this.#pullers.delete(puller)) this.#lastUsedAt = this.#now();
  }

  /** Ends the stream for everybody; what is kept can still be replayed. */
  close(): void {
    if (this.#closedAt !== null) return;
    this.#closedAt = this.#now();
    for (const puller of [...this.#pullers]) this.#finish(puller);
    this.#pusher?.finish();
    this.#pusher = null;
  }

  /** Closes what is over, keeps connections alive, lets go of what nobody can want any more. `true`: forget it. */
  tick(): boolean {
    const now = this.#now();
    const { idle, pusherOffline, keepAlive, replay, memory } = this.#limits;
    if (this.#closedAt !== null) {
      if (now - this.#closedAt >= replay) this.evict(0);
      return now - this.#closedAt >= memory;
    }
    const offline = this.#pusherGoneAt !== null && now - this.#pusherGoneAt > pusherOffline;
    // A reader counts as use only while somebody has written at all: else one that waits would keep a dead stream.
    const unused = now - this.#lastUsedAt > idle && (this.#pullers.size === 0 || this.#pusher === null);
    if (offline || unused) {
      this.close();
      return false;
    }
    for (const puller of this.#pullers) {
      if (now - puller.writtenAt >= keepAlive) this.#write(puller, ': keep-alive\n\n');
    }
    return false;
  }

  /** Drops the oldest frames until `keep` are left. */
  evict(keep: number): void {
    this.#frames = keep === 0 ? [] : this.#frames.slice(-keep);
    this.#bufferBytes = this.#frames.reduce((sum, frame) => sum + Buffer.byteLength(frame.data), 0);
  }

  /** Cuts connections without a word. Returns how many. */
  cut(side: 'push' | 'pull' | 'both'): number {
    let cut = 0;
    if (side !== 'pull' && this.#pusher !== null) {
      this.#pusher.cut();
      cut += 1;
    }
    if (side === 'push') return cut;
    for (const puller of [...this.#pullers]) {
      puller.cut();
      cut += 1;
    }
    return cut;
  }

  #write(puller: Puller, text: string): void {
    puller.writtenAt = this.#now();
    if (!puller.write(text)) this.#pullers.delete(puller);
  }

  #finish(puller: Puller): void {
    this.#write(puller, 'event: done\ndata: {}\n\n');
    this.#pullers.delete(puller);
    puller.end();
  }
}

/** A frame as server-sent event: one `data:` line for each line, each with the one space that readers strip. */
export function eventText(frame: StreamFrame): string {
  const lines = frame.data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `id: ${frame.seq}\n${lines.join('')}\n`;
}
