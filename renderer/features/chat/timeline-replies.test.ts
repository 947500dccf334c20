import { describe, expect, it } from 'vitest';
import type { Message } from '../../../shared/model/message';
import { sampleMessage } from '../../stores/samples';
import type { FoldedReplies } from './timeline-replies';
import { buildRows, messagesOf, type TimelineRow } from './timeline-rows';

const noon = new Date(2026, 4, 12, 12, 0, 0).getTime();

function says(id: number, to: number | null, more: Partial<Message> = {}): Message {
  return sampleMessage(id, noon + id * 1000, {
    sender: `agent${id % 3}.aun.test`,
    reply:
      to === null
        ? null
        : { id: to, messageId: `m-${to}`, sender: 'lin.aun.test', text: 'why?', standing: 'known' },
    ...more,
  });
}

function happened(id: number): Message {
  return says(id, null, {
    content: {
      kind: 'group_event',
      action: 'joined',
      actor: null,
      target: null,
      values: {},
      signature: 'verified',
    },
  });
}

function kinds(rows: readonly TimelineRow[]): string[] {
  return rows.map((row) =>
    row.kind === 'message' ? `${row.clustered ? '>' : ''}${row.message.id}` : row.kind,
  );
}

const rowsOf = (
  messages: readonly Message[],
  folded: FoldedReplies = new Map(),
  readUpTo: number | null = null,
) => buildRows(messages, readUpTo, false, { folded });

describe('answers in a group', () => {
  it('to one message that follow each other stand under one head, and it knows whether the question is right above', () => {
    const rows = rowsOf([says(1, null), says(2, 1), says(3, 1)]);
    expect(kinds(rows)).toEqual(['day', '1', 'replies', '>2', '>3']);
    expect(rows.find((row) => row.kind === 'replies')).toMatchObject({ open: true, cluster: { near: true } });
    const far = rowsOf([says(1, null), says(9, null), says(10, 1), says(11, 1)]);
    expect(far.find((row) => row.kind === 'replies')).toMatchObject({ cluster: { near: false } });
  });

  it('that are alone, or between other words, stay ordinary messages', () => {
    expect(kinds(rowsOf([says(1, null), says(2, 1)]))).toEqual(['day', '1', '2']);
    expect(kinds(rowsOf([says(2, 1), says(3, null), says(4, 1)]))).toEqual(['day', '2', '3', '4']);
    expect(kinds(rowsOf([says(2, 1), says(3, 2), says(4, 1)]))).toEqual(['day', '2', '3', '4']);
  });

  it('are not grouped between two people', () => {
    const rows = buildRows([says(1, null), says(2, 1), says(3, 1)], null, false);
    expect(kinds(rows)).toEqual(['day', '1', '2', '3']);
  });

  it('begin folded after three when there are many, and what is folded still counts as shown', () => {
    const messages = [says(1, null), ...[2, 3, 4, 5, 6, 7, 8].map((id) => says(id, 1))];
    const rows = rowsOf(messages);
    expect(kinds(rows)).toEqual(['day', '1', 'replies', '>2', '>3', '>4', 'more-replies']);
    expect(rows.flatMap(messagesOf).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(kinds(rowsOf(messages, new Map([['replies-2', 'all']])))).toContain('>8');
    const closed = rowsOf(messages, new Map([['replies-2', 'closed']]));
    expect(kinds(closed)).toEqual(['day', '1', 'replies']);
    expect(closed.flatMap(messagesOf)).toHaveLength(8);
  });

  it('never cross the line of new messages', () => {
    const rows = rowsOf([says(1, null), says(2, 1), says(3, 1), says(4, 1), says(5, 1)], new Map(), 3);
    expect(kinds(rows)).toEqual(['day', '1', 'replies', '>2', '>3', 'new', 'replies', '>4', '>5']);
  });

  it('give every row a key of its own', () => {
    const keys = rowsOf([says(1, null), ...[2, 3, 4, 5, 6, 7, 8].map((id) => says(id, 1))]).map(
      ({ key }) => key,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('what happened in a group', () => {
  it('is one row where it follows each other, splits blocks, and is never new', () => {
    const rows = rowsOf([says(3, null), happened(4), happened(5), says(6, null)], new Map(), 3);
    expect(kinds(rows)).toEqual(['day', '3', 'events', 'new', '6']);
  });
});
