import type { GroupMembership, GroupRole, GroupStatus } from '../model/group';

/** What somebody may want to do in a group, named like the rows of `protocol/05 §3.3`. */
export type GroupOperation =
  | 'send'
  | 'recall'
  | 'edit' // update, set_settings, rules, announcement, join requirements
  | 'add_member'
  | 'add_admin'
  | 'invite'
  | 'manage_invites'
  | 'review'
  | 'kick'
  | 'mute'
  | 'set_role'
  | 'transfer'
  | 'leave'
  | 'suspend'
  | 'resume'
  | 'dissolve'
  | 'rotate'
  | 'read_files' // shared files: list, look, save
  | 'remove_file'
  | 'review_files';

/** Why an operation is not offered; each has a text in both languages. */
export type GroupRefusal =
  | 'not_member'
  | 'need_admin'
  | 'need_owner'
  | 'target_owner'
  | 'target_self'
  | 'target_not_member'
  | 'muted'
  | 'suspended'
  | 'not_suspended'
  | 'dissolved'
  | 'owner_leaves'
  | 'not_own_message'
  | 'invites_restricted';

/** Facts the matrix decides on. */
export interface GroupStanding {
  readonly membership: GroupMembership;
  readonly role: GroupRole | null;
  readonly status: GroupStatus;
  readonly muted: boolean;
  readonly allowMemberInvite: boolean;
  /** Whether members may change the keys: join modes `open` and `invite_only`. */
  readonly membersRotate: boolean;
}

/** Whom an operation is about. */
export interface GroupTarget {
  readonly own: boolean;
  /** Null: no member. */
  readonly role: GroupRole | null;
}

const WHILE_SUSPENDED: ReadonlySet<GroupOperation> = new Set([
  'edit',
  'manage_invites',
  'kick',
  'mute',
  'set_role',
  'transfer',
  'leave',
  'resume',
  'suspend',
  'rotate',
  'review', // requests may still be refused
  'read_files',
  'remove_file',
  'review_files', // as above
]);
const OWNER_ONLY: ReadonlySet<GroupOperation> = new Set([
  'add_admin',
  'set_role',
  'transfer',
  'suspend',
  'resume',
  'dissolve',
  'review_files',
]);
const ADMINS: ReadonlySet<GroupOperation> = new Set([
  'edit',
  'add_member',
  'manage_invites',
  'review',
  'kick',
  'mute',
  'remove_file',
]);

/**
 * Decides by the permission matrix whether something may be done, in the order of checks of `protocol/05 §3.3`. The gateway
 * decides for good: this is what the window offers, with the reason when it does not.
 * @returns null when it is allowed
 */
export function groupRefusal(
  operation: GroupOperation,
  standing: GroupStanding,
  target: GroupTarget | null = null,
): GroupRefusal | null {
  return (
    refusedByState(operation, standing) ??
    refusedByRole(operation, standing) ??
    (target === null ? null : refusedByTarget(operation, target)) ??
    refusedByMute(operation, standing)
  );
}

function refusedByState(operation: GroupOperation, standing: GroupStanding): GroupRefusal | null {
  if (standing.status === 'dissolved') return 'dissolved';
  if (standing.membership !== 'member') return 'not_member';
  if (standing.status === 'suspended' && !WHILE_SUSPENDED.has(operation)) return 'suspended';
  return operation === 'resume' && standing.status !== 'suspended' ? 'not_suspended' : null;
}

function refusedByRole(operation: GroupOperation, standing: GroupStanding): GroupRefusal | null {
  const { role } = standing;
  const leads = role === 'owner' || role === 'admin';
  if (OWNER_ONLY.has(operation)) return role === 'owner' ? null : 'need_owner';
  if (ADMINS.has(operation)) return leads ? null : 'need_admin';
  if (operation === 'invite')
    return leads || (standing.allowMemberInvite && role === 'member') ? null : 'invites_restricted';
  if (operation === 'rotate')
    return leads || (standing.membersRotate && role === 'member') ? null : 'need_admin';
  if (operation === 'read_files') return null;
  if (operation === 'leave') return role === 'owner' ? 'owner_leaves' : null;
  return role === 'observer' ? 'need_admin' : null;
}

function refusedByTarget(operation: GroupOperation, target: GroupTarget): GroupRefusal | null {
  if (operation === 'recall') return target.own ? null : 'not_own_message';
  if (operation !== 'kick' && operation !== 'mute' && operation !== 'set_role' && operation !== 'transfer')
    return null;
  if (target.own) return 'target_self';
  if (target.role === 'owner') return 'target_owner';
  return target.role === null && operation !== 'mute' ? 'target_not_member' : null;
}

function refusedByMute(operation: GroupOperation, { muted, role }: GroupStanding): GroupRefusal | null {
  if (!muted) return null;
  if (operation === 'send' || operation === 'recall') return 'muted';
  // A ban of an admin takes only writing.
  return (operation === 'invite' || operation === 'rotate') && role === 'member' ? 'muted' : null;
}
