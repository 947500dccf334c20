import { z } from 'zod';
import { invalidParams } from '../errors';
import type { BanRow } from '../store/group-joining';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { groupError } from './errors';
import { aidField, pageFields, pageOf, reasonField, toMilliseconds } from './fields';
import { banObject } from './objects';
import { signatureOf } from './signed';

const seconds = z.number().nonnegative().optional();
const subjectFields = { subject: aidField.optional(), aid: aidField.optional() };
const banSchema = z.object({
  ...subjectFields,
  reason: reasonField.default(''),
  expires_at: seconds,
  expires_in_seconds: seconds,
  duration_seconds: seconds,
});
type BanInput = z.infer<typeof banSchema>;
const subjectSchema = z.object(subjectFields);

function subjectOf(input: z.infer<typeof subjectSchema>): string {
  const subject = input.subject ?? input.aid;
  if (subject === undefined) throw invalidParams('invalid params: subject');
  return subject;
}

/** End of a ban in ms, 0 for none. @throws RpcError −32602 for an end that is over. */
function endOf(input: BanInput, now: number): number {
  const lasting = input.expires_in_seconds ?? input.duration_seconds;
  if (lasting !== undefined) return lasting === 0 ? 0 : now + Math.round(lasting * 1000);
  const end = toMilliseconds(input.expires_at ?? 0);
  if (end !== 0 && end <= now) throw invalidParams('invalid params: expires_at');
  return end;
}

/** Admins may ban whoever is not the owner, member or not, but never themselves. */
function requireTarget({ groups, group, aid }: GroupCall, subject: string): void {
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
  if (subject === aid) throw groupError('target_self');
  if (subject === group.owner) throw groupError('target_owner');
}

/** The mute and the black list in one (`protocol/05 §3.2`); repeated it changes end and reason. */
function ban(context: GroupCall, input: BanInput): unknown {
  const { gateway, groups, group, aid, now, ids } = context;
  const subject = subjectOf(input);
  const expiresAt = endOf(input, now);
  requireTarget(context, subject);
  const before = groups.ban(group, subject);
  const unchanged = before !== null && before.expiresAt === expiresAt && before.reason === input.reason;
  const row: BanRow = unchanged
    ? before
    : { subject, bannedBy: aid, reason: input.reason, expiresAt, createdAt: now };
  if (!unchanged) {
    groups.transaction(() => {
      gateway.store.groupJoining.putBan(group.id, row);
      groups.appendEvent(group, {
        action: 'member_banned',
        actor: aid,
        signature: signatureOf(context.call),
        fields: { member_aid: subject, subject, expires_at: expiresAt, reason: input.reason },
      });
    });
  }
  return { ...ids, ban: banObject(row, ids.group_id) };
}

function unban(context: GroupCall, input: z.infer<typeof subjectSchema>): unknown {
  const { gateway, groups, group, aid, ids } = context;
  const subject = subjectOf(input);
  requireTarget(context, subject);
  if (groups.ban(group, subject) === null) return { ...ids, subject, status: 'unchanged' };
  groups.transaction(() => {
    gateway.store.groupJoining.removeBan(group.id, subject);
    groups.appendEvent(group, {
      action: 'member_unbanned',
      actor: aid,
      signature: signatureOf(context.call),
      fields: { member_aid: subject, subject, expires_at: 0 },
    });
  });
  return { ...ids, subject, status: 'removed' };
}

const listSchema = z.object(pageFields);

function getBanlist(context: GroupCall, input: z.infer<typeof listSchema>): unknown {
  const { gateway, groups, group, aid, ids } = context;
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
  const { rows, facts } = pageOf(gateway.store.groupJoining.bans(group.id), input);
  return { ...ids, items: rows.map((row) => banObject(row, ids.group_id)), ...facts };
}

/** Bans (`protocol/05 §6.2`). */
export const banMethods = {
  'group.ban': groupMethod('groupChange', banSchema, ban),
  'group.unban': groupMethod('groupChange', subjectSchema, unban),
  'group.get_banlist': groupMethod('groupRead', listSchema, getBanlist),
};
