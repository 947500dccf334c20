import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GatewayContext } from '../context';
import type { Session } from '../sessions/session';
import { sameInstance, slotKey } from '../sessions/session';
import type { MemberRow } from '../store/group-members';
import type { GroupMessageRow } from '../store/group-messages';
import type { GroupRow } from '../store/groups';
import { messageText } from './objects';

/** What every stored message is said to have been: nothing is ever given to agents on duty (`protocol/05 §5.4`). */
export const DISPATCH = { mode: 'broadcast', reason: 'duty_disabled' } as const;

/** Above this number the other members are not named in the push: nobody reads them, and it would grow with the square. */
const NAMED_MEMBERS = 50;

/** What a session of V2 is told instead of the notice; null for nothing. */
export type NewerPush = (
  session: Session,
  ids: { group_id: string; group_aid?: string },
) => { readonly name: string; readonly text: string } | null;

/**
 * Tells everybody about a stored message, after the reply (`protocol/05 §7.4`). V1 gets it whole, also the sender's own
 * sessions; V2 gets a notice, except for the instance that sent it.
 */
export function pushMessage(
  gateway: GatewayContext,
  group: GroupRow,
  message: GroupMessageRow,
  sender: Session,
  newer: NewerPush = (session, ids) =>
    sameInstance(session, sender)
      ? null
      : {
          name: 'group.v2.message_created',
          text: JSON.stringify(noticeOf(message, ids, 'group.message')),
        },
): void {
  const members = gateway.store.groupMembers.all(group.id);
  const fresh = freshJoiners(gateway, group, members);
  const others = members.map((member) => member.aid).filter((aid) => aid !== message.sender);
  let whole: string | null = null;
  const wholeText = (ids: { group_id: string }): string => {
    whole ??= fullText(gateway, message, ids, others.length <= NAMED_MEMBERS ? others : []);
    return whole;
  };
  gateway.groups.afterReply(() => {
    for (const member of members) {
      for (const session of gateway.sessions.longOf(member.aid)) {
        const ids = gateway.groups.idsFor(group, session);
        if (gateway.groups.form(group, session) === 'b') {
          const push = newer(session, ids);
          if (push !== null) session.channel.pushEvent(push.name, push.text);
          continue;
        }
        const text = fresh.has(instanceKey(session)) ? noticeText(message, ids) : wholeText(ids);
        session.channel.pushEvent('group.message_created', text);
      }
    }
  });
}

function instanceKey(session: Pick<Session, 'aid' | 'deviceId' | 'slotId'>): string {
  return `${session.aid}|${session.deviceId}|${slotKey(session.slotId)}`;
}

/**
 * Instances whose SDK would park a whole message behind the hole before their join: those of joiners who have not
 * acknowledged anything since (`protocol/05 §7.4`).
 */
function freshJoiners(
  { store, sessions }: GatewayContext,
  group: GroupRow,
  members: readonly MemberRow[],
): ReadonlySet<string> {
  const late = members.filter((member) => member.joinSeq > 0 && sessions.isOnline(member.aid));
  const keys = late.flatMap((member) =>
    sessions.longOf(member.aid).map((session) => {
      const instance = { aid: member.aid, deviceId: session.deviceId, slot: slotKey(session.slotId) };
      return store.groupCursors.hasTaken(group.id, instance, member.joinSeq) ? null : instanceKey(session);
    }),
  );
  return new Set(keys.filter((key) => key !== null));
}

function noticeOf(
  message: GroupMessageRow,
  ids: { group_id: string; group_aid?: string },
  kind: string,
): JsonObject {
  return {
    module_id: 'group',
    ...ids,
    seq: message.seq,
    message_id: message.messageId,
    sender_aid: message.sender,
    kind,
  };
}

function noticeText(message: GroupMessageRow, ids: { group_id: string }): string {
  return JSON.stringify(noticeOf(message, ids, 'group.broadcast'));
}

function fullText(
  gateway: GatewayContext,
  message: GroupMessageRow,
  ids: { group_id: string },
  others: readonly string[],
): string {
  const text = messageText(message, ids, 'a', {
    module_id: 'group',
    kind: 'group.broadcast',
    dispatch: DISPATCH,
    ...(others.length === 0 ? {} : { member_aids: others }),
  });
  const large = Buffer.byteLength(text, 'utf8') > gateway.groups.limits.pushBytes;
  return large ? noticeText(message, ids) : text;
}
