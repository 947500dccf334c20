import { groupExtraMethods } from '../group-extras';
import { groupKeyMethods } from '../group-keys';
import { banMethods } from '../groups/bans';
import { cursorMethods } from '../groups/cursors';
import { inviteMethods } from '../groups/invites';
import { lifecycleMethods } from '../groups/lifecycle';
import { memberViewMethods } from '../groups/member-views';
import { memberMethods } from '../groups/members';
import { messageMethods } from '../groups/messages';
import { pullMethods } from '../groups/pull';
import { recallMethods } from '../groups/recall';
import { requestMethods } from '../groups/requests';
import { settingMethods } from '../groups/settings';
import { viewMethods } from '../groups/views';
import type { Method } from './method';

/** Everything of `protocol/05 §6` that this gateway answers to; other names of the namespace are unknown. */
export const groupMethods: Readonly<Record<string, Method>> = {
  ...lifecycleMethods,
  ...viewMethods,
  ...memberMethods,
  ...memberViewMethods,
  ...banMethods,
  ...requestMethods,
  ...inviteMethods,
  ...settingMethods,
  ...messageMethods,
  ...recallMethods,
  ...pullMethods,
  ...cursorMethods,
  ...groupKeyMethods,
  ...groupExtraMethods,
};
