import { z } from 'zod';
import { MAX_PAYLOAD_BYTES } from '../config';
import { invalidParams, sendFailed } from '../errors';
import { GROUP_ENVELOPE, isGroupEnvelope } from '../group-keys/envelope-facts';
import { randomId } from '../runtime';
import type { GroupMessageRow } from '../store/group-messages';
import { jsonObject, RawResult } from '../wire/frames';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { messageText, payloadType, RECALLED } from './objects';
import { DISPATCH, pushMessage } from './message-pushes';

const sendSchema = z.object({
  payload: z.union([jsonObject, z.string()]),
  type: z.string().max(128).optional(),
  encrypted: z.boolean().optional(),
  message_id: z.string().max(128).optional(),
  timestamp: z.number().optional(),
  attachments: z.array(z.unknown()).optional(),
  protected_headers: z.unknown().optional(),
  headers: z.unknown().optional(),
});
type SendInput = z.infer<typeof sendSchema>;

/** `group.send` (`protocol/05 §6.5`): numbering and storing are one step; asked again with the same id it answers the same. */
function send(context: GroupCall, input: SendInput): RawResult {
  const { gateway, groups, group, aid, session } = context;
  const earlier =
    input.message_id === undefined || input.message_id === ''
      ? null
      : gateway.store.groupMessages.find(group.id, aid, input.message_id);
  if (earlier !== null) return answer(context, earlier);
  groups.requireActive(group);
  groups.requireMember(group, aid);
  groups.requireNotBanned(group, aid);
  const encrypted = checkPayload(context, input);
  const message = groups.transaction(() => {
    const row = rowOf(context, input, encrypted, gateway.store.groups.nextMessageSeq(group.id));
    gateway.store.groupMessages.insert(group.id, row);
    return row;
  });
  pushMessage(gateway, group, message, session);
  return answer(context, message);
}

/** Whether the payload is a V1 envelope, whose epoch is checked. @throws RpcError −32602, −32603, −32041 */
function checkPayload({ call, groups, group, aid }: GroupCall, input: SendInput): boolean {
  // No UTF-16 unit needs more than three bytes, so a short frame is small enough without counting.
  const large = call.frame.length * 3 > MAX_PAYLOAD_BYTES;
  if (large && Buffer.byteLength(JSON.stringify(input.payload), 'utf8') > MAX_PAYLOAD_BYTES) {
    throw sendFailed('payload too large');
  }
  // Only the gateway says that a message was taken back.
  if (input.type === RECALLED || payloadType(input.payload) === RECALLED) {
    throw invalidParams('invalid params: type');
  }
  const payload = jsonObject.safeParse(input.payload);
  const envelope = payload.success && isGroupEnvelope(payload.data);
  if (!envelope && (input.encrypted === true || input.type === GROUP_ENVELOPE)) {
    throw invalidParams('invalid params: payload is not a group envelope');
  }
  if (envelope) groups.keys.checkSend(group, aid, payload.data);
  return envelope;
}

function rowOf(context: GroupCall, input: SendInput, encrypted: boolean, seq: number): GroupMessageRow {
  const { groups, group, aid, now } = context;
  const headers = jsonObject.safeParse(input.protected_headers ?? input.headers);
  const given = input.type === undefined || input.type === '' ? payloadType(input.payload) : input.type;
  return {
    seq,
    messageId:
      input.message_id === undefined || input.message_id === '' ? `gm-${randomId()}` : input.message_id,
    sender: aid,
    type: encrypted ? GROUP_ENVELOPE : given === '' ? 'group.message' : given,
    payload: JSON.stringify(input.payload),
    encrypted,
    extras: JSON.stringify({
      ...(input.attachments === undefined ? {} : { attachments: input.attachments }),
      ...(headers.success ? { protected_headers: headers.data } : {}),
    }),
    dispatchMode: groups.dispatchMode(group),
    timestamp: input.timestamp === undefined ? now : Math.round(input.timestamp),
    createdAt: now,
    recalledAt: null,
  };
}

function answer({ ids, form }: GroupCall, message: GroupMessageRow): RawResult {
  const facts = JSON.stringify({
    ...ids,
    event: { event_type: 'group.message_created', event_seq: 0 },
    dispatch_mode: message.dispatchMode,
    dispatch: DISPATCH,
    message_dispatch: { status: 'broadcast' },
  });
  return new RawResult(`{"message":${messageText(message, ids, form)},${facts.slice(1)}`);
}

/** Sending (`protocol/05 §6.5`). */
export const messageMethods = {
  'group.send': groupMethod('groupSend', sendSchema, send),
};
