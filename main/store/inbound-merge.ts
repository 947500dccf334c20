import type { InboundRecord } from '../ports/store';
import type { Logger } from '../runtime/logger';
import { dropFiles } from './attachment-writes';
import { text, textOrNull, wholeNumber, wholeNumberOrNull } from './columns';
import { keyOf } from './conversations';
import { countsAsUnread, flagsOf, isLine, isOurWord } from './message-flags';
import { isReadable, isTimeDoubtful, storeContent } from './message-rows';
import {
  CONTENT_COLUMNS,
  contentValues,
  insertClaims,
  SHOWN,
  storedMessages,
  storeLinks,
  type StoredMessage,
  type WriteContext,
} from './message-writes';
import { settleSent } from './outbox-settle';
import { relate, replaceOlder, touchAnswers, touchTarget } from './relations';

const RECALLED = storeContent({ kind: 'recalled' });
const SET_CONTENT = `(${CONTENT_COLUMNS}) = (${CONTENT_COLUMNS.split(',')
  .map(() => '?')
  .join(', ')})`;

/** A message by sender, message id and scope. */
const UNDER_ID = 'm.sender = ? AND m.message_id = ? AND m.scope = ?';

const inOutbox = (message: StoredMessage): boolean =>
  message.own && (message.state === 'queued' || message.state === 'sending' || message.state === 'failed');

/** What a second row with the (sender, messageId) of a stored message does (`protocol/04 §5.8`, §16). */
export function mergeInbound(
  context: WriteContext,
  record: InboundRecord,
  { conversation, scope }: { readonly conversation: number; readonly scope: number },
): void {
  const { database, logger } = context;
  const [before] = storedMessages(database, `WHERE ${UNDER_ID}`, [record.sender, record.messageId, scope]);
  if (before === undefined) return;
  if (record.seq !== null) {
    const seq = wholeNumber(record.seq);
    database.run('UPDATE messages SET seq = ? WHERE id = ? AND seq IS NOT ?', [seq, before.id, seq]);
  }
  if (conversation !== before.conversation) {
    logConflict(logger, record);
    return;
  }
  if (inOutbox(before)) settleSent(context, before.id, wholeNumber(record.serverTime));
  if (record.content.kind === 'recalled') {
    blank(context, before);
    return;
  }
  if (!isReadable(record.content.kind) || before.kind === 'recalled') return;
  if (!isReadable(before.kind)) {
    replace(context, before, record);
    return;
  }
  if (record.protection !== 'none' && isPlaintext(context, before.id)) {
    unseat(context, before);
    replace(context, before, record);
    return;
  }
  const content = storeContent(record.content);
  const fingerprint = record.payloadJson ?? `${content.facts}${content.body ?? ''}`;
  if (fingerprint !== fingerprintOf(context, before.id)) logConflict(logger, record);
}

/** Whether a stored message came in the clear: its words are the gateway's only, and must not keep the sealed ones out. */
function isPlaintext({ database }: WriteContext, id: number): boolean {
  return (
    database.get("SELECT 1 AS found FROM messages WHERE id = ? AND protection = 'none'", [id]) !== undefined
  );
}

/** Takes away what a message in the clear brought along, before the sealed one stands in its place. */
function unseat(context: WriteContext, before: StoredMessage): void {
  dropFiles(context, before.id);
  // It must not count as an older or newer state of itself.
  context.database.run('UPDATE messages SET replace_key = NULL WHERE id = ?', [before.id]);
  touchTarget(context, before);
}

function fingerprintOf({ database }: WriteContext, id: number): string {
  const row = database.get('SELECT payload, facts, body FROM messages WHERE id = ?', [id]);
  if (row === undefined) return '';
  return textOrNull(row, 'payload') ?? `${text(row, 'facts')}${textOrNull(row, 'body') ?? ''}`;
}

function logConflict(logger: Logger, record: InboundRecord): void {
  logger.log('warn', 'store.duplicate_conflict', { sender: record.sender, messageId: record.messageId });
}

/** Puts what was opened now, or a new reason, in the place of an unreadable message; its place in the timeline stays. */
function replace(context: WriteContext, before: StoredMessage, record: InboundRecord): void {
  const { change, database, index } = context;
  const content = storeContent(record.content);
  const readable = isReadable(content.kind);
  const serverTime = wholeNumber(record.serverTime);
  const senderTime = record.senderTime === null ? null : wholeNumber(record.senderTime);
  const flags = flagsOf(record.content, record.links.searchText, record.links.attachments);
  const plain = storeLinks(record.links, content.body, flags);
  const { conversation, sender } = before;
  const standing =
    plain.hidden === SHOWN
      ? replaceOlder(context, { conversation, sender, replaceKey: plain.replaceKey, sortAt: serverTime })
      : 'shown';
  const links = standing === 'shown' ? plain : { ...plain, hidden: standing };
  database.run(
    `UPDATE messages SET ${SET_CONTENT}, payload = ?, raw = CASE WHEN ? THEN NULL ELSE coalesce(?, raw) END,
       epoch = CASE WHEN ? THEN NULL ELSE coalesce(?, epoch) END, protection = ?,
       forward_secret = ?, sender_time = ?, time_doubtful = ?, heal_attempts = heal_attempts + 1 WHERE id = ?`,
    [
      ...contentValues(before.own, content, links),
      record.payloadJson,
      readable ? 1 : 0,
      record.rawJson,
      readable ? 1 : 0,
      wholeNumberOrNull(record.epoch),
      record.protection,
      record.forwardSecret ? 1 : 0,
      senderTime,
      isTimeDoubtful(senderTime, serverTime) ? 1 : 0,
      before.id,
    ],
  );
  if (before.indexed !== null) index.remove(before.indexed);
  if (links.hidden === SHOWN) {
    const text = links.indexText ?? content.body ?? '';
    const author = before.scope > 0 ? sender : null;
    index.add({ id: before.id, conversation, own: before.own, flags: links.flags, author, text });
  }
  insertClaims(database, conversation, before.id, record.links.attachments);
  if (before.unread) {
    change.countUnread(conversation, -1, before.mentionsMe);
    if (countsAsUnread(before.own, content.kind, links.hidden)) {
      change.countUnread(conversation, 1, links.mentionsMe);
    }
  }
  // What another own device wrote there answers the request, also where it could be read only now.
  if (isOurWord(record)) {
    database.run("UPDATE conversations SET standing = 'accepted' WHERE key = ? AND standing = 'pending'", [
      conversation,
    ]);
  }
  if (links.hidden === SHOWN) change.message(before.id, conversation);
  else change.removed(before.id, conversation, before.conversationId);
  relate(context, { ...before, refersTo: links.refersTo, refersAs: links.refersAs }, record.content);
}

/** Takes text, payload, raw row, attachments and index words of a message away; the bubble says that it was recalled. */
function blank(context: WriteContext, before: StoredMessage): void {
  const { change, database, index } = context;
  if (before.kind === 'recalled' || isLine(before.kind)) return;
  database.run(
    `UPDATE messages SET kind = ?, body = NULL, facts = ?, payload = NULL, raw = NULL, epoch = NULL, healing = 0, counted = 0, mentions_me = 0,
       flags = 0, index_text = NULL, reply_to = NULL, reply_text = NULL, thread = NULL, card_state = NULL, card_label = NULL
     WHERE id = ?`,
    [RECALLED.kind, RECALLED.facts, before.id],
  );
  dropFiles(context, before.id);
  if (before.indexed !== null) {
    index.remove(before.indexed);
    index.add({ ...before.indexed, flags: 0, text: '' });
  }
  if (before.unread) change.countUnread(before.conversation, -1, before.mentionsMe);
  change.message(before.id, before.conversation);
  touchTarget(context, before);
  touchAnswers(context, before);
}

/** Blanks messages of `sender`; see `AccountStore.recall` (`protocol/04 §4.4`, §16). */
export function recall(
  context: WriteContext,
  sender: string,
  messageIds: readonly string[],
  group: string | undefined,
): void {
  const scope = group === undefined ? 0 : keyOf(context.database, group);
  if (scope === null) return;
  for (const messageId of new Set(messageIds)) {
    const [before] = storedMessages(context.database, `WHERE ${UNDER_ID}`, [sender, messageId, scope]);
    if (before === undefined) continue;
    // Only what reached the gateway can be recalled there.
    if (inOutbox(before)) settleSent(context, before.id, null);
    blank(context, before);
  }
}

/** Replaces an unreadable message; see `AccountStore.heal`. A record of another message is ignored. */
export function heal(context: WriteContext, id: number, record: InboundRecord): void {
  const [before] = storedMessages(context.database, 'WHERE m.id = ? AND m.sender = ? AND m.message_id = ?', [
    id,
    record.sender,
    record.messageId,
  ]);
  if (before === undefined || isReadable(before.kind)) return;
  if (record.content.kind === 'recalled') blank(context, before);
  else replace(context, before, record);
}
