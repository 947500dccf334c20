import type { GroupLogEntry } from '../../../shared/model/group';

/** Facts that have a column of their own, in this order. */
const FACTS = ['role', 'old_role', 'until', 'reason', 'keys', 'code', 'path', 'text'] as const;
const COLUMNS = ['number', 'time', 'action', 'actor', 'target', ...FACTS, 'signature'] as const;

/**
 * A value as a cell: quoted where it has to be, and never a formula. A spreadsheet would run what begins with `=`, `+`, `-`, `@`,
 * a tab or a line break, and these texts are other people's.
 */
function cell(value: string): string {
  const harmless = /^[\s]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",;\r\n\t']/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}

function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

function factOf(entry: GroupLogEntry, name: string): string {
  const value = entry.values[name] ?? '';
  return name === 'until' && /^[0-9]{1,16}$/.test(value) ? timeOf(Number(value)) : value;
}

/** Head line of the table. Begins with the mark by which spreadsheets know UTF-8. */
export const CSV_HEAD = `\ufeff${COLUMNS.join(',')}\r\n`;

/** One line of the table. */
export function csvLine(entry: GroupLogEntry): string {
  const cells = [
    String(entry.seq),
    timeOf(entry.at),
    entry.action,
    entry.actor ?? '',
    entry.target ?? '',
    ...FACTS.map((name) => factOf(entry, name)),
    entry.signature,
  ];
  return `${cells.map(cell).join(',')}\r\n`;
}

/** One entry of the JSON file, in the order of its members; times as they are stored, in Unix ms, and readable. */
export function jsonEntry(entry: GroupLogEntry): string {
  const { seq, at, action, actor, target, values, signature } = entry;
  return JSON.stringify({ seq, at, time: timeOf(at), action, actor, target, values, signature });
}
