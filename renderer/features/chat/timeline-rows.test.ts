import { describe, expect, it } from 'vitest';
import { sampleMessage } from '../../stores/samples';
import { buildRows, type TimelineRow } from './timeline-rows';

const noon = new Date(2026, 4, 12, 12, 0, 0).getTime();
const minute = 60_000;

function kinds(rows: readonly TimelineRow[]): string[] {
  return rows.map((row) =>
    row.kind === 'message' ? `${row.first ? '[' : ''}${row.message.id}${row.last ? ']' : ''}` : row.kind,
  );
}

describe('buildRows', () => {
  it('joins messages of one sender within five minutes into one block', () => {
    const messages = [
      sampleMessage(1, noon),
      sampleMessage(2, noon + minute),
      sampleMessage(3, noon + 5 * minute + 59_000),
      sampleMessage(4, noon + 30 * minute),
    ];
    expect(kinds(buildRows(messages, null, false))).toEqual(['day', '[1', '2', '3]', '[4]']);
  });

  it('starts a new block when the sender changes', () => {
    const messages = [
      sampleMessage(1, noon),
      sampleMessage(2, noon + 1, { own: true, sender: 'me.aun.test' }),
    ];
    expect(kinds(buildRows(messages, null, false))).toEqual(['day', '[1]', '[2]']);
  });

  it('draws a line at every change of day, which also ends a block', () => {
    const midnight = new Date(2026, 4, 13, 0, 0, 30).getTime();
    const messages = [sampleMessage(1, midnight - minute), sampleMessage(2, midnight)];
    expect(kinds(buildRows(messages, null, false))).toEqual(['day', '[1]', 'day', '[2]']);
  });

  it('puts the line of new messages before the first unread one of others and splits the block there', () => {
    const messages = [sampleMessage(1, noon), sampleMessage(2, noon + 1), sampleMessage(3, noon + 2)];
    expect(kinds(buildRows(messages, 1, false))).toEqual(['day', '[1]', 'new', '[2', '3]']);
  });

  it('draws no line of new messages when only own ones follow', () => {
    const messages = [sampleMessage(1, noon), sampleMessage(2, noon + 1, { own: true })];
    expect(kinds(buildRows(messages, 1, false))).not.toContain('new');
  });

  it('begins with the introduction once nothing older exists', () => {
    expect(kinds(buildRows([], null, true))).toEqual(['start']);
  });

  it('gives every row a key of its own', () => {
    const messages = Array.from({ length: 50 }, (_, index) =>
      sampleMessage(index + 1, noon + index * 7 * 60 * minute),
    );
    const keys = buildRows(messages, 10, true).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
