import type { TransferAnswer, Transfers } from '../ports/transfers';
import { AunError } from '../runtime/errors';
import { TRANSFER_IDLE_MS } from './limits';
import { AddressUsedUp, statusError, throwIfAborted } from './transfer-errors';

/**
 * The bytes of an address from `from` on, also where its server knows no parts.
 * @throws AunError for an answer that is none, and what transfers throw
 */
export async function* readFrom(
  transfers: Transfers,
  url: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const answer = await transfers.request({
    method: 'GET',
    url,
    headers: from === 0 ? {} : { range: `bytes=${from}-` },
    idleTimeoutMs: TRANSFER_IDLE_MS,
    signal,
  });
  try {
    let skip = skippedBytes(answer, from);
    for await (const piece of answer.body) {
      throwIfAborted(signal);
      const rest = piece.subarray(Math.min(skip, piece.length));
      skip -= piece.length - rest.length;
      if (rest.length > 0) yield rest;
    }
  } finally {
    answer.close();
  }
}

/** How many bytes of an answer were received before. @throws AunError for an answer that is none */
function skippedBytes(answer: TransferAnswer, from: number): number {
  if (answer.status === 200) return from;
  if (answer.status !== 206) throw statusError(answer.status);
  const start = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  if (start !== String(from)) throw new AunError('protocol_error', 'the server sent another part of a file');
  return 0;
}

export function tooLarge(): AunError {
  return new AunError('attachment_too_large', 'the file is larger than what is fetched');
}

export function gone(cause: unknown): AunError {
  return new AunError('attachment_gone', 'the storage server does not have the file', { cause });
}

/** An address that stays missing although it was asked for anew: the object went meanwhile. */
export function goneOr(error: AunError): AunError {
  return error instanceof AddressUsedUp && (error.status === 404 || error.status === 410)
    ? gone(error)
    : error;
}
