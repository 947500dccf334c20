import { beforeEach, describe, expect, it } from 'vitest';
import type { Message, MessageContent } from '../../shared/model/message';
import { sampleMessage as message } from './samples';
import { useSelectionStore } from './timeline-selection';
import { timelineKey } from './timeline-store';

const account = 'me.aun.test';
const conversation = 'lin.aun.test';
const place = timelineKey(account, conversation);

function chosen(): (readonly [number, string])[] {
  return [...useSelectionStore.getState().chosen.values()].map(({ id, content }) => [id, content.kind]);
}

function changed(messages: Message[], elsewhere = conversation): void {
  useSelectionStore
    .getState()
    .applyBatch([{ event: 'message.changed', data: { account, conversation: elsewhere, messages } }]);
}

function removed(...ids: number[]): void {
  useSelectionStore
    .getState()
    .applyBatch([{ event: 'message.removed', data: { account, conversation, ids } }]);
}

beforeEach(() => {
  const selection = useSelectionStore.getState();
  selection.begin(place, message(1, 1000));
  selection.toggle(message(2, 2000));
  selection.toggle(message(3, 3000));
});

describe('messages that are chosen', () => {
  it('are no longer when they are taken out or taken back: their words are not copied and sent on any more', () => {
    removed(2, 9);
    changed([message(3, 3000, { content: { kind: 'recalled' } })]);
    expect(chosen()).toEqual([[1, 'text']]);
  });

  it('are as they are now, not as they were when they were chosen', () => {
    const content: MessageContent = { kind: 'text', text: 'now', format: 'plain', mentions: [] };
    changed([message(1, 1000, { content }), message(7, 7000)]);
    expect(useSelectionStore.getState().chosen.get(1)?.content).toEqual(content);
    expect(chosen().map(([id]) => id)).toEqual([1, 2, 3]);
  });

  it('are not touched by what happens elsewhere', () => {
    const before = useSelectionStore.getState().chosen;
    changed([message(1, 1000, { content: { kind: 'recalled' } })], 'other.aun.test');
    expect(useSelectionStore.getState().chosen).toBe(before);
  });

  it('end with the last of them', () => {
    removed(1, 2, 3);
    expect(useSelectionStore.getState()).toMatchObject({ place: null, anchor: null });
  });
});
