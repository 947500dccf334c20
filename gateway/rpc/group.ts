import { groupExtraMethods } from '../group-extras';
import { groupKeyMethods } from '../group-keys';
import { cursorMethods } from '../groups/cursors';
import { lifecycleMethods } from '../groups/lifecycle';
import { memberViewMethods } from '../groups/member-views';
import { memberMethods } from '../groups/members';
import { messageMethods } from '../groups/messages';
import { pullMethods } from '../groups/pull';
import { viewMethods } from '../groups/views';
import type { Method } from './method';

/** Everything of `protocol/05 §6` that this gateway answers to; other names of the namespace are unknown. */
export const groupMethods: Readonly<Record<string, Method>> = {
  ...lifecycleMethods,
  ...viewMethods,
  ...memberMethods,
  ...memberViewMethods,
  ...messageMethods,
  ...pullMethods,
  ...cursorMethods,
  ...groupKeyMethods,
  ...groupExtraMethods,
};
