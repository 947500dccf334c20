import { parsePeerAid } from '../../../shared/aun/aid';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { MessageContent, Message } from '../../../shared/model/message';
import type { GroupOpenResult } from '../../ports/group-e2ee';
import { noLinks } from '../../ports/store-records';
import type { InboundRecord, MessageLinks } from '../../ports/store-records';
import { isJsonObject, jsonTextOf, malformedId } from '../../runtime/json-text';
import { readGroupMessage } from '../wire';
import type { GroupMessageWire } from '../wire';
import type { Numbered } from './sequence';

/** Stands where a row names nobody. */
const UNKNOWN_SENDER = 'unknown';
const RECALLED = 'group.message_recalled';

/** A row of a group's messages after its first look. */
export interface MessageRow extends Numbered {
  readonly kind: 'envelope' | 'plain' | 'recall' | 'newer' | 'malformed';
  readonly wire: GroupMessageWire | null;
  readonly raw: unknown;
}

/** What a payload comes to; see `describePayload` of the messages between two. */
export type Describe = (
  payload: JsonObject,
  context: {
    readonly ownAid: string;
    readonly sender: string;
    readonly protection: Message['protection'];
    /** Whether the sender may name everybody at once. */
    readonly mayNameAll: boolean;
  },
) => { readonly content: MessageContent; readonly links: MessageLinks };

/** What records of rows are made with. */
export interface RowContext {
  readonly group: string;
  readonly aid: string;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: number;
  readonly describe: Describe;
  /** Whether somebody is owner or admin. */
  readonly mayNameAll: (sender: string) => boolean;
}

/** Sorts a raw row (`protocol/05 §2.3`, §6.5, §12 item 5); null where there is nothing to hold on to. */
export function readMessageRow(raw: unknown, recognizes: (row: JsonObject) => boolean): MessageRow | null {
  const wire = readGroupMessage(raw);
  if (wire === null) {
    const seq = isJsonObject(raw) ? raw['seq'] : undefined;
    const isNumber = typeof seq === 'number' && Number.isSafeInteger(seq) && seq > 0;
    return isNumber ? { kind: 'malformed', seq, empty: true, wire, raw } : null;
  }
  const { seq, payload } = wire;
  const base = { seq, empty: payload === null, wire, raw };
  if (payload === null || wire.messageId === '') return { ...base, kind: 'malformed' };
  const type = typeof payload['type'] === 'string' ? payload['type'] : '';
  if (recognizes(wire.raw) || wire.encrypted || type.startsWith('e2ee.'))
    return { ...base, kind: 'envelope' };
  if (type === RECALLED || wire.type === RECALLED) return { ...base, kind: 'recall' };
  if (type === 'unsupported' || wire.type === 'unsupported') return { ...base, kind: 'newer' };
  return { ...base, kind: 'plain' };
}

/** Id and sender under which a row is stored: of an envelope the signed ones, which the gateway's may differ from. */
export function identityOf(row: MessageRow): { readonly sender: string; readonly messageId: string } {
  const { wire } = row;
  const sender = wire?.sender ?? UNKNOWN_SENDER;
  if (wire === null || row.kind === 'malformed')
    return { sender, messageId: malformedId(row.seq, jsonTextOf(row.raw)) };
  const aad = row.kind === 'envelope' ? wire.payload?.['aad'] : undefined;
  const signed = isJsonObject(aad) ? aad['message_id'] : undefined;
  const isUsable = typeof signed === 'string' && signed !== '' && signed.length <= 256;
  return { sender, messageId: isUsable ? signed : wire.messageId };
}

/** Own messages that a recall row names; null when it is not the sender's own doing (`protocol/05 §3.3`). */
export function recallOf(
  row: MessageRow,
): { readonly sender: string; readonly messageIds: readonly string[] } | null {
  const { wire } = row;
  const payload = wire?.payload ?? null;
  if (wire === null || payload === null) return null;
  const { sender } = wire;
  const named = [payload['sender_aid'], payload['recalled_by']];
  if (sender === null || named.some((name) => !isSender(name, sender))) return null;
  const ids = payload['message_ids'];
  const messageIds = isList(ids)
    ? ids.filter((id): id is string => typeof id === 'string').slice(0, 100)
    : [];
  return { sender, messageIds: messageIds.length > 0 ? messageIds : [wire.messageId] };
}

/** Whether a name says the same person, or nobody. */
function isSender(name: unknown, sender: string): boolean {
  if (name === undefined || name === null || name === '') return true;
  return typeof name === 'string' && parsePeerAid(name) === sender;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function common(row: MessageRow, context: RowContext) {
  const { wire } = row;
  const identity = identityOf(row);
  return {
    seq: row.seq,
    ...identity,
    conversation: context.group,
    own: identity.sender === context.aid,
    serverTime: wire?.createdAt ?? wire?.timestamp ?? context.now,
    senderTime: null,
    links: noLinks,
    payloadJson: null,
    rawJson: null,
    protection: 'none' as const,
    forwardSecret: false,
  };
}

/** Record of an envelope, opened or kept unreadable with the reason. */
export function envelopeRecord(row: MessageRow, opened: GroupOpenResult, context: RowContext): InboundRecord {
  const base = common(row, context);
  const payloadJson = opened.ok ? jsonTextOf(opened.payload) : null;
  const from = opened.ok ? parsePeerAid(opened.from) : null;
  if (!opened.ok || payloadJson === null || from === null) {
    const rawJson = jsonTextOf(row.raw);
    const content = opened.ok
      ? { reason: 'plaintext_invalid' as const, detail: 'nested too deep', retrying: false }
      : { reason: opened.reason, detail: opened.detail, retrying: opened.mayHeal && rawJson !== null };
    return {
      ...base,
      content: { kind: 'undecryptable', ...content },
      rawJson,
      epoch: opened.epoch,
      protection: 'e2ee-v1',
    };
  }
  const { payload, protection } = opened;
  return {
    ...base,
    messageId: opened.messageId,
    sender: from,
    own: from === context.aid,
    senderTime: opened.senderTime,
    ...context.describe(payload, {
      ownAid: context.aid,
      sender: from,
      protection,
      mayNameAll: context.mayNameAll(from),
    }),
    payloadJson,
    protection,
    forwardSecret: opened.forwardSecret,
  };
}

/** Record of every other row: in the clear, of a later generation, recalled, or no message at all. Null: nothing to show. */
export function otherRecord(row: MessageRow, context: RowContext): InboundRecord | null {
  const base = common(row, context);
  if (row.kind === 'recall') {
    const recall = recallOf(row);
    // The blanked row keeps its own id; the notice of it is no message.
    if (recall?.messageIds.includes(base.messageId) !== true) return null;
    return { ...base, content: { kind: 'recalled' } };
  }
  if (row.kind === 'newer')
    return unreadable(row, base, 'unknown_generation', 'sealed with a later generation of group encryption');
  const payload = row.wire?.payload ?? null;
  const payloadJson = payload === null ? null : jsonTextOf(payload);
  if (row.kind === 'malformed' || payload === null)
    return unreadable(
      row,
      base,
      'malformed_envelope',
      'the gateway delivered a row without the fields of a message',
    );
  if (payloadJson === null) return unreadable(row, base, 'plaintext_invalid', 'nested too deep');
  const { sender } = base;
  return {
    ...base,
    // Nothing that came without encryption proves who sent it: nobody is named by it.
    ...context.describe(payload, { ownAid: context.aid, sender, protection: 'none', mayNameAll: false }),
    payloadJson,
  };
}

function unreadable(
  row: MessageRow,
  base: ReturnType<typeof common>,
  reason: 'unknown_generation' | 'malformed_envelope' | 'plaintext_invalid',
  detail: string,
): InboundRecord {
  const content = { kind: 'undecryptable' as const, reason, detail, retrying: false };
  return { ...base, content, rawJson: jsonTextOf(row.raw) };
}
