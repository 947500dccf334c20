import type { Generation } from '../sessions/session';
import type { GroupRow } from '../store/groups';

/** How a group is spelled: Form A for V1, Form B for V2 (`protocol/05 §1.1`). */
export type IdForm = 'a' | 'b';

export const GROUP_E2EE_V1 = 'group_e2ee';
export const GROUP_E2EE_V2 = 'group_e2ee_v2';

/** Which form a session expects for a group; one that speaks both is classified by the group (`protocol/05 §1.4`). */
export function formFor(group: Pick<GroupRow, 'protocol'>, generation: Generation): IdForm {
  if (generation === 'both') return group.protocol === GROUP_E2EE_V2 ? 'b' : 'a';
  return generation === 'v2' ? 'b' : 'a';
}

/** The id of a group in a form. */
export function groupIdIn(group: Pick<GroupRow, 'base' | 'domain'>, form: IdForm): string {
  return form === 'a' ? `group.${group.domain}/${group.base}` : `${group.base}.${group.domain}`;
}

/** `group_id`, and `group_aid` where the form or the group has one. */
export function groupIds(
  group: Pick<GroupRow, 'base' | 'domain' | 'groupAid'>,
  form: IdForm,
): { group_id: string; group_aid?: string } {
  const id = groupIdIn(group, form);
  if (form === 'b') return { group_id: id, group_aid: id };
  return group.groupAid === null ? { group_id: id } : { group_id: id, group_aid: group.groupAid };
}
