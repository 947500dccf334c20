import { parsePeerAid } from '../../shared/aun/aid';
import type { JsonObject, JsonValue } from '../../shared/aun/canonical-json';
import { messageRowSchema } from '../../shared/aun/wire';
import type { MessageRow } from '../../shared/aun/wire';
import type { OpenResult } from '../ports/e2ee';
import { noLinks } from '../ports/store';
import type { InboundRecord } from '../ports/store';
import { isJsonObject as isObject, jsonTextOf as jsonOf, malformedId } from '../runtime/json-text';
import { describePayload } from './describe';

/** A raw row after its first look: what to do with it. */
export type ReadRow =
  | {
      readonly kind: 'envelope';
      readonly seq: number | null;
      readonly row: MessageRow;
      readonly raw: JsonObject;
    }
  | {
      readonly kind: 'plain';
      readonly seq: number | null;
      readonly row: MessageRow;
      readonly payload: JsonObject;
    }
  | {
      readonly kind: 'recall';
      readonly seq: number | null;
      readonly row: MessageRow;
      readonly messageIds: readonly string[];
    }
  | { readonly kind: 'skip'; readonly seq: number | null }
  | { readonly kind: 'malformed'; readonly seq: number | null; readonly raw: unknown };

function seqOf(raw: unknown): number | null {
  const seq = isObject(raw) ? raw['seq'] : undefined;
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}

function isValues(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * Sorts a raw row into what it is (`protocol/04 §3.2`, §3.4, §5.6). `recognizes` says whether an end-to-end engine knows it.
 */
export function readRow(raw: unknown, recognizes: (row: JsonObject) => boolean): ReadRow {
  const seq = seqOf(raw);
  const parsed = messageRowSchema.safeParse(raw);
  if (!parsed.success || !isObject(raw)) return { kind: 'malformed', seq, raw };
  const row = parsed.data;
  const payload = row.payload;
  if (recognizes(raw)) return { kind: 'envelope', seq, row, raw };
  if (isObject(payload)) {
    const type = payload['type'];
    if (type === 'message.expired') return { kind: 'skip', seq };
    if (type === 'message.recalled' || row.type === 'message.recalled') {
      const ids = payload['message_ids'];
      const messageIds = isValues(ids) ? ids.filter((id): id is string => typeof id === 'string') : [];
      return { kind: 'recall', seq, row, messageIds: messageIds.length > 0 ? messageIds : [row.message_id] };
    }
    if (row.encrypted === true || (typeof type === 'string' && type.startsWith('e2ee.'))) {
      return { kind: 'envelope', seq, row, raw };
    }
    return { kind: 'plain', seq, row, payload };
  }
  if (row.encrypted === true) return { kind: 'envelope', seq, row, raw };
  if (typeof payload === 'string')
    return { kind: 'plain', seq, row, payload: { type: 'text', text: payload } };
  return { kind: 'malformed', seq, raw };
}

/** Stands where a row names nobody. */
export const UNKNOWN_SENDER = 'unknown';

/** The conversation a row claims to belong to; used only where no verified sender is known. */
function claimedConversation(
  row: MessageRow,
  ownAid: string,
): { conversation: string; sender: string; own: boolean } {
  const from = parsePeerAid(row.from);
  const to = parsePeerAid(row.to);
  if (from === null) return { conversation: ownAid, sender: UNKNOWN_SENDER, own: false };
  if (from === ownAid) return { conversation: to ?? ownAid, sender: from, own: true };
  return { conversation: from, sender: from, own: false };
}

const TOO_DEEP = { reason: 'plaintext_invalid', detail: 'nested too deep' } as const;

/** Record of an envelope, opened or not. */
export function envelopeRecord(
  read: { readonly seq: number | null; readonly row: MessageRow; readonly raw: unknown },
  opened: OpenResult,
  ownAid: string,
  now: number,
): InboundRecord {
  const serverTime = read.row.timestamp > 0 ? Math.round(read.row.timestamp) : now;
  const payloadJson = opened.ok ? jsonOf(opened.payload) : null;
  if (!opened.ok || payloadJson === null) {
    const rawJson = jsonOf(read.raw);
    const claimed = claimedConversation(read.row, ownAid);
    return {
      seq: read.seq,
      messageId: read.row.message_id,
      ...claimed,
      serverTime,
      senderTime: null,
      content: {
        kind: 'undecryptable',
        ...(opened.ok ? TOO_DEEP : { reason: opened.reason, detail: opened.detail }),
        retrying: !opened.ok && opened.mayHeal && rawJson !== null,
      },
      links: noLinks,
      payloadJson: null,
      rawJson,
      protection: 'e2ee-v1',
      forwardSecret: false,
    };
  }
  const own = opened.from === ownAid;
  return {
    seq: read.seq,
    messageId: opened.messageId,
    sender: opened.from,
    conversation: own ? opened.to : opened.from,
    own,
    serverTime,
    senderTime: opened.senderTime,
    ...describePayload(opened.payload, { ownAid, sender: opened.from, protection: opened.protection }),
    payloadJson,
    rawJson: null,
    protection: opened.protection,
    forwardSecret: opened.forwardSecret,
  };
}

/** Record of a row that came without encryption: its sender is the gateway's word only, and it is marked so. */
export function plainRecord(
  read: { readonly seq: number | null; readonly row: MessageRow; readonly payload: JsonObject },
  ownAid: string,
  now: number,
): InboundRecord {
  const claimed = claimedConversation(read.row, ownAid);
  const payloadJson = jsonOf(read.payload);
  return {
    seq: read.seq,
    messageId: read.row.message_id,
    ...claimed,
    serverTime: read.row.timestamp > 0 ? Math.round(read.row.timestamp) : now,
    senderTime: null,
    ...(payloadJson === null
      ? { content: { kind: 'undecryptable' as const, ...TOO_DEEP, retrying: false }, links: noLinks }
      : describePayload(read.payload, { ownAid, sender: claimed.sender, protection: 'none' })),
    payloadJson,
    rawJson: null,
    protection: 'none',
    forwardSecret: false,
  };
}

/**
 * Record of something that is not a message row at all: kept under notes to self, shown and explained. Its id follows
 * from its content, so that it is shown once however often the gateway hands it out.
 */
export function malformedRecord(
  seq: number | null,
  raw: unknown,
  ownAid: string,
  now: number,
): InboundRecord {
  const rawJson = jsonOf(raw);
  return {
    seq,
    messageId: malformedId(seq, rawJson),
    sender: UNKNOWN_SENDER,
    conversation: ownAid,
    own: false,
    serverTime: now,
    senderTime: null,
    content: {
      kind: 'undecryptable',
      reason: 'malformed_envelope',
      detail: 'the gateway delivered a row without the fields of a message',
      retrying: false,
    },
    links: noLinks,
    payloadJson: null,
    rawJson,
    protection: 'none',
    forwardSecret: false,
  };
}

/** Record that stands for a recalled message we never had: the recall is shown, the content is gone. */
export function recalledRecord(
  read: { readonly seq: number | null; readonly row: MessageRow },
  messageId: string,
  ownAid: string,
  now: number,
): InboundRecord {
  return {
    seq: read.seq,
    messageId,
    ...claimedConversation(read.row, ownAid),
    serverTime: read.row.timestamp > 0 ? Math.round(read.row.timestamp) : now,
    senderTime: null,
    content: { kind: 'recalled' },
    links: noLinks,
    payloadJson: null,
    rawJson: null,
    protection: 'none',
    forwardSecret: false,
  };
}
