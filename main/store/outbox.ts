import type { ErrorCode } from '../../shared/bridge/errors';
import type { WaitReason } from '../../shared/model/conversation';
import type { AccountStore, OutboxItem } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { ChangeSet } from './change-set';
import { integer, text, textOrNull, wholeNumber } from './columns';
import { ensureConversation, keyOf } from './conversations';
import { storeContent } from './message-rows';
import { recordSent } from './deliveries';
import type { ReadConnection, WriteConnection } from './sqlite';

/** A clock that lags behind the newest message by up to this much is ignored: a new bubble stands below it. */
const CLOCK_LAG_MS = 10 * 60 * 1000;
/** From this many waiting messages on they are moved some way ahead, so that not each send moves all of them again. */
const MANY_WAITING = 16;
const AHEAD_MS = 2000;

type NewMessage = Parameters<AccountStore['enqueue']>[0];
type SentFacts = Parameters<AccountStore['markSent']>[1];

interface OwnMessage {
  readonly conversation: number;
  readonly state: string | null;
  readonly sortAt: number;
}

function ownMessage(database: ReadConnection, id: number): OwnMessage | null {
  const row = database.get('SELECT conversation, state, sort_at FROM messages WHERE id = ? AND own = 1', [
    id,
  ]);
  if (row === undefined) return null;
  return {
    conversation: integer(row, 'conversation'),
    state: textOrNull(row, 'state'),
    sortAt: integer(row, 'sort_at'),
  };
}

/** Puts a message into the outbox; see `AccountStore.enqueue`. */
export function enqueue(database: WriteConnection, change: ChangeSet, item: NewMessage): void {
  const repeated = database.get('SELECT id, conversation FROM messages WHERE request_id = ?', [
    item.requestId,
  ]);
  if (repeated !== undefined) {
    change.message(integer(repeated, 'id'), integer(repeated, 'conversation'));
    return;
  }
  const taken = database.get('SELECT 1 AS found FROM messages WHERE sender = ? AND message_id = ?', [
    item.sender,
    item.messageId,
  ]);
  if (taken !== undefined) throw new AunError('already_exists', 'there is a message with this id already');
  const kind = item.conversation === item.sender ? 'self' : 'direct';
  const key = ensureConversation(database, item.conversation, kind, item.conversation, item.sortAt);
  const content = storeContent(item.content);
  const id = database.run(
    `INSERT INTO messages (conversation, sender, message_id, own, sort_at, kind, body, facts, payload, protection, state,
       request_id) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, 'e2ee-v1', 'queued', ?)`,
    [
      key,
      item.sender,
      item.messageId,
      bottomOf(database, key, wholeNumber(item.sortAt)),
      content.kind,
      content.body,
      content.facts,
      item.payloadJson,
      item.requestId,
    ],
  ).lastInsertRowid;
  database.run('INSERT INTO outbox (conversation, message) VALUES (?, ?)', [key, id]);
  change.message(id, key);
}

function bottomOf(database: ReadConnection, key: number, sortAt: number): number {
  const row = database.get('SELECT max(sort_at) AS newest FROM messages WHERE conversation = ?', [key]);
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
     SELECT m.id, c.id AS conversation, m.message_id, m.payload, o.attempts, o.not_before
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
    messageId: text(row, 'message_id'),
    payloadJson: text(row, 'payload'),
    attempts: integer(row, 'attempts'),
    notBefore: integer(row, 'not_before'),
  }));
}

/** Marks the start of an attempt. Touches nothing when the message no longer waits, for example because it was cancelled. */
export function markSending(database: WriteConnection, change: ChangeSet, id: number): void {
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
export function markSent(database: WriteConnection, change: ChangeSet, id: number, sent: SentFacts): void {
  const message = ownMessage(database, id);
  if (message === null) return;
  if (message.state !== 'sent' && message.state !== 'delivered') {
    settleSent(database, change, id, wholeNumber(sent.serverTime));
  }
  const acknowledged = recordSent(database, message.conversation, id, sent);
  const delivered = sent.delivered || acknowledged || message.state === 'delivered';
  database.run('UPDATE messages SET forward_secret = ?, state = ?, state_reason = NULL WHERE id = ?', [
    sent.forwardSecret ? 1 : 0,
    delivered ? 'delivered' : 'sent',
    id,
  ]);
  if (delivered) database.run('DELETE FROM deliveries WHERE message = ?', [id]);
  change.message(id, message.conversation);
}

/**
 * Takes a message out of the outbox because the gateway has it. It moves to the gateway's time, but never above the message
 * it was written below; what still waits in the conversation stays below it.
 */
export function settleSent(
  database: WriteConnection,
  change: ChangeSet,
  id: number,
  serverTime: number | null,
): void {
  const message = ownMessage(database, id);
  if (message === null) return;
  const key = message.conversation;
  database.run('DELETE FROM outbox WHERE conversation = ? AND message = ?', [key, id]);
  database.run(
    `UPDATE messages SET state = 'sent', state_reason = NULL, server_time = coalesce(?, server_time) WHERE id = ?`,
    [serverTime, id],
  );
  change.message(id, key);
  if (serverTime === null) return;
  const sortAt = belowItsPredecessor(database, key, id, message.sortAt, serverTime);
  if (sortAt === message.sortAt) return;
  database.run('UPDATE messages SET sort_at = ? WHERE id = ?', [sortAt, id]);
  keepWaitingBelow(database, change, key, id, sortAt);
}

function belowItsPredecessor(
  database: ReadConnection,
  key: number,
  id: number,
  current: number,
  serverTime: number,
): number {
  const row = database.get(
    `SELECT sort_at, id FROM messages WHERE conversation = ? AND (sort_at, id) < (?, ?)
     ORDER BY sort_at DESC, id DESC LIMIT 1`,
    [key, current, id],
  );
  if (row === undefined) return serverTime;
  const floor = integer(row, 'sort_at') + (integer(row, 'id') > id ? 1 : 0);
  return Math.max(serverTime, floor);
}

function keepWaitingBelow(
  database: WriteConnection,
  change: ChangeSet,
  key: number,
  id: number,
  sortAt: number,
): void {
  const rows = database.all(
    `SELECT m.id FROM outbox o JOIN messages m ON m.id = o.message
     WHERE o.conversation = ? AND o.message > ? AND m.sort_at < ?`,
    [key, id, sortAt],
  );
  const target = rows.length > MANY_WAITING ? sortAt + AHEAD_MS : sortAt;
  for (const row of rows) {
    const waiting = integer(row, 'id');
    database.run('UPDATE messages SET sort_at = ? WHERE id = ?', [target, waiting]);
    change.message(waiting, key);
  }
}

/** Puts a message that could not leave now back, to be tried again at `notBefore`. */
export function markWaiting(
  database: WriteConnection,
  change: ChangeSet,
  id: number,
  reason: WaitReason,
  notBefore: number,
): void {
  const message = ownMessage(database, id);
  if (message?.state !== 'sending' && message?.state !== 'queued') return;
  database.run("UPDATE messages SET state = 'queued', state_reason = ? WHERE id = ?", [reason, id]);
  database.run('UPDATE outbox SET not_before = ? WHERE conversation = ? AND message = ?', [
    wholeNumber(notBefore),
    message.conversation,
    id,
  ]);
  change.message(id, message.conversation);
}

/** Gives a message up; the next one of its conversation may go. */
export function markFailed(database: WriteConnection, change: ChangeSet, id: number, code: ErrorCode): void {
  const message = ownMessage(database, id);
  if (message?.state !== 'sending' && message?.state !== 'queued') return;
  database.run("UPDATE messages SET state = 'failed', state_reason = ? WHERE id = ?", [code, id]);
  database.run('DELETE FROM outbox WHERE conversation = ? AND message = ?', [message.conversation, id]);
  change.message(id, message.conversation);
}

/** Puts a failed or waiting message back to the queue at its old place; touches nothing in any other state. */
export function requeue(database: WriteConnection, change: ChangeSet, id: number): void {
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
export function recoverOutbox(database: WriteConnection, change: ChangeSet): void {
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

/** Removes a message that has not left and returns its payload, or null when it has left or is on its way. */
export function cancel(database: WriteConnection, change: ChangeSet, id: number): string | null {
  const row = database.get(
    `SELECT m.conversation, c.id AS conversation_id, m.payload FROM messages m JOIN conversations c ON c.key = m.conversation
     WHERE m.id = ? AND m.own = 1 AND m.state IN ('queued', 'failed')`,
    [id],
  );
  if (row === undefined) return null;
  database.run('DELETE FROM messages WHERE id = ?', [id]);
  change.removed(id, integer(row, 'conversation'), text(row, 'conversation_id'));
  return textOrNull(row, 'payload');
}
