import { methodNotFound } from '../errors';
import type { Method } from '../rpc/method';
import { getEpoch, getEpochKey } from './epoch-methods';
import {
  abortRotation,
  ackRotationKey,
  beginRotation,
  commitRotation,
  heartbeatRotation,
} from './rotation-methods';
import { rated } from './rated';
import { commitState, getState } from './state-methods';

export { GroupKeyService } from './service';

/** Keys and states of groups of generation V1 (`protocol/02 §11.4`, `§14`). */
export const groupKeyMethods: Readonly<Record<string, Method>> = {
  'group.e2ee.get_epoch': rated('groupRead', getEpoch),
  'group.e2ee.begin_rotation': rated('groupChange', beginRotation),
  'group.e2ee.heartbeat_rotation': rated('groupChange', heartbeatRotation),
  'group.e2ee.ack_rotation_key': rated('groupChange', ackRotationKey),
  'group.e2ee.commit_rotation': rated('groupChange', commitRotation),
  'group.e2ee.abort_rotation': rated('groupChange', abortRotation),
  'group.e2ee.get_epoch_key': rated('groupRead', getEpochKey),
  // The one-step rotation is documented but no client of this generation uses it.
  'group.e2ee.rotate_epoch': rated('groupRead', (call) => {
    throw methodNotFound(call.method);
  }),
  'group.commit_state': rated('groupChange', commitState),
  'group.get_state': rated('groupRead', getState),
};
