import type { Notice } from '../../shared/model/message';
import type { ChangeSet } from './change-set';
import { wholeNumber } from './columns';
import { keyOf } from './conversations';
import { storeContent } from './message-rows';
import type { WriteConnection } from './sqlite';

/**
 * Writes a notice line into a conversation; see `AccountStore.addNotice`. Its message id is random, so that nothing that comes
 * from outside can have the same.
 */
export function addNotice(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  notice: Notice,
  at: number,
  detail: string,
): void {
  const key = keyOf(database, conversation);
  if (key === null) return;
  const content = storeContent({ kind: 'notice', notice, detail });
  const { lastInsertRowid } = database.run(
    `INSERT INTO messages (conversation, sender, message_id, own, sort_at, kind, facts, protection)
     VALUES (?, ?, 'notice-' || lower(hex(randomblob(16))), 0, ?, ?, ?, 'none')`,
    [key, conversation, wholeNumber(at), content.kind, content.facts],
  );
  change.message(lastInsertRowid, key);
}
