import { AunError } from '../../runtime/errors';

/** @throws AunError `cancelled` once the user has stopped the job */
export function stopIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AunError('cancelled', 'the backup was stopped');
}
