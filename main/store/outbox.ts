import type { ErrorCode } from '../../shared/bridge/errors';
import { isGroupId } from '../../shared/aun/group-id';
import { conversationSchema, type WaitReason } from '../../shared/model/conversation';
import type { AccountStore, AttachmentClaim, OutboxItem } from '../ports/store';
import { AunError } from '../runtime/errors';
import { bindAttachments, unbindAttachments } from './attachment-writes';
import { integer, oneOf, text, textOrNull, wholeNumber } from './columns';
import { ensureConversation, keyOf, requireKey } from './conversations';
import { removeMessage } from './deletions';
import { recordSent } from './deliveries';
import { flagsOf } from './message-flags';
import { storeContent } from './message-rows';
import { insertMessage, SHOWN, storedMessages, storeLinks, type WriteContext } from './message-writes';
import { releaseNumber } from './numbers';
import { ownMessage, settleSent } from './outbox-settle';
import { relate, reopenCard, replaceOlder } from './relations';
import type { ReadConnection, WriteConnection } from './sqlite';

/** A clock that lags behind the newest message by up to this much is ignored: a new bubble stands below it. */
const CLOCK_LAG_MS = 10 * 60 * 1000;

type NewMessage = Parameters<AccountStore['enqueue']>[0];
type SentFacts = Parameters<AccountStore['markSent']>[1];

/** Puts a message into the outbox; see `AccountStore.enqueue`. */
export function enqueue(context: WriteContext, item: NewMessage): void {
  const { database, change } = context;
  const repeated = database.get('SELECT id, conversation FROM messages WHERE request_id = ?', [
    item.requestId,
  ]);
  if (repeated !== undefined) {
    change.message(integer(repeated, 'id'), integer(repeated, 'conversation'));
    return;
  }
  const { key, scope } = placeOf(database, item);
  const content = storeContent(item.content);
  const sortAt = bottomOf(database, key, wholeNumber(item.sortAt));
  const flags = flagsOf(item.content, item.links.searchText, draftsOf(database, key, item.attachments));
  const links = storeLinks(item.links, content.body, flags);
  if (links.hidden === SHOWN) {
    replaceOlder(context, {
      conversation: key,
      sender: item.sender,
      replaceKey: links.replaceKey,
      sortAt,
    });
  }
  const id = insertMessage(context, {
    conversation: key,
    scope,
    sender: item.sender,
    messageId: item.messageId,
    own: true,
    sortAt,
    content,
    links,
    payload: item.payloadJson,
    protection: 'e2ee-v1',
    state: 'queued',
    requestId: item.requestId,
    storedAt: wholeNumber(context.now),
  });
  if (id === null) throw new AunError('already_exists', 'there is a message with this id already');
  bindAttachments(database, key, id, item.attachments);
  database.run('INSERT INTO outbox (conversation, message) VALUES (?, ?)', [key, id]);
  // Whoever writes to somebody lets them in, and takes the conversation up again.
  database.run(
    `UPDATE conversations SET standing = 'accepted',
       archived = iif(muted_until > ? OR ?, archived, 0) WHERE key = ?`,
    [wholeNumber(context.now), links.hidden, key],
  );
  change.message(id, key);
  const { sender, messageId } = item;
  relate(
    context,
    {
      id,
      conversation: key,
      sender,
      messageId,
      own: true,
      refersTo: links.refersTo,
      refersAs: links.refersAs,
    },
    item.content,
  );
}

/** The conversation a message goes to; only those with one person are made by writing. @throws AunError `unknown_conversation` */
function placeOf(database: WriteConnection, item: NewMessage): { key: number; scope: number } {
  if (isGroupId(item.conversation)) {
    const group = requireKey(database, item.conversation);
    return { key: group, scope: group };
  }
  const key = ensureConversation(database, {
    id: item.conversation,
    kind: item.conversation === item.sender ? 'self' : 'direct',
    title: item.conversation,
    now: item.sortAt,
    standing: 'accepted',
  });
  return { key, scope: 0 };
}

function draftsOf(
  database: ReadConnection,
  key: number,
  ids: readonly number[],
): { role: AttachmentClaim['role']; type: string }[] {
  return ids.flatMap((id) => {
    const row = database.get('SELECT role, type FROM attachments WHERE id = ? AND conversation = ?', [
      id,
      key,
    ]);
    if (row === undefined) return [];
    return [{ role: text(row, 'role') === 'main' ? 'main' : 'picture', type: text(row, 'type') }];
  });
}

function bottomOf(database: ReadConnection, key: number, sortAt: number): number {
  const row = database.get(
    'SELECT max(sort_at) AS newest FROM messages WHERE conversation = ? AND hidden = 0',
    [key],
  );
  const newest = row === undefined || row['newest'] === null ? sortAt : integer(row, 'newest');
  return newest > sortAt && newest - sortAt <= CLOCK_LAG_MS ? newest : sortAt;
}

/** The first message of each conversation that waits; none where the first is being sent. One walk along the key. */
export function outboxHeads(database: ReadConnection): OutboxItem[] {
  const rows = database.all(
    `WITH RECURSIVE busy (conversation) AS (
       SELECT min(conversation) FROM outbox
       UNION ALL
       SELECT (SELECT min(o.conversation) FROM outbox o WHERE o.conversation > busy.conversation)
         FROM busy WHERE busy.conversation IS NOT NULL
     )
     SELECT m.id, c.id AS conversation, c.kind, m.message_id, m.payload, o.attempts, o.not_before
     FROM busy
     JOIN outbox o ON o.conversation = busy.conversation
       AND o.message = (SELECT min(h.message) FROM outbox h WHERE h.conversation = busy.conversation)
     JOIN messages m ON m.id = o.message
     JOIN conversations c ON c.key = o.conversation
     WHERE m.state = 'queued' ORDER BY m.id`,
  );
  return rows.map((row) => ({
    id: integer(row, 'id'),
    conversation: text(row, 'conversation'),
    kind: oneOf(row, 'kind', conversationSchema.shape.kind),
    messageId: text(row, 'message_id'),
    payloadJson: text(row, 'payload'),
    attempts: integer(row, 'attempts'),
    notBefore: integer(row, 'not_before'),
    attachments: database
      .all('SELECT id FROM attachments WHERE message = ? AND parent IS NULL ORDER BY position', [
        integer(row, 'id'),
      ])
      .map((attachment) => integer(attachment, 'id')),
  }));
}

/** Marks the start of an attempt. Touches nothing when the message no longer waits, for example because it was cancelled. */
export function markSending(context: WriteContext, id: number): void {
  const { database, change } = context;
  const message = ownMessage(database, id);
  if (message?.state !== 'queued') return;
  database.run("UPDATE messages SET state = 'sending', state_reason = NULL WHERE id = ?", [id]);
  database.run('UPDATE outbox SET attempts = attempts + 1 WHERE conversation = ? AND message = ?', [
    message.conversation,
    id,
  ]);
  change.message(id, message.conversation);
}

/** Marks what the gateway took; never goes backwards from `delivered`. */
export function markSent(context: WriteContext, id: number, sent: SentFacts): void {
  const { database, change } = context;
  const message = ownMessage(database, id);
  if (message === null) return;
  if (message.state !== 'sent' && message.state !== 'delivered') {
    settleSent(context, id, wholeNumber(sent.serverTime));
  }
  // Nobody acknowledges what is in a group; there the number is one of the group's own sequence.
  const acknowledged = message.scope === 0 && recordSent(database, message.conversation, id, sent);
  if (message.scope > 0 && sent.seq !== null) numberOwn(database, id, message.scope, sent.seq);
  const delivered = sent.delivered || acknowledged || message.state === 'delivered';
  database.run('UPDATE messages SET forward_secret = ?, state = ?, state_reason = NULL WHERE id = ?', [
    sent.forwardSecret ? 1 : 0,
    delivered ? 'delivered' : 'sent',
    id,
  ]);
  if (delivered) database.run('DELETE FROM deliveries WHERE message = ?', [id]);
  change.message(id, message.conversation);
}

function numberOwn(database: WriteConnection, id: number, scope: number, seq: number): void {
  const row = database.get('SELECT sender, message_id FROM messages WHERE id = ?', [id]);
  if (row === undefined) return;
  releaseNumber(database, scope, seq, { sender: text(row, 'sender'), messageId: text(row, 'message_id') });
  database.run('UPDATE messages SET seq = ? WHERE id = ?', [wholeNumber(seq), id]);
}

/** Puts a message that could not leave now back, to be tried again at `notBefore`. */
export function markWaiting(context: WriteContext, id: number, reason: WaitReason, notBefore: number): void {
  const { database, change } = context;
  const message = ownMessage(database, id);
  if (message?.state !== 'sending' && message?.state !== 'queued') return;
  // Blocked while it was being sent: it is not tried again.
  if (isBlocked(database, message.conversation)) return markFailed(context, id, 'conversation_blocked');
  database.run("UPDATE messages SET state = 'queued', state_reason = ? WHERE id = ?", [reason, id]);
  database.run('UPDATE outbox SET not_before = ? WHERE conversation = ? AND message = ?', [
    wholeNumber(notBefore),
    message.conversation,
    id,
  ]);
  change.message(id, message.conversation);
}

/** Gives a message up; the next one of its conversation may go. */
export function markFailed(context: WriteContext, id: number, code: ErrorCode): void {
  const { database, change } = context;
  const message = ownMessage(database, id);
  if (message?.state !== 'sending' && message?.state !== 'queued') return;
  database.run("UPDATE messages SET state = 'failed', state_reason = ? WHERE id = ?", [code, id]);
  database.run('DELETE FROM outbox WHERE conversation = ? AND message = ?', [message.conversation, id]);
  change.message(id, message.conversation);
}

function isBlocked(database: ReadConnection, key: number): boolean {
  const row = database.get('SELECT standing FROM conversations WHERE key = ?', [key]);
  return row !== undefined && text(row, 'standing') === 'blocked';
}

/** Gives up whatever waits for somebody who is blocked; what is on its way to the gateway at this moment may still arrive. */
export function failBlocked(context: WriteContext): void {
  const { database } = context;
  for (const conversation of database.all("SELECT key FROM conversations WHERE standing = 'blocked'")) {
    const rows = database.all(
      // Along the queue of the conversation, never along all messages.
      `SELECT m.id FROM outbox o CROSS JOIN messages m ON m.id = o.message
       WHERE o.conversation = ? AND m.state = 'queued' ORDER BY o.message`,
      [integer(conversation, 'key')],
    );
    for (const row of rows) markFailed(context, integer(row, 'id'), 'conversation_blocked');
  }
}

/** Puts a failed or waiting message back to the queue at its old place; touches nothing in any other state. */
export function requeue(context: WriteContext, id: number): void {
  const { database, change } = context;
  const message = ownMessage(database, id);
  if (message?.state !== 'failed' && message?.state !== 'queued') return;
  database.run("UPDATE messages SET state = 'queued', state_reason = NULL WHERE id = ?", [id]);
  database.run(
    `INSERT INTO outbox (conversation, message) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET attempts = 0, not_before = 0`,
    [message.conversation, id],
  );
  change.message(id, message.conversation);
}

/** Items that were being sent when the process died wait again. */
export function recoverOutbox(context: WriteContext): void {
  const { database, change } = context;
  for (const row of database.all("SELECT id, conversation FROM messages WHERE state = 'sending'")) {
    const id = integer(row, 'id');
    const conversation = integer(row, 'conversation');
    database.run("UPDATE messages SET state = 'queued' WHERE id = ?", [id]);
    database.run('UPDATE outbox SET not_before = 0 WHERE conversation = ? AND message = ?', [
      conversation,
      id,
    ]);
    change.message(id, conversation);
  }
  failBlocked(context);
}

/** Lets waiting items be tried now. */
export function wakeOutbox(database: WriteConnection, conversation: string | null): void {
  if (conversation === null) {
    database.run('UPDATE outbox SET not_before = 0 WHERE not_before > 0');
    return;
  }
  const key = keyOf(database, conversation);
  if (key !== null) database.run('UPDATE outbox SET not_before = 0 WHERE conversation = ?', [key]);
}

/** Puts the finished references of uploaded attachments into a message that waits. */
export function setOutboxPayload(database: WriteConnection, id: number, payloadJson: string): void {
  database.run(
    `UPDATE messages SET payload = ? WHERE id = ? AND own = 1 AND state IN ('queued', 'sending', 'failed')`,
    [payloadJson, id],
  );
}

/**
 * Removes a message that has not left and returns its payload, or null when it has left or is on its way. Its attachments stand
 * beside the draft again, and a card it answered is open again.
 */
export function cancel(context: WriteContext, id: number): string | null {
  const { database } = context;
  const [message] = storedMessages(
    database,
    "WHERE m.id = ? AND m.own = 1 AND m.state IN ('queued', 'failed')",
    [id],
  );
  const row = database.get('SELECT payload FROM messages WHERE id = ?', [id]);
  if (message === undefined || row === undefined) return null;
  unbindAttachments(database, id);
  reopenCard(context, message);
  removeMessage(context, message, false);
  return textOrNull(row, 'payload');
}
