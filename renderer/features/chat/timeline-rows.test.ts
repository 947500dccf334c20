import { describe, expect, it } from 'vitest';
import { sampleMessage } from '../../stores/samples';
import { toSteps } from './content/tool-steps';
import { buildRows, messagesOf, type TimelineRow } from './timeline-rows';

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

describe('rows of what agents send', () => {
  const tool = (id: number, call: string, ok: boolean | null, more = {}) =>
    sampleMessage(id, noon + id * 1000, {
      content: { kind: 'tool', phase: ok === null ? 'call' : 'result', call, name: 'read', ok, detail: '' },
      ...more,
    });
  const status = (id: number, task: string | null, state = 'processing') =>
    sampleMessage(id, noon + id * 1000, {
      content: { kind: 'status', state, text: '', progress: null, task, expiresAt: null },
    });
  const event = (id: number, name: string, task: string | null) =>
    sampleMessage(id, noon + id * 1000, {
      content: {
        kind: 'event',
        event: name,
        text: '',
        severity: 'info',
        task,
        durationMs: null,
        toolCalls: null,
        errorCode: '',
      },
    });
  const shown = (rows: readonly TimelineRow[]): unknown[] =>
    rows.flatMap((row): unknown[] => {
      const ids = messagesOf(row).map(({ id }) => id);
      return row.kind === 'steps' ? [ids] : ids;
    });

  it('fold the tool messages of one sender that follow each other into one row', () => {
    const rows = buildRows(
      [
        tool(1, 'a', null),
        tool(2, 'a', true),
        sampleMessage(3, noon + 3000),
        tool(4, 'b', null),
        tool(5, 'b', false, { sender: 'x.aun.test' }),
      ],
      null,
      false,
    );
    expect(shown(rows)).toEqual([[1, 2], 3, [4], [5]]);
  });

  it('join a call and its result, whichever is missing', () => {
    const steps = toSteps([tool(1, 'a', null), tool(2, 'b', null), tool(3, 'b', false), tool(4, 'z', true)]);
    expect(steps.map(({ ok }) => ok)).toEqual([null, false, true]);
  });

  it('keep of one task only the newest line', () => {
    const rows = buildRows(
      [
        event(1, 'task.started', 't'),
        status(2, 't'),
        event(3, 'other', 't'),
        event(4, 'task.completed', 't'),
        status(5, 'u'),
      ],
      null,
      false,
    );
    expect(shown(rows)).toEqual([3, 4, 5]);
  });

  it('never show control messages', () => {
    const control = sampleMessage(1, noon, { content: { kind: 'control', type: 'peer.offer' } });
    expect(shown(buildRows([control], null, false))).toEqual([]);
  });

  it('put the final text of a stream into the row of the stream', () => {
    const announcing = sampleMessage(1, noon, { content: { kind: 'stream', stream: 's', text: '' } });
    const before = buildRows([announcing], null, false);
    const after = buildRows([{ ...announcing, finalId: 2 }, sampleMessage(2, noon + 9000)], null, false);
    expect(shown(after)).toEqual([2]);
    expect(after.at(-1)?.key).toBe(before.at(-1)?.key);
    expect(shown(buildRows([{ ...announcing, finalId: 99 }], null, false))).toEqual([1]);
  });
});
