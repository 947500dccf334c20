import { z } from 'zod';
import { invalidParams } from '../errors';
import { randomHex } from '../runtime';
import type { InviteRow } from '../store/group-joining';
import type { MemberRow } from '../store/group-members';
import { admit, requireAdmissible } from './admission';
import type { CallContext, GroupCall } from './calls';
import { groupMethod, plainMethod, withGroup } from './calls';
import { groupError } from './errors';
import { pageFields, pageOf } from './fields';
import { inviteFacts, inviteStatus } from './objects';
import { joinedAnswer } from './requests';

const CODE = /^[a-z0-9_-]{4,64}$/;
const codeField = z.string().transform((text) => text.trim().toLowerCase());

const createSchema = z.object({
  code: codeField.optional(),
  max_uses: z.number().int().nonnegative().default(1),
  expires_in_seconds: z.number().positive().optional(),
});

/** Admins may invite, members where the rules allow it (`protocol/05 §3.3`). */
function requireInviter({ gateway, groups, group, aid }: GroupCall): MemberRow {
  groups.requireActive(group);
  const member = groups.requireMember(group, aid);
  if (member.role !== 'member') return member;
  const allowed = gateway.store.groupSettings.get(group.id, 'rules.allow_member_invite')?.value;
  if (allowed !== true) throw groupError('need_admin');
  groups.requireNotBanned(group, aid);
  return member;
}

function createCode(context: GroupCall, input: z.infer<typeof createSchema>): unknown {
  const { gateway, groups, group, aid, now, ids } = context;
  const { groupJoining } = gateway.store;
  if (input.code !== undefined && !CODE.test(input.code)) throw invalidParams('invalid params: code');
  requireInviter(context);
  const code = input.code ?? freeCode(context);
  if (groupJoining.invite(group.domain, code) !== null) throw groupError('invite_taken');
  const active = groupJoining.invites(group.id).filter((each) => inviteStatus(each, now) === 'active');
  if (active.length >= groups.limits.codes) throw groupError('invite_limit');
  const lifetime =
    input.expires_in_seconds === undefined
      ? groups.limits.codeLifetime
      : Math.round(input.expires_in_seconds * 1000);
  const invite: InviteRow = {
    domain: group.domain,
    code,
    group: group.id,
    createdBy: aid,
    createdAt: now,
    expiresAt: now + lifetime,
    maxUses: input.max_uses,
    usedCount: 0,
    revoked: false,
  };
  groups.transaction(() => {
    groupJoining.insertInvite(invite);
    announce(context, 'invite_code_created', invite);
  });
  return { ...ids, invite_code: { ...ids, ...inviteFacts(invite, now) } };
}

function announce(
  { groups, group, aid }: GroupCall,
  action: 'invite_code_created' | 'invite_code_revoked',
  { code, createdBy, maxUses, expiresAt }: InviteRow,
): void {
  groups.appendEvent(group, {
    action,
    actor: aid,
    fields: {
      invite_code: { code, created_by: createdBy, max_uses: maxUses, expires_at: expiresAt },
    },
  });
}

function freeCode({ gateway, group }: GroupCall): string {
  for (;;) {
    const code = `ic-${randomHex(5)}`;
    if (gateway.store.groupJoining.invite(group.domain, code) === null) return code;
  }
}

const listSchema = z.object({
  ...pageFields,
  status: z.enum(['active', 'expired', 'revoked', 'exhausted']).optional(),
});

function listCodes(context: GroupCall, input: z.infer<typeof listSchema>): unknown {
  const { gateway, groups, group, aid, now, ids } = context;
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
  const found = gateway.store.groupJoining
    .invites(group.id)
    .filter((each) => input.status === undefined || inviteStatus(each, now) === input.status);
  const { rows, facts } = pageOf(found, input);
  return { ...ids, items: rows.map((each) => ({ ...ids, ...inviteFacts(each, now) })), ...facts };
}

const codeSchema = z.object({ code: codeField });

/** Revoking twice succeeds and says nothing the second time. */
function revokeCode(context: GroupCall, { code }: z.infer<typeof codeSchema>): unknown {
  const { gateway, groups, group, aid, ids } = context;
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
  const invite = gateway.store.groupJoining.invite(group.domain, code);
  if (invite?.group !== group.id) throw groupError('invite_unknown');
  if (!invite.revoked) {
    groups.transaction(() => {
      gateway.store.groupJoining.revokeInvite(group.domain, code);
      announce(context, 'invite_code_revoked', invite);
    });
  }
  return { ...ids, code, status: 'revoked' };
}

/** The code alone, or with the domain that issued it. */
function findCode({ gateway, session }: CallContext, text: string): InviteRow | null {
  const [code = '', domain, more] = text.split('@');
  if (more !== undefined) return null;
  return gateway.store.groupJoining.invite(
    domain === undefined || domain === '' ? session.issuer : domain,
    code,
  );
}

/** The code is looked at before its group (`protocol/05 §3.3`); nobody who is a member already uses it up. */
function useCode(caller: CallContext, { code }: z.infer<typeof codeSchema>): unknown {
  const { gateway, groups, aid, now } = caller;
  const invite = findCode(caller, code);
  if (invite === null) throw groupError('invite_unknown');
  const status = inviteStatus(invite, now);
  if (status !== 'active') throw groupError(`invite_${status}`);
  const context = withGroup(caller, groups.current({ id: invite.group }));
  const { group } = context;
  groups.requireActive(group);
  groups.requireNotBanned(group, aid);
  if (groups.member(group, aid) !== null) throw groupError('already_member');
  if (groups.joinMode(group) === 'closed') throw groupError('join_closed');
  requireAdmissible(context, aid);
  const used: InviteRow = { ...invite, usedCount: invite.usedCount + 1 };
  const admitted = groups.transaction(() => {
    gateway.store.groupJoining.countUse(invite.domain, invite.code);
    return admit(context, {
      aid,
      action: 'invite_code_used',
      fields: { invite_code: { used_by: aid, code: invite.code } },
    });
  });
  // The joiner learns nothing about other uses than that this one counted.
  const { code: own, max_uses: maxUses, used_count: usedCount, status: left } = inviteFacts(used, now);
  return {
    ...joinedAnswer(context, admitted),
    invite_code: {
      ...context.ids,
      code: own,
      max_uses: maxUses,
      used_count: usedCount,
      status: left,
      used_by: aid,
    },
  };
}

/** Invite codes (`protocol/05 §6.3`). */
export const inviteMethods = {
  'group.create_invite_code': groupMethod('groupChange', createSchema, createCode),
  'group.list_invite_codes': groupMethod('groupRead', listSchema, listCodes),
  'group.revoke_invite_code': groupMethod('groupChange', codeSchema, revokeCode),
  'group.use_invite_code': plainMethod('groupJoin', codeSchema, useCode),
};
