import { AunError, RpcError } from '../runtime/errors';
import type { Scheduler } from '../runtime/runtime';
import { TRANSFER_PAUSES_MS } from './limits';

/** Failures of the way, not of the thing: a repeat in a moment can succeed. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'network_unreachable',
  'gateway_unreachable',
  'request_timeout',
  'server_busy',
]);

/** Answers that mean that an address is used up and a new one has to be asked for (`protocol/06 §1.4`). */
const USED_UP: ReadonlySet<number> = new Set([401, 403, 404, 410]);

/** An address of the storage server that no longer works. */
export class AddressUsedUp extends AunError {
  constructor(readonly status: number) {
    super('gateway_refused', `the storage server answered ${status}`, { retryable: true });
  }
}

/** What an answer of the storage server that is no success means. */
export function statusError(status: number): AunError {
  if (USED_UP.has(status)) return new AddressUsedUp(status);
  if (status === 413)
    return new AunError('attachment_too_large', 'the storage server refuses a file of this size');
  if (status === 507) return new AunError('storage_full', 'the storage server has no room left');
  if (status >= 500 || status === 408 || status === 429) {
    return new AunError('server_busy', `the storage server answered ${status}`, { retryable: true });
  }
  return new AunError('gateway_refused', `the storage server answered ${status}`);
}

/** Storage refuses most things under one code; the text says which (`protocol/06 §1.5`). */
export function storageError(error: AunError): AunError {
  if (!(error instanceof RpcError) || (error.wireCode !== -32000 && error.wireCode !== -32602)) return error;
  const options = { detail: error.detail, cause: error };
  if (/quota/i.test(error.wireMessage)) return new AunError('storage_full', error.message, options);
  if (/too large|exceed|size limit/i.test(error.wireMessage)) {
    return new AunError('attachment_too_large', error.message, options);
  }
  return error;
}

/** Whether the same call can be made again soon. */
export function isTransient(error: AunError): boolean {
  const garbled = error.code === 'protocol_error' && error.retryable && !(error instanceof RpcError);
  return TRANSIENT.has(error.code) || garbled || error instanceof AddressUsedUp;
}

/** An upload's calls may also be refused because half of an earlier try is there: the next try looks first. */
export function mayRetryUpload(error: AunError): boolean {
  if (isTransient(error)) return true;
  return error instanceof RpcError && (error.wireCode === -32000 || error.wireCode === -32009);
}

/** A file that is not what its sender named. */
export function damaged(why: string): AunError {
  return new AunError('attachment_damaged', `a file does not pass its checks: ${why}`);
}

/** The error of something that was stopped. */
export function cancelled(): AunError {
  return new AunError('cancelled', 'the transfer was cancelled');
}

/** @throws AunError `cancelled` */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/**
 * Waits before try number `nth` + 1; false when there have been enough of them.
 * @throws AunError `cancelled`
 */
export async function pauseBeforeRepeat(
  nth: number,
  scheduler: Scheduler,
  signal: AbortSignal,
): Promise<boolean> {
  const delay = TRANSFER_PAUSES_MS[nth];
  if (delay === undefined) return false;
  throwIfAborted(signal);
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = scheduler.after(delay, done);
    signal.addEventListener('abort', done);
  });
  throwIfAborted(signal);
  return true;
}
