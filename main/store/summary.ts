import { waitReasonSchema } from '../../shared/model/conversation';
import { PREVIEW_SOURCE, previewOf, type Preview } from '../../shared/model/preview-text';
import { flag, integer, text, textOrNull, type SqlRow } from './columns';
import { readContent } from './message-rows';
import type { ReadConnection, WriteConnection } from './sqlite';

/** Brings the row of a conversation up to date with its messages, its outbox and its draft. */
export function summarize(
  database: WriteConnection,
  key: number,
  difference: { readonly unread: number; readonly mentions: number },
): void {
  const newest = database.get(
    `SELECT id, own, sender, state, sort_at, facts, substr(body, 1, ${PREVIEW_SOURCE}) AS body FROM messages
     WHERE conversation = ? AND hidden = 0 AND kind NOT IN ('notice', 'group_event', 'control', 'expired')
     ORDER BY sort_at DESC, id DESC LIMIT 1`,
    [key],
  );
  const shown = newest === undefined ? null : preview(database, newest);
  database.run(
    `UPDATE conversations SET preview = ?, preview_kind = ?, preview_own = ?, preview_state = ?,
       preview_sender = iif(kind = 'group', ?, NULL),
       last_activity_at = coalesce(?, opened_at), unread = max(0, unread + ?), mentions = max(0, mentions + ?), waiting = ?,
       draft_attachments = (SELECT count(*) FROM attachments WHERE conversation = ? AND message IS NULL AND parent IS NULL)
     WHERE key = ?`,
    [
      shown?.preview ?? '',
      shown?.previewKind ?? 'none',
      newest !== undefined && flag(newest, 'own') ? 1 : 0,
      newest === undefined ? null : textOrNull(newest, 'state'),
      newest === undefined ? null : text(newest, 'sender'),
      newest === undefined ? null : integer(newest, 'sort_at'),
      difference.unread,
      difference.mentions,
      waitingReason(database, key),
      key,
      key,
    ],
  );
}

function preview(database: ReadConnection, row: SqlRow): Preview {
  const content = readContent(text(row, 'facts'), textOrNull(row, 'body'));
  const wordless = content.kind === 'media' && content.media === 'file' && content.text === '';
  return previewOf(content, wordless ? firstFileName(database, integer(row, 'id')) : '');
}

/** Name of the first attachment of a message; empty without one. */
export function firstFileName(database: ReadConnection, message: number): string {
  const row = database.get('SELECT name FROM attachments WHERE message = ? ORDER BY position LIMIT 1', [
    message,
  ]);
  return row === undefined ? '' : text(row, 'name');
}

function waitingReason(database: ReadConnection, key: number): string | null {
  const head = database.get(
    `SELECT m.state, m.state_reason FROM outbox o JOIN messages m ON m.id = o.message
     WHERE o.conversation = ? ORDER BY o.message LIMIT 1`,
    [key],
  );
  const reason =
    head === undefined || textOrNull(head, 'state') !== 'queued' ? null : textOrNull(head, 'state_reason');
  return waitReasonSchema.nullable().catch(null).parse(reason);
}
