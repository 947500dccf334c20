import { integer } from './columns';
import type { WriteContext } from './message-writes';

/** What became of an action card here; anything else is left alone. */
export function setCard(
  { database, change }: WriteContext,
  id: number,
  state: 'pending' | 'completed' | 'dismissed',
  label: string,
): void {
  const row = database.get("SELECT conversation FROM messages WHERE id = ? AND kind = 'actions'", [id]);
  if (row === undefined) return;
  database.run('UPDATE messages SET card_state = ?, card_label = ? WHERE id = ?', [state, label, id]);
  change.message(id, integer(row, 'conversation'));
}

/** Counts a crash of the window while drawing a message; without a crash the message may be drawn again. */
export function setQuarantined({ database, change }: WriteContext, id: number, crashed: boolean): void {
  const row = database.get('SELECT conversation FROM messages WHERE id = ?', [id]);
  if (row === undefined) return;
  database.run('UPDATE messages SET crashes = iif(?, crashes + 1, 0) WHERE id = ?', [crashed ? 1 : 0, id]);
  change.message(id, integer(row, 'conversation'));
}
