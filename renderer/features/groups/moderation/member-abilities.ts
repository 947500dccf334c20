import type { GroupOperation, GroupRefusal, GroupTarget } from '../../../../shared/aun/group-permissions';
import type { GroupMember } from '../../../../shared/model/group';
import { isGroupMuted } from '../../../stores/groups-store';

/** What can be done with somebody in a group. */
export type MemberAbility = 'mute' | 'unmute' | 'make_admin' | 'remove_admin' | 'transfer' | 'kick' | 'ban';

/** An entry of the menu: always there, with the reason when it may not be used. */
export interface OfferedAbility {
  readonly ability: MemberAbility;
  readonly refusal: GroupRefusal | null;
}

const operations: Readonly<Record<MemberAbility, GroupOperation>> = {
  mute: 'mute',
  unmute: 'mute',
  make_admin: 'set_role',
  remove_admin: 'set_role',
  transfer: 'transfer',
  kick: 'kick',
  ban: 'kick',
};

/** The entries for somebody: what makes no sense for them is not there, what is not allowed says why. */
export function abilitiesFor(
  member: GroupMember | null,
  refusalOf: (operation: GroupOperation, target: GroupTarget) => GroupRefusal | null,
  own: boolean,
  now: number,
): OfferedAbility[] {
  const role = member?.role ?? null;
  const muted = member !== null && isGroupMuted(member.mutedUntil, now);
  const abilities: MemberAbility[] = [
    muted ? 'unmute' : 'mute',
    role === 'admin' ? 'remove_admin' : 'make_admin',
    'transfer',
    'kick',
    'ban',
  ];
  return abilities.map((ability) => ({ ability, refusal: refusalOf(operations[ability], { own, role }) }));
}

/** The one reason that stands before all entries; null when they differ. */
export function commonRefusal(offered: readonly OfferedAbility[]): GroupRefusal | null {
  const [first] = offered;
  if (first === undefined || first.refusal === null) return null;
  return offered.every(({ refusal }) => refusal === first.refusal) ? first.refusal : null;
}
