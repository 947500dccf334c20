import { describe, expect, it } from 'vitest';
import { groupRefusal } from './group-permissions';
import type { GroupOperation, GroupRefusal, GroupStanding, GroupTarget } from './group-permissions';

type Who = 'owner' | 'admin' | 'member' | 'muted' | 'outside';
const ALL: readonly Who[] = ['owner', 'admin', 'member', 'muted', 'outside'];

function standing(who: Who, changes: Partial<GroupStanding> = {}): GroupStanding {
  return {
    membership: who === 'outside' ? 'none' : 'member',
    role: who === 'outside' ? null : who === 'muted' ? 'member' : who,
    status: 'active',
    muted: who === 'muted',
    allowMemberInvite: false,
    membersRotate: false,
    ...changes,
  };
}

const member: GroupTarget = { own: false, role: 'member' };
const admin: GroupTarget = { own: false, role: 'admin' };
const owner: GroupTarget = { own: false, role: 'owner' };
const self: GroupTarget = { own: true, role: 'member' };
const outsider: GroupTarget = { own: false, role: null };

/** The rows of `protocol/05 §3.3`: owner, admin, member, member under a ban, outside. `null` is allowed. */
type Row = readonly [
  operation: GroupOperation,
  target: GroupTarget | null,
  ...verdicts: readonly (GroupRefusal | null)[],
];
const ROWS: readonly Row[] = [
  ['send', null, null, null, null, 'muted', 'not_member'],
  ['recall', self, null, null, null, 'muted', 'not_member'],
  [
    'recall',
    member,
    'not_own_message',
    'not_own_message',
    'not_own_message',
    'not_own_message',
    'not_member',
  ],
  ['edit', null, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['add_member', null, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['add_admin', null, null, 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['invite', null, null, null, 'invites_restricted', 'invites_restricted', 'not_member'],
  ['manage_invites', null, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['review', null, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['read_files', null, null, null, null, null, 'not_member'],
  ['remove_file', null, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['review_files', null, null, 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['kick', member, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['kick', admin, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['kick', owner, 'target_owner', 'target_owner', 'need_admin', 'need_admin', 'not_member'],
  ['kick', self, 'target_self', 'target_self', 'need_admin', 'need_admin', 'not_member'],
  ['kick', outsider, 'target_not_member', 'target_not_member', 'need_admin', 'need_admin', 'not_member'],
  ['set_role', member, null, 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['set_role', owner, 'target_owner', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['set_role', self, 'target_self', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['set_role', outsider, 'target_not_member', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['transfer', member, null, 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['transfer', admin, null, 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['transfer', self, 'target_self', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['transfer', outsider, 'target_not_member', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['mute', member, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['mute', admin, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['mute', outsider, null, null, 'need_admin', 'need_admin', 'not_member'],
  ['mute', owner, 'target_owner', 'target_owner', 'need_admin', 'need_admin', 'not_member'],
  ['mute', self, 'target_self', 'target_self', 'need_admin', 'need_admin', 'not_member'],
  ['leave', null, 'owner_leaves', null, null, null, 'not_member'],
  ['suspend', null, null, 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['resume', null, 'not_suspended', 'not_suspended', 'not_suspended', 'not_suspended', 'not_member'],
  ['dissolve', null, null, 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  ['rotate', null, null, null, 'need_admin', 'need_admin', 'not_member'],
];

const cases = ROWS.flatMap(([operation, target, ...verdicts]) =>
  ALL.map((who, index) => ({ operation, target, who, verdict: verdicts[index] ?? null })),
);

describe('the permission matrix', () => {
  it.each(cases)('$operation by $who about $target: $verdict', ({ operation, target, who, verdict }) => {
    expect(groupRefusal(operation, standing(who), target)).toBe(verdict);
  });

  it('lets members invite where the rules allow it, but not while they are muted', () => {
    const allowed = { allowMemberInvite: true };
    expect(groupRefusal('invite', standing('member', allowed))).toBeNull();
    expect(groupRefusal('invite', standing('muted', allowed))).toBe('muted');
    expect(groupRefusal('invite', standing('outside', allowed))).toBe('not_member');
  });

  it('lets members change keys only where members may lead', () => {
    expect(groupRefusal('rotate', standing('member', { membersRotate: true }))).toBeNull();
    expect(groupRefusal('rotate', standing('muted', { membersRotate: true }))).toBe('muted');
  });

  it('takes from a muted admin only writing', () => {
    const muted = standing('admin', { muted: true });
    expect(groupRefusal('send', muted)).toBe('muted');
    expect(groupRefusal('recall', muted, self)).toBe('muted');
    for (const operation of ['edit', 'kick', 'mute', 'review', 'add_member'] as const)
      expect(groupRefusal(operation, muted, member), operation).toBeNull();
  });

  it('keeps observers from writing', () => {
    const observer = standing('member', { role: 'observer' });
    expect(groupRefusal('send', observer)).not.toBeNull();
    expect(groupRefusal('read_files', observer)).toBeNull();
    expect(groupRefusal('leave', observer)).toBeNull();
  });

  it.each([
    ['send', 'suspended'],
    ['recall', 'suspended'],
    ['add_member', 'suspended'],
    ['add_admin', 'suspended'],
    ['invite', 'suspended'],
    ['dissolve', 'suspended'],
    ['edit', null],
    ['manage_invites', null],
    ['review', null],
    ['kick', null],
    ['mute', null],
    ['set_role', null],
    ['transfer', null],
    ['suspend', null],
    ['resume', null],
    ['rotate', null],
    ['read_files', null],
    ['remove_file', null],
    ['review_files', null],
  ] as const)('while suspended: %s by the owner: %s', (operation, verdict) => {
    expect(groupRefusal(operation, standing('owner', { status: 'suspended' }), member)).toBe(
      operation === 'recall' ? 'suspended' : verdict,
    );
  });

  it('lets members leave a suspended group, and nobody but the owner resume it', () => {
    expect(groupRefusal('leave', standing('member', { status: 'suspended' }))).toBeNull();
    expect(groupRefusal('resume', standing('admin', { status: 'suspended' }))).toBe('need_owner');
  });

  it('allows nothing in a group that was dissolved', () => {
    for (const operation of new Set(ROWS.map(([name]) => name)))
      expect(groupRefusal(operation, standing('owner', { status: 'dissolved' }), member), operation).toBe(
        'dissolved',
      );
  });
});
