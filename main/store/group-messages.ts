import { integer, text, wholeNumber, type SqlValue } from './columns';
import { keyOf } from './conversations';
import type { ReadConnection } from './sqlite';

/** Whose message a number of a group is, or null. */
export function groupSeqOwner(
  database: ReadConnection,
  group: string,
  seq: number,
): { sender: string; messageId: string } | null {
  const row = database.get(
    `SELECT m.sender, m.message_id FROM conversations c JOIN messages m ON m.scope = c.key
     WHERE c.id = ? AND c.kind = 'group' AND m.seq = ?`,
    [group, wholeNumber(seq)],
  );
  return row === undefined ? null : { sender: text(row, 'sender'), messageId: text(row, 'message_id') };
}

/**
 * Messages of a group that may be opened once their key is here, oldest first; those tried least often come first, so that
 * hopeless ones never block others.
 */
export function groupHealing(
  database: ReadConnection,
  group: string,
  epoch: number | null,
  limit: number,
): { id: number; rawJson: string }[] {
  const key = keyOf(database, group);
  if (key === null) return [];
  const params: SqlValue[] = epoch === null ? [key, limit] : [key, wholeNumber(epoch), limit];
  return database
    .all(
      `SELECT m.id, m.raw FROM messages m WHERE m.scope = ? AND m.scope > 0 AND m.healing = 1 AND m.raw IS NOT NULL
         ${epoch === null ? '' : 'AND m.epoch = ?'} ORDER BY m.heal_attempts, m.id LIMIT ?`,
      params,
    )
    .map((row) => ({ id: integer(row, 'id'), rawJson: text(row, 'raw') }));
}

/** Who wrote last in a group, newest first; lines and control messages are nobody's. */
export function groupAuthors(
  database: ReadConnection,
  group: string,
  limit: number,
): { sender: string; at: number; id: number }[] {
  const key = keyOf(database, group);
  if (key === null) return [];
  return database
    .all(
      `SELECT m.sender, m.sort_at, m.id FROM messages m WHERE m.conversation = ? AND m.hidden = 0
         AND m.kind NOT IN ('notice', 'group_event', 'control', 'expired')
       ORDER BY m.sort_at DESC, m.id DESC LIMIT ?`,
      [key, limit],
    )
    .map((row) => ({ sender: text(row, 'sender'), at: integer(row, 'sort_at'), id: integer(row, 'id') }));
}
