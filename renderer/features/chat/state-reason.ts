import { errorCodes, type ErrorCode } from '../../../shared/bridge/error-codes';
import { waitReasons, type WaitReason } from '../../../shared/model/wait-reasons';

/** Why an own message has not arrived: a wait reason while queued, an error code after a failure. */
export type StateReason =
  | { readonly kind: 'wait'; readonly reason: WaitReason }
  | { readonly kind: 'error'; readonly code: ErrorCode };

/** Reads the `stateReason` of a message; unknown words of a newer engine become the general text. */
export function readStateReason(state: 'queued' | 'failed', stateReason: string | null): StateReason {
  const reason = waitReasons.find((known) => known === stateReason);
  if (reason !== undefined) return { kind: 'wait', reason };
  const code = errorCodes.find((known) => known === stateReason);
  if (code !== undefined) return { kind: 'error', code };
  return state === 'queued' ? { kind: 'wait', reason: 'retrying' } : { kind: 'error', code: 'internal' };
}
