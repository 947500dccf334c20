import type { GroupControl, NewGroupControl } from '../ports/group-store';
import { flag, integer, text, wholeNumber } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

/** So many handled messages are remembered, so that one that is pulled again is not handled again. */
const REMEMBERED = 10_000;

/** Keeps a group key message until it is handled; one that is or was here already changes nothing. */
export function queueControl(database: WriteConnection, control: NewGroupControl): void {
  database.run(
    'INSERT OR IGNORE INTO group_controls (sender, message_id, own, payload, at) VALUES (?, ?, ?, ?, ?)',
    [control.from, control.messageId, control.own ? 1 : 0, control.payloadJson, wholeNumber(control.at)],
  );
}

/** Group key messages that wait, in the order in which they came. */
export function groupControls(database: ReadConnection, limit: number): GroupControl[] {
  return database
    .all('SELECT * FROM group_controls WHERE payload IS NOT NULL ORDER BY id LIMIT ?', [limit])
    .map((row) => ({
      id: integer(row, 'id'),
      from: text(row, 'sender'),
      messageId: text(row, 'message_id'),
      own: flag(row, 'own'),
      payloadJson: text(row, 'payload'),
      at: integer(row, 'at'),
    }));
}

/** A group key message was handled: its content goes, that it came is remembered for a long while. */
export function removeControl(database: WriteConnection, id: number): void {
  database.run('UPDATE group_controls SET payload = NULL WHERE id = ?', [id]);
  database.run(
    `DELETE FROM group_controls WHERE payload IS NULL AND id <= (SELECT max(id) FROM group_controls) - ?`,
    [REMEMBERED],
  );
}

/** Whether a group key message waits or was handled. */
export function isKnownControl(database: ReadConnection, sender: string, messageId: string): boolean {
  return (
    database.get('SELECT 1 AS found FROM group_controls WHERE sender = ? AND message_id = ?', [
      sender,
      messageId,
    ]) !== undefined
  );
}
