import { sortedAids } from '../../e2ee/v1/group';
import type { Keyholder } from './wire';

/** Our place among those who may change the key: the first does so at once, the others look again later. */
export type Turn = 'first' | 'later' | 'never';

/** Whether somebody leads a group. */
export function leads(member: Keyholder): boolean {
  return member.role === 'owner' || member.role === 'admin';
}

/**
 * Chooses who changes the key (`protocol/02 §11.2`): owner and admins by AID, then members by AID if they may. Whoever lacks the
 * key of the epoch before stands back, unless there is nobody else.
 */
export function turnOf(
  own: string,
  members: readonly Keyholder[],
  options: { readonly membersMayLead: boolean; readonly hasKey: boolean },
): Turn {
  const leaders = sortedAids(members.filter(leads).map(({ aid }) => aid));
  const others = sortedAids(
    members.filter((member) => !leads(member) && member.role !== 'observer').map(({ aid }) => aid),
  );
  const candidates = options.membersMayLead ? [...leaders, ...others] : leaders;
  if (!candidates.includes(own)) return 'never';
  if (options.hasKey) return candidates[0] === own ? 'first' : 'later';
  const alone = candidates.every((aid) => aid === own);
  // An admin without the key may still lead in the end: a group must not stay behind because its admin lost a key.
  return alone ? 'first' : 'later';
}
