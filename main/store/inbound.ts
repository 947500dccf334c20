import type { Message } from '../../shared/model/message';
import type { InboundRecord, InboxCursor } from '../ports/store';
import type { Logger } from '../runtime/logger';
import type { ChangeSet } from './change-set';
import { flag, integer, integerOrNull, text, textOrNull, wholeNumber, type SqlRow } from './columns';
import { ensureConversation } from './conversations';
import { countsAsUnread, isReadable, isTimeDoubtful, storeContent } from './message-rows';
import { writeCursor } from './meta';
import { settleSent } from './outbox';
import type { ReadConnection, WriteConnection } from './sqlite';

const RECALLED = storeContent({ kind: 'recalled' });

const EXISTING = `SELECT m.id, m.conversation, c.id AS conversation_id, c.read_up_to, m.sender, m.message_id, m.own, m.kind,
    m.body, m.facts, m.payload, m.state, m.seq
  FROM messages m JOIN conversations c ON c.key = m.conversation`;

const INSERT = `INSERT INTO messages (conversation, sender, message_id, own, seq, sort_at, server_time, sender_time,
    time_doubtful, kind, body, facts, payload, raw, protection, forward_secret, state, healing)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (sender, message_id) DO NOTHING`;

/** Message already stored under the (sender, messageId) of a new row. */
interface Existing {
  readonly id: number;
  readonly conversation: number;
  readonly conversationId: string;
  readonly unread: boolean;
  readonly own: boolean;
  readonly kind: string;
  readonly fingerprint: string;
  readonly inOutbox: boolean;
  readonly seq: number | null;
}

/** What the caller of the functions below works with. */
export interface WriteContext {
  readonly database: WriteConnection;
  readonly change: ChangeSet;
  readonly logger: Logger;
}

function existing(
  database: ReadConnection,
  condition: string,
  params: readonly (string | number)[],
): Existing | null {
  const row: SqlRow | undefined = database.get(`${EXISTING} WHERE ${condition}`, params);
  if (row === undefined) return null;
  const own = flag(row, 'own');
  const kind = text(row, 'kind');
  const state = textOrNull(row, 'state');
  return {
    id: integer(row, 'id'),
    conversation: integer(row, 'conversation'),
    conversationId: text(row, 'conversation_id'),
    unread: countsAsUnread(own, kind) && integer(row, 'id') > integer(row, 'read_up_to'),
    own,
    kind,
    fingerprint: textOrNull(row, 'payload') ?? `${text(row, 'facts')}${textOrNull(row, 'body') ?? ''}`,
    inOutbox: state === 'queued' || state === 'sending' || state === 'failed',
    seq: integerOrNull(row, 'seq'),
  };
}

/** Stores a batch; see `AccountStore.commitInbound`. */
export function commitInbound(
  context: WriteContext,
  records: readonly InboundRecord[],
  cursor: InboxCursor | null,
): void {
  const keys = new Map<string, number>();
  for (const record of records) storeRecord(context, record, keys);
  if (cursor !== null) writeCursor(context.database, cursor);
}

function storeRecord(context: WriteContext, record: InboundRecord, keys: Map<string, number>): void {
  const { database, change } = context;
  const { sender, messageId } = record;
  const seq = record.seq === null ? null : wholeNumber(record.seq);
  if (seq !== null) {
    // A number names one message: the newest row that came with it. Another one held it before the server's reset.
    database.run('UPDATE messages SET seq = NULL WHERE seq = ? AND NOT (sender = ? AND message_id = ?)', [
      seq,
      sender,
      messageId,
    ]);
  }
  const conversation = conversationKey(database, record, keys);
  const content = storeContent(record.content);
  const serverTime = wholeNumber(record.serverTime);
  const senderTime = record.senderTime === null ? null : wholeNumber(record.senderTime);
  const recalled = content.kind === 'recalled';
  const inserted = database.run(INSERT, [
    conversation,
    sender,
    messageId,
    record.own ? 1 : 0,
    seq,
    serverTime,
    serverTime,
    senderTime,
    isTimeDoubtful(senderTime, serverTime) ? 1 : 0,
    content.kind,
    content.body,
    content.facts,
    recalled ? null : record.payloadJson,
    recalled ? null : record.rawJson,
    record.protection,
    record.forwardSecret ? 1 : 0,
    record.own ? 'sent' : null,
    content.healing ? 1 : 0,
  ]);
  if (inserted.changes > 0) {
    change.inserted(insertedMessage(inserted.lastInsertRowid, record, serverTime, senderTime), conversation);
    if (countsAsUnread(record.own, content.kind)) change.countUnread(conversation, 1);
    return;
  }
  const before = existing(database, 'm.sender = ? AND m.message_id = ?', [sender, messageId]);
  if (before === null) return;
  if (seq !== null && seq !== before.seq) {
    database.run('UPDATE messages SET seq = ? WHERE id = ?', [seq, before.id]);
  }
  merge(context, before, record);
}

function insertedMessage(
  id: number,
  record: InboundRecord,
  serverTime: number,
  senderTime: number | null,
): Message {
  return {
    id,
    conversation: record.conversation,
    messageId: record.messageId,
    sender: record.sender,
    own: record.own,
    sortAt: serverTime,
    content: record.content,
    protection: record.protection,
    forwardSecret: record.forwardSecret,
    state: record.own ? 'sent' : null,
    stateReason: null,
    timeDoubtful: isTimeDoubtful(senderTime, serverTime),
  };
}

function conversationKey(
  database: WriteConnection,
  record: InboundRecord,
  keys: Map<string, number>,
): number {
  const id = record.conversation;
  const known = keys.get(id);
  if (known !== undefined) return known;
  const kind = record.own && record.sender === id ? 'self' : 'direct';
  const key = ensureConversation(database, id, kind, id, record.serverTime);
  keys.set(id, key);
  return key;
}

/** What a second row with the (sender, messageId) of a stored message does (`protocol/04 §5.8`, §16). */
function merge(context: WriteContext, before: Existing, record: InboundRecord): void {
  const { change, database, logger } = context;
  if (record.conversation !== before.conversationId) {
    logConflict(logger, record);
    return;
  }
  if (before.own && before.inOutbox) {
    settleSent(database, change, before.id, wholeNumber(record.serverTime));
  }
  if (record.content.kind === 'recalled') {
    blank(context, before);
    return;
  }
  if (!isReadable(record.content.kind) || before.kind === 'recalled') return;
  if (!isReadable(before.kind)) {
    replace(context, before, record);
    return;
  }
  const content = storeContent(record.content);
  const fingerprint = record.payloadJson ?? `${content.facts}${content.body ?? ''}`;
  if (fingerprint !== before.fingerprint) logConflict(logger, record);
}

function logConflict(logger: Logger, record: InboundRecord): void {
  logger.log('warn', 'store.duplicate_conflict', { sender: record.sender, messageId: record.messageId });
}

/** Puts what was opened now, or a new reason, in the place of an unreadable message; its place in the timeline stays. */
function replace(context: WriteContext, before: Existing, record: InboundRecord): void {
  const { change, database } = context;
  const content = storeContent(record.content);
  const readable = isReadable(content.kind);
  const serverTime = wholeNumber(record.serverTime);
  const senderTime = record.senderTime === null ? null : wholeNumber(record.senderTime);
  database.run(
    `UPDATE messages SET kind = ?, body = ?, facts = ?, payload = ?, raw = CASE WHEN ? THEN NULL ELSE coalesce(?, raw) END,
       protection = ?, forward_secret = ?, sender_time = ?, time_doubtful = ?, healing = ?,
       heal_attempts = heal_attempts + 1 WHERE id = ?`,
    [
      content.kind,
      content.body,
      content.facts,
      record.payloadJson,
      readable ? 1 : 0,
      record.rawJson,
      record.protection,
      record.forwardSecret ? 1 : 0,
      senderTime,
      isTimeDoubtful(senderTime, serverTime) ? 1 : 0,
      content.healing ? 1 : 0,
      before.id,
    ],
  );
  if (before.unread && !countsAsUnread(before.own, content.kind)) change.countUnread(before.conversation, -1);
  change.message(before.id, before.conversation);
}

/** Takes text, payload, raw row and index words of a message away; the bubble says that it was recalled. */
function blank(context: WriteContext, before: Existing): void {
  const { change, database } = context;
  if (before.kind === 'recalled' || before.kind === 'notice') return;
  database.run(
    `UPDATE messages SET kind = ?, body = NULL, facts = ?, payload = NULL, raw = NULL, healing = 0 WHERE id = ?`,
    [RECALLED.kind, RECALLED.facts, before.id],
  );
  if (before.unread) change.countUnread(before.conversation, -1);
  change.message(before.id, before.conversation);
}

/** Blanks messages of `sender`; see `AccountStore.recall` (`protocol/04 §4.4`, §16). */
export function recall(context: WriteContext, sender: string, messageIds: readonly string[]): void {
  for (const messageId of new Set(messageIds)) {
    const before = existing(context.database, 'm.sender = ? AND m.message_id = ?', [sender, messageId]);
    if (before === null) continue;
    // Only what reached the gateway can be recalled there.
    if (before.own && before.inOutbox) settleSent(context.database, context.change, before.id, null);
    blank(context, before);
  }
}

/** Replaces an unreadable message; see `AccountStore.heal`. A record of another message is ignored. */
export function heal(context: WriteContext, id: number, record: InboundRecord): void {
  const before = existing(context.database, 'm.id = ? AND m.sender = ? AND m.message_id = ?', [
    id,
    record.sender,
    record.messageId,
  ]);
  if (before === null || isReadable(before.kind)) return;
  if (record.content.kind === 'recalled') blank(context, before);
  else replace(context, before, record);
}
