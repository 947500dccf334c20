import { z } from 'zod';
import { invalidParams } from '../errors';
import { randomId } from '../runtime';
import { sameInstance } from '../sessions/session';
import type { MemberRow } from '../store/group-members';
import type { GroupMessageRow } from '../store/group-messages';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { reasonField } from './fields';
import { pushMessage } from './message-pushes';
import { RECALLED } from './objects';

const schema = z.object({ message_ids: z.array(z.string()), reason: reasonField.default('') });
const MAX_IDS = 100;

type RecallProblem = 'not_found' | 'not_sender' | 'already_recalled' | 'expired';

/**
 * Takes own messages back (`protocol/05 §6.5`): a note stands in the place of each, under its number, and a further row
 * tells those who have read them. V1 gets that row like any message.
 */
function recall(context: GroupCall, input: z.infer<typeof schema>): unknown {
  const { groups, group, aid } = context;
  const ids = [...new Set(input.message_ids.map((id) => id.trim()).filter((id) => id !== ''))];
  if (ids.length === 0 || ids.length > MAX_IDS) throw invalidParams('invalid params: message_ids');
  groups.requireActive(group);
  const member = groups.requireMember(group, aid);
  groups.requireNotBanned(group, aid);
  const errors: { message_id: string; error: RecallProblem }[] = [];
  const targets: GroupMessageRow[] = [];
  for (const id of ids) {
    const found = target(context, member, id);
    if (typeof found === 'string') errors.push({ message_id: id, error: found });
    else targets.push(found);
  }
  if (targets.length > 0) tombstones(context, targets, input.reason);
  const recalled = targets.map((message) => message.messageId);
  return { success: true, accepted: recalled, recalled, errors };
}

/** The message to take back, or why it cannot be. */
function target(
  { gateway, group, aid, now }: GroupCall,
  member: MemberRow,
  id: string,
): GroupMessageRow | RecallProblem {
  const { groupMessages } = gateway.store;
  const message = groupMessages.find(group.id, aid, id);
  if (message === null || message.seq <= member.joinSeq) {
    return groupMessages.exists(group.id, id, member.joinSeq) ? 'not_sender' : 'not_found';
  }
  if (message.recalledAt !== null) return 'already_recalled';
  if (message.type === RECALLED) return 'not_found';
  const forced = gateway.faults.recallWindowMs;
  const window = forced ?? gateway.config.timings.recallWindow;
  if (forced === null && window === 0) return message;
  return now - message.createdAt > window ? 'expired' : message;
}

function tombstones(context: GroupCall, targets: readonly GroupMessageRow[], reason: string): void {
  const { gateway, groups, group, aid, now, session } = context;
  const facts = {
    message_ids: targets.map((message) => message.messageId),
    target_message_seqs: targets.map((message) => message.seq),
    sender_aid: aid,
    recalled_by: aid,
    recalled_at: now,
    reason,
  };
  const payload = JSON.stringify({ type: RECALLED, ...facts });
  const notice = groups.transaction((): GroupMessageRow => {
    for (const message of targets) {
      gateway.store.groupMessages.blank(group.id, message.seq, RECALLED, payload, now);
    }
    const row: GroupMessageRow = {
      seq: gateway.store.groups.nextMessageSeq(group.id),
      messageId: `gm-${randomId()}`,
      sender: aid,
      type: RECALLED,
      payload,
      encrypted: false,
      extras: '{}',
      dispatchMode: groups.dispatchMode(group),
      timestamp: now,
      createdAt: now,
      recalledAt: null,
    };
    gateway.store.groupMessages.insert(group.id, row);
    return row;
  });
  const members = gateway.store.groupMembers.all(group.id).map((member) => member.aid);
  pushMessage(gateway, group, notice, session, (receiver, ids) =>
    sameInstance(receiver, session)
      ? null
      : {
          name: 'group.message_recalled',
          text: JSON.stringify({
            module_id: 'group',
            ...ids,
            seq: notice.seq,
            message_id: notice.messageId,
            tombstone_message_id: notice.messageId,
            ...facts,
            member_aids: members,
          }),
        },
  );
}

/** Taking messages back. */
export const recallMethods = { 'group.recall': groupMethod('groupChange', schema, recall) };
