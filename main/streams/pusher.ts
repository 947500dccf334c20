import { streamInfoSchema } from '../../shared/aun/streams';
import type { StreamCreated } from '../../shared/aun/streams';
import type { RpcCaller } from '../ports/session';
import type { TransferSocket, TransferSockets } from '../ports/transfers';
import { AunError, toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';

/** A pusher that is away for longer has lost its stream, in ms (`protocol/04 §14.3`). */
const AWAY_MS = 120_000;
/** Waits before each new try, in ms; the last one repeats. */
const RETRY_MS = [500, 1_000, 2_000, 4_000] as const;
/** How long the end of a stream waits for the server's word, in ms. */
const CLOSE_WAIT_MS = 5_000;

/** What one pusher needs. */
export interface PusherDependencies {
  readonly created: StreamCreated;
  readonly rpc: RpcCaller;
  readonly sockets: TransferSockets;
  readonly runtime: Runtime;
}

/** The same address without what lets one in: that travels in a header. */
export function withoutToken(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('token');
  return url.toString();
}

/**
 * Pushes the frames of one own stream, in order and each once, over as many connections as it takes. It never fails: readers who
 * miss the stream still get the final message.
 */
export class Pusher {
  readonly #deps: PusherDependencies;
  readonly #frames: string[] = [];
  #socket: TransferSocket | null = null;
  #isOpen = false;
  #over = false;
  #tries = 0;
  #awaySince: number | null = null;
  #cancelTimer: Disposer = () => undefined;
  #closed: () => void = () => undefined;

  constructor(deps: PusherDependencies) {
    this.#deps = deps;
    this.#connect(0);
  }

  /** The next piece; an empty one is none. */
  push(text: string): void {
    if (text === '') return;
    this.#frames.push(text);
    if (this.#isOpen) this.#send(this.#frames.length);
  }

  /** Ends the stream; resolves when the server knows, or when waiting for it makes no sense. */
  async close(): Promise<void> {
    if (this.#over) return;
    if (this.#isOpen) {
      const told = new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
      const cancel = this.#deps.runtime.scheduler.after(CLOSE_WAIT_MS, () => this.#closed());
      this.#write({ cmd: 'close' });
      await told;
      cancel();
    }
    this.drop();
    try {
      await this.#deps.rpc.call('stream.close', { stream_id: this.#deps.created.stream_id });
    } catch (thrown) {
      this.#note('stream.not_closed', thrown);
    }
  }

  /** Lets go without a word: the server ends the stream by itself. */
  drop(): void {
    this.#over = true;
    this.#cancelTimer();
    this.#isOpen = false;
    this.#socket?.terminate();
    this.#socket = null;
    this.#closed();
  }

  /** Opens a connection on which everything after frame `seq` is sent. */
  #connect(seq: number): void {
    const { created, sockets } = this.#deps;
    let gone = false;
    let opened = false;
    const begin = (): void => {
      if (!opened || this.#socket === null || this.#isOpen) return;
      this.#tries = 0;
      this.#awaySince = null;
      this.#isOpen = true;
      for (let frame = seq + 1; frame <= this.#frames.length; frame += 1) this.#send(frame);
    };
    sockets
      .openSocket({
        url: withoutToken(created.push_url),
        headers: { authorization: `Bearer ${created.push_token}` },
        handlers: {
          opened: () => {
            opened = true;
            begin();
          },
          message: (text) => this.#hear(text),
          failed: (error) => {
            const status = error instanceof AunError ? error.detail['status'] : undefined;
            this.#note('stream.push_failed', error);
            // The server knows the stream no more, or never let us in: no other try would end differently.
            if (typeof status === 'number' && status >= 400 && status < 500) this.#over = true;
          },
          closed: () => {
            gone = true;
            this.#lost();
          },
        },
      })
      .then(
        (socket) => {
          if (gone) return;
          if (this.#over) {
            socket.terminate();
            return;
          }
          this.#socket = socket;
          begin();
        },
        (thrown: unknown) => {
          this.#note('stream.push_refused', thrown);
          this.#over = true;
        },
      );
  }

  #send(frame: number): void {
    this.#write({ cmd: 'data', data: this.#frames[frame - 1] ?? '', seq: frame });
  }

  #write(frame: Readonly<Record<string, unknown>>): void {
    try {
      this.#socket?.send(JSON.stringify(frame));
    } catch (thrown) {
      // The connection ends in this moment; what was not sent goes over the next one.
      this.#note('stream.not_pushed', thrown);
    }
  }

  #hear(text: string): void {
    if (text.includes('closed')) this.#closed();
    else this.#deps.runtime.logger.log('warn', 'stream.server_complains', { text: text.slice(0, 200) });
  }

  #lost(): void {
    const { clock, scheduler } = this.#deps.runtime;
    this.#isOpen = false;
    this.#socket = null;
    this.#closed();
    if (this.#over) return;
    this.#awaySince ??= clock.monotonic();
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? 0;
    this.#tries += 1;
    if (clock.monotonic() + wait - this.#awaySince > AWAY_MS) {
      this.#over = true;
      return;
    }
    this.#cancelTimer = scheduler.after(wait, () => {
      this.#resume().catch((thrown: unknown) => {
        this.#note('stream.not_resumed', thrown);
        this.#lost();
      });
    });
  }

  /** Asks how far the server got, and goes on from there. */
  async #resume(): Promise<void> {
    const { rpc, created } = this.#deps;
    const answer = await rpc.call('stream.get_info', { stream_id: created.stream_id });
    const info = streamInfoSchema.parse(answer);
    if (this.#over) return;
    if (info.status === 'done') this.#over = true;
    else this.#connect(info.seq);
  }

  #note(event: string, thrown: unknown): void {
    const { code, message } = toAunError(thrown);
    this.#deps.runtime.logger.log('info', event, { code, message });
  }
}
