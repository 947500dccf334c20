import { z } from 'zod';
import { invalidParams } from '../errors';
import { requireOwnInstance } from '../rpc/inbox';
import { slotKey } from '../sessions/session';
import type { CursorRow } from '../store/group-cursors';
import type { MemberRow } from '../store/group-members';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { ackExceeds, groupError } from './errors';

/** Which instance a call is about; only the caller's own. */
export const instanceFields = {
  device_id: z.string().optional(),
  slot_id: z.string().optional(),
  device_name: z.string().max(128).optional(),
  device_type: z.string().max(64).optional(),
};
type InstanceInput = z.infer<z.ZodObject<typeof instanceFields>>;

/** A cursor as replies show it (`protocol/05 §8.2`). */
export interface CursorFacts {
  readonly current_seq: number;
  readonly join_seq: number;
  readonly latest_seq: number;
  readonly unread_count: number;
  readonly retention_floor_seq?: number;
}

/** Members may read; after the end of a group for a while still (`protocol/05 §3.2`). @throws RpcError −33003, −33005 */
export function requireLogReader({ groups, group, aid, now }: GroupCall): MemberRow {
  if (group.status === 'dissolved') {
    const member = groups.member(group, aid);
    const over = now - (group.dissolvedAt ?? 0) > groups.limits.grace;
    if (member === null || over) throw groupError('group_dissolved');
    return member;
  }
  return groups.requireMember(group, aid);
}

function instanceOf({ session, aid }: GroupCall) {
  return { aid, deviceId: session.deviceId, slot: slotKey(session.slotId) };
}

/**
 * The caller's cursor, made when it is missing: at the join position, never further (`protocol/05 §8.2`). `null` when
 * the call names no device.
 * @throws RpcError −32602 for somebody else's instance.
 */
export function ownCursor(context: GroupCall, member: MemberRow, input: InstanceInput): CursorRow | null {
  requireOwnInstance(context.call, input);
  if (input.device_id === undefined) return null;
  return touchCursor(context, member, input);
}

function touchCursor(context: GroupCall, member: MemberRow, input: InstanceInput): CursorRow | null {
  const { gateway, group, session, now } = context;
  const instance = instanceOf(context);
  gateway.store.groupCursors.seen(
    group.id,
    {
      ...instance,
      slotId: session.slotId,
      deviceName: input.device_name ?? '',
      deviceType: input.device_type ?? '',
    },
    { messageSeq: member.joinSeq, eventSeq: member.joinEventSeq },
    now,
  );
  return gateway.store.groupCursors.get(group.id, instance);
}

/** Where an instance stands in the messages or events of its group. */
export function cursorFacts(
  { group }: Pick<GroupCall, 'group'>,
  member: MemberRow,
  cursor: CursorRow | null,
  which: 'message' | 'event',
): CursorFacts {
  const [taken, join, latest, floor] =
    which === 'message'
      ? [cursor?.messageSeq ?? 0, member.joinSeq, group.messageSeq, group.messageFloor]
      : [cursor?.eventSeq ?? 0, member.joinEventSeq, group.eventSeq, group.eventFloor];
  const current = Math.max(taken, join, floor);
  return {
    current_seq: current,
    join_seq: join,
    latest_seq: latest,
    unread_count: Math.max(0, latest - current),
    ...(floor > 0 ? { retention_floor_seq: floor } : {}),
  };
}

const seqField = z.number().int().nonnegative();
const ackMessagesSchema = z.object({
  ...instanceFields,
  msg_seq: seqField.optional(),
  seq: seqField.optional(),
});
const ackEventsSchema = z.object({
  ...instanceFields,
  event_seq: seqField.optional(),
  seq: seqField.optional(),
});

/** Acks never go back; beyond the newest number V1 is refused and V2 held back (`protocol/05 §8.2`). */
function ack(
  context: GroupCall,
  input: InstanceInput,
  seq: number | undefined,
  which: 'message' | 'event',
): unknown {
  const { gateway, groups, group, aid, form } = context;
  if (seq === undefined) {
    throw invalidParams(`invalid params: ${which === 'message' ? 'msg_seq' : 'event_seq'}`);
  }
  groups.requireAlive(group);
  const member = groups.requireMember(group, aid);
  requireOwnInstance(context.call, input);
  const latest = which === 'message' ? group.messageSeq : group.eventSeq;
  if (seq > latest && form === 'a') throw ackExceeds(which);
  touchCursor(context, member, input);
  gateway.store.groupCursors.advance(
    group.id,
    instanceOf(context),
    which === 'message' ? 'message_seq' : 'event_seq',
    Math.min(seq, latest),
  );
  const cursor = gateway.store.groupCursors.get(group.id, instanceOf(context));
  return { cursor: cursorFacts(context, member, cursor, which).current_seq };
}

const instanceSchema = z.object(instanceFields);

function getCursor(context: GroupCall, input: InstanceInput): unknown {
  const { gateway, groups, group, aid, ids } = context;
  groups.requireAlive(group);
  const member = groups.requireMember(group, aid);
  requireOwnInstance(context.call, input);
  const cursor = gateway.store.groupCursors.get(group.id, instanceOf(context));
  return {
    ...ids,
    msg_cursor: cursorFacts(context, member, cursor, 'message'),
    event_cursor: cursorFacts(context, member, cursor, 'event'),
  };
}

/** The caller's own instances in this group. */
function listDevices(context: GroupCall): unknown {
  const { gateway, groups, group, aid, ids } = context;
  groups.requireAlive(group);
  const member = groups.requireMember(group, aid);
  return {
    ...ids,
    devices: gateway.store.groupCursors.all(group.id, aid).map((cursor) => ({
      device_id: cursor.deviceId,
      slot_id: cursor.slotId,
      device_name: cursor.deviceName,
      device_type: cursor.deviceType,
      last_pull_at: cursor.lastPullAt,
      msg_unread: cursorFacts(context, member, cursor, 'message').unread_count,
      event_unread: cursorFacts(context, member, cursor, 'event').unread_count,
    })),
  };
}

const unregisterSchema = z.object({ device_id: z.string(), slot_id: z.string().optional() });

/** Forgets cursors of an own device; the membership stays. */
function unregisterDevice(context: GroupCall, input: z.infer<typeof unregisterSchema>): unknown {
  const { gateway, groups, group, aid } = context;
  groups.requireAlive(group);
  groups.requireMember(group, aid);
  const own = input.device_id === context.session.deviceId;
  // Clients put their own slot into every call: it says nothing about another device.
  const slot = own && input.slot_id !== undefined && input.slot_id !== '' ? slotKey(input.slot_id) : null;
  gateway.store.groupCursors.drop(group.id, aid, input.device_id, slot);
  return { success: true };
}

/** Cursors and devices (`protocol/05 §6.5`, `§8`). */
export const cursorMethods = {
  'group.ack': groupMethod('groupRead', ackMessagesSchema, (context, input) =>
    ack(context, input, input.msg_seq ?? input.seq, 'message'),
  ),
  'group.ack_messages': groupMethod('groupRead', ackMessagesSchema, (context, input) =>
    ack(context, input, input.msg_seq ?? input.seq, 'message'),
  ),
  'group.ack_events': groupMethod('groupRead', ackEventsSchema, (context, input) =>
    ack(context, input, input.event_seq ?? input.seq, 'event'),
  ),
  'group.get_cursor': groupMethod('groupRead', instanceSchema, getCursor),
  'group.list_devices': groupMethod('groupRead', z.object({}), listDevices),
  'group.unregister_device': groupMethod('groupRead', unregisterSchema, unregisterDevice),
};
