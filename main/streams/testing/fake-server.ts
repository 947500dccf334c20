import type { TransferAnswer, TransferRequest, Transfers } from '../../ports/transfers';
import { AunError } from '../../runtime/errors';

/** One connection of a reader, held by the test. */
export interface FakePull {
  readonly request: TransferRequest;
  /** Answers with a status and begins the body. */
  answer(status: number): void;
  refuse(error: AunError): void;
  /** Sends text of the event stream. */
  send(text: string): void;
  /** Ends the body, cleanly or not. */
  end(error?: AunError): void;
  /** Whether the reader gave it up. */
  readonly closed: boolean;
}

/** Transfers whose every connection is in the hand of the test. */
export class FakePulls implements Transfers {
  readonly pulls: FakePull[] = [];

  /** The newest connection. */
  get last(): FakePull {
    const pull = this.pulls.at(-1);
    if (pull === undefined) throw new Error('nobody pulls');
    return pull;
  }

  request(request: TransferRequest): Promise<TransferAnswer> {
    return new Promise((resolve, reject) => {
      const waiting: (() => void)[] = [];
      const pieces: (Buffer | AunError | null)[] = [];
      let closed = false;
      const wake = (): void => {
        for (const each of waiting.splice(0)) each();
      };
      async function* body(): AsyncGenerator<Buffer> {
        try {
          for (;;) {
            while (pieces.length === 0 && !closed) await new Promise<void>((again) => waiting.push(again));
            const piece = pieces.shift();
            if (piece === undefined || closed) throw new AunError('cancelled', 'given up');
            if (piece === null) return;
            if (piece instanceof AunError) throw piece;
            yield piece;
          }
        } finally {
          closed = true;
        }
      }
      request.signal.addEventListener('abort', () => {
        closed = true;
        reject(new AunError('cancelled', 'given up'));
        wake();
      });
      const put = (piece: Buffer | AunError | null): void => {
        pieces.push(piece);
        wake();
      };
      this.pulls.push({
        request,
        answer: (status) =>
          resolve({
            status,
            headers: {},
            body: body(),
            close: () => {
              closed = true;
            },
          }),
        refuse: reject,
        send: (text) => put(Buffer.from(text)),
        end: (error) => put(error ?? null),
        get closed() {
          return closed;
        },
      });
    });
  }
}

/** One frame as a stream server writes it. */
export function frame(id: number, text: string): string {
  return `id: ${id}\n${text
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

/** The end of a stream as a server writes it. */
export const DONE = 'event: done\ndata: {}\n\n';

/** Lets everything happen that waits for no timer. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
