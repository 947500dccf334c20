import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleMessage as message } from './samples';
import {
  appendPage,
  applyMessages,
  compareMessages,
  prependPage,
  removeMessages,
  trimWindow,
  windowFromPage,
  windowKeep,
  windowLimit,
  type TimelineWindow,
} from './timeline-window';

function range(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index, (from + index) * 1000));
}

function ids(window: TimelineWindow): number[] {
  return window.messages.map(({ id }) => id);
}

const middle = windowFromPage({ messages: range(10, 20), hasOlder: true, hasNewer: true });
const newest = windowFromPage({ messages: range(10, 20), hasOlder: true, hasNewer: false });

describe('timeline window', () => {
  it('puts older pages in front and tells the view to keep its place from the end', () => {
    const window = prependPage(newest, { messages: range(5, 9), hasOlder: false, hasNewer: true });
    expect(ids(window)).toEqual(ids({ ...newest, messages: range(5, 20) }));
    expect(window).toMatchObject({ hasOlder: false, hasNewer: false, shift: true });
  });

  it('puts newer pages at the end', () => {
    const window = appendPage(middle, { messages: range(20, 25), hasOlder: true, hasNewer: false });
    expect(ids(window)).toEqual(range(10, 25).map(({ id }) => id));
    expect(window).toMatchObject({ hasOlder: true, hasNewer: false, shift: false });
  });

  it('keeps what it holds when a page brings an older state of the same message', () => {
    const sent = applyMessages(newest, [message(20, 20_000, { own: true, state: 'sent' })]);
    const window = prependPage(sent, {
      messages: [message(20, 20_000, { own: true, state: 'queued' })],
      hasOlder: false,
      hasNewer: false,
    });
    expect(window.messages.at(-1)?.state).toBe('sent');
  });

  it('takes a new message at the end only when nothing lies between', () => {
    expect(ids(applyMessages(newest, [message(21, 21_000)])).at(-1)).toBe(21);
    expect(applyMessages(middle, [message(21, 21_000)])).toBe(middle);
  });

  it('takes a late message into the middle, and leaves out one from before the window', () => {
    expect(ids(applyMessages(middle, [message(99, 15_500)]))).toContain(99);
    expect(applyMessages(middle, [message(99, 500)])).toBe(middle);
  });

  it('replaces a changed message and never shows it twice', () => {
    const window = applyMessages(newest, [message(15, 15_000, { content: { kind: 'recalled' } })]);
    expect(ids(window)).toEqual(ids(newest));
    expect(window.messages[5]?.content.kind).toBe('recalled');
  });

  it('moves a message whose place changed, as when the gateway gives an own message its time', () => {
    const window = applyMessages(newest, [message(12, 19_500)]);
    expect(ids(window)).toEqual([10, 11, 13, 14, 15, 16, 17, 18, 19, 12, 20]);
  });

  it('takes the first message of an empty conversation', () => {
    const empty = windowFromPage({ messages: [], hasOlder: false, hasNewer: false });
    expect(ids(applyMessages(empty, [message(1, 1)]))).toEqual([1]);
  });

  it('removes messages', () => {
    expect(ids(removeMessages(newest, [10, 11, 404]))).not.toContain(10);
    expect(removeMessages(newest, [404])).toBe(newest);
  });

  it('drops the far end of a long window and remembers that more exists there', () => {
    const long = windowFromPage({ messages: range(1, windowLimit + 1), hasOlder: false, hasNewer: false });
    expect(trimWindow(long, 'end')).toMatchObject({ hasOlder: true, hasNewer: false, shift: true });
    expect(trimWindow(long, 'start')).toMatchObject({ hasOlder: false, hasNewer: true, shift: false });
    expect(trimWindow(long, 'start').messages).toHaveLength(windowKeep);
    expect(trimWindow(newest, 'start')).toBe(newest);
  });

  it('stays sorted and free of doubles whatever arrives', () => {
    const arriving = fc.array(
      fc.record({ id: fc.integer({ min: 1, max: 40 }), sortAt: fc.integer({ min: 1, max: 40_000 }) }),
    );
    fc.assert(
      fc.property(arriving, fc.boolean(), (changes, end) => {
        let window = end ? newest : middle;
        for (const { id, sortAt } of changes) window = applyMessages(window, [message(id, sortAt)]);
        expect(window.messages).toEqual([...window.messages].sort(compareMessages));
        expect(new Set(ids(window)).size).toBe(window.messages.length);
      }),
    );
  });
});
