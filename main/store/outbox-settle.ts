import type { ChangeSet } from './change-set';
import { integer, textOrNull, wholeNumber } from './columns';
import type { WriteContext } from './message-writes';
import type { ReadConnection, WriteConnection } from './sqlite';

/** From this many waiting messages on they are moved some way ahead, so that not each send moves all of them again. */
const MANY_WAITING = 16;
const AHEAD_MS = 2000;

/** An own message as far as the outbox is concerned. */
export interface OwnMessage {
  readonly conversation: number;
  /** Key of the conversation in a group, else 0. */
  readonly scope: number;
  readonly state: string | null;
  readonly sortAt: number;
}

/** An own message by its id, or null. */
export function ownMessage(database: ReadConnection, id: number): OwnMessage | null {
  const row = database.get(
    'SELECT conversation, scope, state, sort_at FROM messages WHERE id = ? AND own = 1',
    [id],
  );
  if (row === undefined) return null;
  return {
    conversation: integer(row, 'conversation'),
    scope: integer(row, 'scope'),
    state: textOrNull(row, 'state'),
    sortAt: integer(row, 'sort_at'),
  };
}

/**
 * Takes a message out of the outbox because the gateway has it. It moves to the gateway's time, but never above the message
 * it was written below; what still waits in the conversation stays below it.
 */
export function settleSent(
  context: Pick<WriteContext, 'database' | 'change' | 'now'>,
  id: number,
  serverTime: number | null,
): void {
  const { database, change } = context;
  const message = ownMessage(database, id);
  if (message === null) return;
  const key = message.conversation;
  database.run('DELETE FROM outbox WHERE conversation = ? AND message = ?', [key, id]);
  database.run(
    `UPDATE messages SET state = 'sent', state_reason = NULL, server_time = coalesce(?, server_time), stored_at = ?
     WHERE id = ?`,
    [serverTime, wholeNumber(context.now), id],
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
    `SELECT sort_at, id FROM messages WHERE conversation = ? AND hidden = 0 AND (sort_at, id) < (?, ?)
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
