import { methodNotFound } from '../errors';
import type { Method } from '../rpc/method';
import { inSession } from '../rpc/method';
import { getEpoch, getEpochKey } from './epoch-methods';
import {
  abortRotation,
  ackRotationKey,
  beginRotation,
  commitRotation,
  heartbeatRotation,
} from './rotation-methods';
import { commitState, getState } from './state-methods';

export { GroupKeyService } from './service';

/** Keys and states of groups of generation V1 (`protocol/02 §11.4`, `§14`). */
export const groupKeyMethods: Readonly<Record<string, Method>> = {
  'group.e2ee.get_epoch': inSession(getEpoch),
  'group.e2ee.begin_rotation': inSession(beginRotation),
  'group.e2ee.heartbeat_rotation': inSession(heartbeatRotation),
  'group.e2ee.ack_rotation_key': inSession(ackRotationKey),
  'group.e2ee.commit_rotation': inSession(commitRotation),
  'group.e2ee.abort_rotation': inSession(abortRotation),
  'group.e2ee.get_epoch_key': inSession(getEpochKey),
  // The one-step rotation is documented but no client of this generation uses it.
  'group.e2ee.rotate_epoch': inSession((call) => {
    throw methodNotFound(call.method);
  }),
  'group.commit_state': inSession(commitState),
  'group.get_state': inSession(getState),
};
