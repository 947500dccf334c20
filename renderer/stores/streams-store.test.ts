import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BridgeEvent, EventData } from '../../shared/bridge/contract';
import { fakeInvoke, settle } from './fake-invoke';
import { placePiece, streamKey, useStreamsStore } from './streams-store';
import { transferKey, useTransfersStore } from './transfers-store';
import { sampleMessage } from './samples';

const me = 'me.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function changed(
  at: number,
  text: string,
  state: EventData<'stream.changed'>['state'] = 'live',
): BridgeEvent {
  return { event: 'stream.changed', data: { account: me, id: 7, at, text, state } };
}
const store = () => useStreamsStore.getState();
const stream = () => store().streams[streamKey(me, 7)];

beforeEach(() => {
  vi.useFakeTimers();
  bridge = fakeInvoke();
  useStreamsStore.setState({ streams: {} });
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

async function begin(text = ''): Promise<void> {
  store().hold(me, 7);
  await bridge.next('stream.watch').answer({ text, state: 'live' });
}

describe('streams', () => {
  it('put pieces where they belong and know a gap', () => {
    expect(placePiece('abc', 3, 'd')).toBe('abcd');
    expect(placePiece('abc', 1, 'x')).toBe('ax');
    expect(placePiece('abc', 5, 'x')).toBeNull();
  });

  it('are painted at most thirty times in a second, with nothing lost', async () => {
    await begin('He');
    let painted = 0;
    const stop = useStreamsStore.subscribe(() => (painted += 1));
    for (let piece = 0; piece < 100; piece += 1) {
      store().applyBatch([changed(2 + piece, 'l')]);
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(100);
    stop();
    expect(stream()?.text).toBe(`He${'l'.repeat(100)}`);
    expect(painted).toBeLessThanOrEqual(17);
    store().release(me, 7);
  });

  it('take in what overtook the answer of the first question', async () => {
    store().hold(me, 7);
    store().applyBatch([changed(2, 'llo')]);
    await bridge.next('stream.watch').answer({ text: 'He', state: 'live' });
    expect(stream()).toMatchObject({ text: 'Hello', state: 'live' });
    store().release(me, 7);
  });

  it('ask again for everything when a piece is missing', async () => {
    await begin('He');
    store().applyBatch([changed(9, 'x')]);
    vi.advanceTimersByTime(40);
    await bridge.next('stream.watch').answer({ text: 'Hello wox', state: 'live' });
    expect(stream()?.text).toBe('Hello wox');
    store().release(me, 7);
  });

  it('are read no more a moment after they left the screen, but not when they come back at once', async () => {
    await begin();
    store().release(me, 7);
    store().hold(me, 7);
    vi.advanceTimersByTime(10_000);
    expect(bridge.calls).toEqual([]);
    store().release(me, 7);
    vi.advanceTimersByTime(10_000);
    expect(bridge.next('stream.unwatch').params).toEqual({ account: me, id: 7 });
  });

  it('stay stopped when they come back into view, and keep what was read', async () => {
    await begin('so far');
    store().halt(me, 7);
    bridge.next('stream.unwatch');
    store().release(me, 7);
    vi.advanceTimersByTime(10_000);
    store().hold(me, 7);
    expect(bridge.calls).toEqual([]);
    expect(stream()).toMatchObject({ text: 'so far', state: 'stopped', halted: true });
    store().resume(me, 7);
    await bridge.next('stream.watch').answer({ text: 'so far so good', state: 'ended' });
    expect(stream()).toMatchObject({ text: 'so far so good', state: 'ended', halted: false });
    store().release(me, 7);
  });

  it('say when they cannot be read', async () => {
    store().hold(me, 7);
    await bridge.next('stream.watch').fail('stream_ended');
    await settle();
    expect(stream()).toMatchObject({ state: 'failed' });
    expect(stream()?.error?.code).toBe('stream_ended');
    store().release(me, 7);
  });
});

describe('transfers', () => {
  it('are known while they move, and forgotten when they are done', () => {
    const { applyBatch } = useTransfersStore.getState();
    applyBatch([{ event: 'transfer.progress', data: { account: me, attachment: 3, done: 5, total: 10 } }]);
    expect(useTransfersStore.getState().progress[transferKey(me, 3)]).toEqual({ done: 5, total: 10 });
    const attachment = {
      id: 3,
      role: 'main',
      name: 'a',
      type: 'text/plain',
      size: 10,
      width: null,
      height: null,
      durationMs: null,
      encrypted: true,
      dangerous: false,
      state: 'here',
      problem: null,
      media: null,
      thumbnail: null,
    } as const;
    const message = sampleMessage(1, 1, { attachments: [attachment] });
    applyBatch([
      {
        event: 'message.changed',
        data: { account: me, conversation: message.conversation, messages: [message] },
      },
    ]);
    expect(useTransfersStore.getState().progress).toEqual({});
  });
});
