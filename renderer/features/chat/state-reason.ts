import { errorCodes, type ErrorCode } from '../../../shared/bridge/errors';
import { waitReasonSchema } from '../../../shared/model/conversation';
import type { WaitReason } from '../../stores/model-types';

const errorCodeSet: ReadonlySet<string> = new Set(errorCodes);

function isErrorCode(text: string): text is ErrorCode {
  return errorCodeSet.has(text);
}

/** Why an own message has not arrived: a wait reason while queued, an error code after a failure. */
export type StateReason =
  | { readonly kind: 'wait'; readonly reason: WaitReason }
  | { readonly kind: 'error'; readonly code: ErrorCode };

/** Reads the `stateReason` of a message; unknown words of a newer engine become the general text. */
export function readStateReason(state: 'queued' | 'failed', stateReason: string | null): StateReason {
  const wait = waitReasonSchema.safeParse(stateReason);
  if (wait.success) return { kind: 'wait', reason: wait.data };
  if (stateReason !== null && isErrorCode(stateReason)) return { kind: 'error', code: stateReason };
  return state === 'queued' ? { kind: 'wait', reason: 'retrying' } : { kind: 'error', code: 'internal' };
}
