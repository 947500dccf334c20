import type { Conversation } from '../../shared/model/conversation';
import { integer, text, wholeNumber } from './columns';
import { dropFiles } from './attachment-writes';
import { requireKey } from './conversations';
import { removeGroupKeys } from './group-keys';
import { clearLog } from './log-erasure';
import { isLine } from './message-flags';
import { REPLACED, storedMessages, type StoredMessage, type WriteContext } from './message-writes';
import { touchAnswers, touchTarget } from './relations';
import type { ReadConnection, WriteConnection } from './sqlite';

/** Own messages that have not left: no rule deletes them by itself. */
const SETTLED = "(state IS NULL OR state IN ('sent', 'delivered'))";

/** Names a message that must never come back; `group` is the group it was in, or empty. */
export function bury(context: WriteContext, sender: string, messageId: string, group: string): void {
  context.database.run('INSERT OR IGNORE INTO tombstones (scope, sender, message_id) VALUES (?, ?, ?)', [
    group,
    sender,
    messageId,
  ]);
}

/** Whether a message was deleted here; `group` is the group it was in, or empty. */
export function isBuried(
  database: ReadConnection,
  sender: string,
  messageId: string,
  group: string,
): boolean {
  return (
    database.get('SELECT 1 AS found FROM tombstones WHERE sender = ? AND message_id = ? AND scope = ?', [
      sender,
      messageId,
      group,
    ]) !== undefined
  );
}

/** Takes one message away, with its index rows, attachments and whatever answers it in a draft. */
export function removeMessage(context: WriteContext, message: StoredMessage, forGood: boolean): void {
  const { database, change } = context;
  dropFiles(context, message.id);
  if (message.indexed !== null) context.index.remove(message.indexed);
  if (message.unread) change.countUnread(message.conversation, -1, message.mentionsMe);
  database.run('DELETE FROM messages WHERE id = ?', [message.id]);
  database.run('UPDATE conversations SET draft_reply = NULL WHERE key = ? AND draft_reply = ?', [
    message.conversation,
    message.id,
  ]);
  if (forGood && !isLine(message.kind))
    bury(context, message.sender, message.messageId, message.scope > 0 ? message.conversationId : '');
  change.removed(message.id, message.conversation, message.conversationId);
  touchTarget(context, message);
  touchAnswers(context, message);
}

/** Deletes messages; see `AccountStore.deleteMessages`. What they replaced, and votes in a deleted poll, go with them. */
export function deleteMessages(context: WriteContext, ids: readonly number[]): void {
  for (const id of new Set(ids)) {
    const [message] = storedMessages(context.database, 'WHERE m.id = ?', [id]);
    if (message === undefined) continue;
    for (const below of hiddenWith(context.database, message)) removeMessage(context, below, true);
    removeMessage(context, message, true);
  }
}

/** Hidden messages nobody could delete once this one is gone. */
function hiddenWith(database: ReadConnection, message: StoredMessage): StoredMessage[] {
  const referring = storedMessages(
    database,
    'WHERE m.conversation = ? AND m.refers_to = ? AND m.hidden <> 0',
    [message.conversation, message.messageId],
  );
  if (message.replaceKey === null) return referring;
  const replaced = storedMessages(
    database,
    'WHERE m.conversation = ? AND m.sender = ? AND m.replace_key = ? AND m.hidden = ?',
    [message.conversation, message.sender, message.replaceKey, REPLACED],
  );
  return [...referring, ...replaced.filter((each) => referring.every((other) => other.id !== each.id))];
}

/** Deletes a part of a conversation; see `AccountStore.clearConversation`. Returns whether nothing is left. */
export function clearConversation(
  context: WriteContext,
  conversation: string,
  whole: boolean,
  limit: number,
): boolean {
  const { database, change } = context;
  const key = requireKey(database, conversation);
  const messages = storedMessages(database, 'WHERE m.conversation = ? ORDER BY m.stored_at, m.id LIMIT ?', [
    key,
    limit,
  ]);
  for (const message of messages) removeMessage(context, message, true);
  change.conversation(key);
  if (messages.length >= limit) return false;
  if (!whole) return true;
  if (!clearGroup(database, key, conversation, limit)) return false;
  removeConversation(context, key, conversation);
  return true;
}

/** Takes away what is kept of a group besides its messages; false while there is more of its log. */
function clearGroup(database: WriteConnection, key: number, id: string, limit: number): boolean {
  if (!clearLog(database, key, limit)) return false;
  removeGroupKeys(database, id);
  database.run('DELETE FROM group_members WHERE conversation = ?', [key]);
  database.run('DELETE FROM groups WHERE conversation = ?', [key]);
  return true;
}

function removeConversation(context: WriteContext, key: number, id: string): void {
  const { database, change } = context;
  dropFiles(context, { draftOf: key });
  database.run('DELETE FROM device_acks WHERE conversation = ?', [key]);
  const row = database.get('SELECT standing FROM conversations WHERE key = ?', [key]);
  const standing: Conversation['standing'] | null =
    row !== undefined && text(row, 'standing') === 'blocked' ? 'blocked' : null;
  if (standing === 'blocked') {
    database.run(
      `UPDATE conversations SET draft = '', draft_reply = NULL, pinned = 0, archived = 0, marked_unread = 0, muted_until = NULL,
         retention = 0 WHERE key = ?`,
      [key],
    );
    return;
  }
  database.run('DELETE FROM conversations WHERE key = ?', [key]);
  change.removedConversation(key, id);
}

const RETAINED = 'SELECT key, retention FROM conversations WHERE retention > 0';

/** When the next message has to go, Unix ms, or null. One look at an index for each conversation with a rule. */
export function nextExpiry(database: ReadConnection): number | null {
  const row = database.get(
    `SELECT min(oldest + retention * 1000) AS next FROM (
       SELECT r.retention, (
         SELECT stored_at FROM messages WHERE conversation = r.key AND ${SETTLED} ORDER BY stored_at, id LIMIT 1
       ) AS oldest FROM (${RETAINED}) r)`,
  );
  return row === undefined || row['next'] === null ? null : integer(row, 'next');
}

/** Deletes up to `limit` messages that are older than their conversation keeps them. */
export function sweepExpired(context: WriteContext, now: number, limit: number): void {
  let room = limit;
  for (const row of context.database.all(RETAINED)) {
    if (room <= 0) return;
    const key = integer(row, 'key');
    const before = wholeNumber(now) - integer(row, 'retention') * 1000;
    const expired = storedMessages(
      context.database,
      `WHERE m.conversation = ? AND m.stored_at <= ? AND (m.state IS NULL OR m.state IN ('sent', 'delivered'))
       ORDER BY m.stored_at, m.id LIMIT ?`,
      [key, before, room],
    );
    for (const message of expired) removeMessage(context, message, true);
    room -= expired.length;
  }
}
