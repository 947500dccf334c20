import { wholeNumber } from './columns';
import type { WriteConnection } from './sqlite';

/**
 * A number names one message of its scope: the newest row that came with it. Another one held it before the server's reset.
 */
export function releaseNumber(
  database: WriteConnection,
  scope: number,
  seq: number,
  holder: { readonly sender: string; readonly messageId: string },
): void {
  database.run(
    'UPDATE messages SET seq = NULL WHERE scope = ? AND seq = ? AND NOT (sender = ? AND message_id = ?)',
    [scope, wholeNumber(seq), holder.sender, holder.messageId],
  );
}
