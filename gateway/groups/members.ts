import { z } from 'zod';
import { invalidParams } from '../errors';
import type { MemberRow } from '../store/group-members';
import { admit, requireAdmissible } from './admission';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { RpcError } from '../errors';
import { groupError } from './errors';
import { aidField, memberTypeField } from './fields';
import { memberFacts } from './objects';
import { signatureOf } from './signed';

const roleField = z.enum(['admin', 'member']);
const targetSchema = z.object({ aid: aidField });
const addSchema = z.object({
  aid: aidField,
  role: roleField.default('member'),
  member_type: memberTypeField.default('human'),
});
type AddInput = z.infer<typeof addSchema>;

const invitee = z
  .union([aidField.transform((aid) => ({ aid })), addSchema])
  .transform((given): AddInput => ({ role: 'member', member_type: 'human', ...given }));
const inviteSchema = z.object({ members: z.array(invitee).min(1).max(100) });

/** What may be changed by whom, before anything about the person is looked at. */
function requireAdder(context: GroupCall, role: 'admin' | 'member'): void {
  const { groups, group, aid } = context;
  groups.requireActive(group);
  groups.requireRole(group, aid, role === 'admin' ? 'owner' : 'admin');
}

function add(context: GroupCall, input: AddInput) {
  requireAdmissible(context, input.aid);
  return context.groups.transaction(() =>
    admit(context, {
      aid: input.aid,
      role: input.role,
      memberType: input.member_type,
      action: 'member_added',
    }),
  );
}

function addMember(context: GroupCall, input: AddInput): unknown {
  const { groups, group, session, ids } = context;
  requireAdder(context, input.role);
  const { member, oldEpoch } = add(context, input);
  return {
    group: groups.object(group, session),
    member: { ...ids, ...memberFacts(member) },
    old_epoch: oldEpoch,
  };
}

/** Several at once, each with a result of their own. */
function invite(context: GroupCall, input: z.infer<typeof inviteSchema>): unknown {
  const { groups, group, session, ids } = context;
  const leads = input.members.some((each) => each.role === 'admin');
  requireAdder(context, leads ? 'admin' : 'member');
  const oldEpoch = groups.keys.committedEpoch(group.id);
  const results = input.members.map((each) => {
    try {
      const { member } = add(context, each);
      return { aid: each.aid, ok: true, status: 'added', member: { ...ids, ...memberFacts(member) } };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { aid: each.aid, ok: false, error: error.message, reason: error.data?.['reason'] };
    }
  });
  return { group: groups.object(group, session), results, old_epoch: oldEpoch };
}

/** Ends a membership with its one event; keys and cursors go with it. */
function end(context: GroupCall, target: MemberRow, action: 'member_left' | 'member_removed'): number {
  const { gateway, groups, group, aid, now, session } = context;
  return groups.transaction(() => {
    const oldEpoch = groups.keys.committedEpoch(group.id);
    gateway.store.groupMembers.remove(group.id, target.aid);
    gateway.store.groups.touch(group.id, now);
    groups.keys.membershipChanged(group);
    groups.keys.forget(group, target.aid);
    groups.appendEvent(group, {
      action,
      actor: aid,
      signature: signatureOf(context.call),
      fields: {
        member_aid: target.aid,
        ...(action === 'member_left' ? { left_aid: target.aid } : { removed_aid: target.aid }),
        member: { aid: target.aid, role: target.role },
        old_epoch: oldEpoch,
        group: { member_count: group.memberCount - 1, e2ee_epoch: oldEpoch },
      },
      copies: [target.aid],
      ...(action === 'member_left' ? { except: session.id } : {}),
    });
    return oldEpoch;
  });
}

/** The member a call is about. @throws RpcError −32008 when there is none. */
function targetOf({ groups, group }: GroupCall, aid: string): MemberRow {
  const member = groups.member(group, aid);
  if (member === null) throw groupError('member_not_found');
  return member;
}

function kick(context: GroupCall, input: z.infer<typeof targetSchema>): unknown {
  const { groups, group, aid, session } = context;
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
  if (input.aid === aid) throw groupError('target_self');
  const target = targetOf(context, input.aid);
  if (target.role === 'owner') throw groupError('target_owner');
  const oldEpoch = end(context, target, 'member_removed');
  return { group: groups.object(group, session), removed_aid: target.aid, old_epoch: oldEpoch };
}

function leave(context: GroupCall): unknown {
  const { groups, group, aid, session } = context;
  groups.requireAlive(group);
  const member = groups.requireMember(group, aid);
  if (member.role === 'owner') throw groupError('owner_leave');
  const oldEpoch = end(context, member, 'member_left');
  return { group: groups.object(group, session), left_aid: aid, old_epoch: oldEpoch };
}

const roleSchema = z.object({ aid: aidField, role: roleField });

function setRole(context: GroupCall, input: z.infer<typeof roleSchema>): unknown {
  const { gateway, groups, group, aid, ids, session, now } = context;
  groups.requireAlive(group);
  const own = groups.requireMember(group, aid);
  // 0.5.4 lets an admin give the role back (`protocol/05 §3.3`).
  const stepsDown =
    context.form === 'b' && own.role === 'admin' && input.aid === aid && input.role === 'member';
  if (own.role !== 'owner' && !stepsDown) throw groupError('need_owner');
  const target = targetOf(context, input.aid);
  if (target.role === 'owner') throw groupError('target_owner');
  const oldRole = target.role;
  if (oldRole !== input.role) {
    groups.transaction(() => {
      gateway.store.groupMembers.setRole(group.id, target.aid, input.role);
      gateway.store.groups.touch(group.id, now);
      groups.appendEvent(group, {
        action: 'role_changed',
        actor: aid,
        signature: signatureOf(context.call),
        fields: {
          member_aid: target.aid,
          member: { ...memberFacts(target), role: input.role },
          old_role: oldRole,
          new_role: input.role,
        },
      });
    });
  }
  return {
    ...ids,
    member: { ...ids, ...memberFacts({ ...target, role: input.role }) },
    group: groups.object(group, session),
    old_role: oldRole,
    new_role: input.role,
    acl_model: 'role_based',
    acl_policy: 'unchanged',
  };
}

const transferSchema = z.object({ new_owner: aidField.optional(), aid: aidField.optional() });

function transferOwner(context: GroupCall, input: z.infer<typeof transferSchema>): unknown {
  const { gateway, groups, group, aid, session, now } = context;
  const newOwner = input.new_owner ?? input.aid;
  if (newOwner === undefined) throw invalidParams('invalid params: new_owner');
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'owner');
  if (newOwner === aid) throw groupError('target_self');
  targetOf(context, newOwner);
  groups.transaction(() => {
    gateway.store.groupMembers.setRole(group.id, aid, 'admin');
    gateway.store.groupMembers.setRole(group.id, newOwner, 'owner');
    gateway.store.groups.update(group.id, { owner: newOwner }, now);
    groups.appendEvent(group, {
      action: 'owner_transferred',
      actor: aid,
      signature: signatureOf(context.call),
      fields: { member_aid: newOwner, old_owner: aid, new_owner: newOwner },
    });
  });
  return {
    group: groups.object(group, session),
    old_owner: aid,
    new_owner: newOwner,
    new_owner_aid: newOwner,
  };
}

/** Who is in and in which role (`protocol/05 §6.2`). */
export const memberMethods = {
  'group.add_member': groupMethod('groupChange', addSchema, addMember),
  'group.invite': groupMethod('groupChange', inviteSchema, invite),
  'group.kick': groupMethod('groupChange', targetSchema, kick),
  'group.remove_member': groupMethod('groupChange', targetSchema, kick),
  'group.leave': groupMethod('groupChange', z.object({}), leave),
  'group.set_role': groupMethod('groupChange', roleSchema, setRole),
  'group.transfer_owner': groupMethod('groupChange', transferSchema, transferOwner),
};
