import { allEmoji, groupCount, searchEmoji, type Emoji } from './emoji-list';

/** Emoji in one row. */
export const columns = 9;

/** One place of the grid; `index` counts through all rows. */
export interface EmojiCell {
  readonly index: number;
  /** Row of the grid, headings not counted. */
  readonly row: number;
  readonly column: number;
  readonly emoji: Emoji;
}

/** Groups 0 to 8; -1 recently used, -2 found. */
export type EmojiRow =
  | { readonly kind: 'heading'; readonly group: number }
  | { readonly kind: 'cells'; readonly cells: readonly EmojiCell[] };

/** A used emoji as it was used, tone included. */
function asUsed(emoji: string): Emoji {
  const known = allEmoji.find((each) => each.emoji === emoji);
  const names = known?.names ?? ([emoji, emoji] as const);
  return { emoji, group: -1, tones: false, names, words: names };
}

/** Rows of the grid: what was found, or what was used lately and then every group. */
export function buildEmojiRows(
  query: string,
  recent: readonly string[],
): { readonly rows: readonly EmojiRow[]; readonly cells: readonly EmojiCell[] } {
  const rows: EmojiRow[] = [];
  const cells: EmojiCell[] = [];
  let row = 0;
  const add = (group: number, emoji: readonly Emoji[]): void => {
    if (emoji.length === 0) return;
    rows.push({ kind: 'heading', group });
    for (let from = 0; from < emoji.length; from += columns) {
      const line = emoji.slice(from, from + columns).map((each, column): EmojiCell => {
        const cell = { index: cells.length, row, column, emoji: each };
        cells.push(cell);
        return cell;
      });
      rows.push({ kind: 'cells', cells: line });
      row += 1;
    }
  };
  if (query !== '') {
    add(-2, searchEmoji(query));
    return { rows, cells };
  }
  add(-1, recent.map(asUsed));
  for (let group = 0; group < groupCount; group += 1) {
    add(
      group,
      allEmoji.filter((each) => each.group === group),
    );
  }
  return { rows, cells };
}

/** The cell a key leads to; null where the key is none of the grid's or there is nowhere to go. */
export function stepTo(key: string, from: number | null, cells: readonly EmojiCell[]): number | null {
  if (cells.length === 0) return null;
  if (from === null) return key === 'ArrowDown' ? 0 : null;
  const here = cells[from];
  if (here === undefined) return 0;
  const inRow = (row: number): number | null => {
    const line = cells.filter((cell) => cell.row === row);
    return (line[Math.min(here.column, line.length - 1)] ?? null)?.index ?? null;
  };
  switch (key) {
    case 'ArrowRight':
      return Math.min(cells.length - 1, from + 1);
    case 'ArrowLeft':
      return Math.max(0, from - 1);
    case 'ArrowDown':
      return inRow(here.row + 1) ?? from;
    case 'ArrowUp':
      return inRow(here.row - 1) ?? from;
    case 'PageDown':
      return inRow(Math.min(here.row + 6, cells.at(-1)?.row ?? 0));
    case 'PageUp':
      return inRow(Math.max(0, here.row - 6));
    default:
      return null;
  }
}
