import type { Notice } from '../../shared/model/message';
import { wholeNumber } from './columns';
import { keyOf } from './conversations';
import { storeContent } from './message-rows';
import type { WriteContext } from './message-writes';

/**
 * Writes a notice line into a conversation; see `AccountStore.addNotice`. Its message id is random, so that nothing that comes
 * from outside can have the same.
 */
export function addNotice(
  { database, change, now }: WriteContext,
  conversation: string,
  notice: Notice,
  at: number,
  detail: string,
): void {
  const key = keyOf(database, conversation);
  if (key === null) return;
  const content = storeContent({ kind: 'notice', notice, detail });
  const { lastInsertRowid } = database.run(
    `INSERT INTO messages (conversation, sender, message_id, own, sort_at, kind, facts, protection, stored_at)
     VALUES (?, ?, 'notice-' || lower(hex(randomblob(16))), 0, ?, ?, ?, 'none', ?)`,
    [key, conversation, wholeNumber(at), content.kind, content.facts, wholeNumber(now)],
  );
  change.message(lastInsertRowid, key);
}
