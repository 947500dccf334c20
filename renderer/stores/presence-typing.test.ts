import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeInvoke } from './fake-invoke';
import { personKey } from './people-store';
import { forgetPresence, usePresenceStore } from './presence-store';
import { timelineKey } from './timeline-store';
import { useTypingStore } from './typing-store';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  vi.useFakeTimers();
  bridge = fakeInvoke();
  forgetPresence();
  usePresenceStore.setState({ online: {} });
  useTypingStore.setState({ writers: {} });
});

describe('presence', () => {
  it('asks once after the list has come to rest, the open conversation first', async () => {
    const { showRows, showOpen } = usePresenceStore.getState();
    showRows(me, ['a.aun.test']);
    showRows(me, ['a.aun.test', 'b.aun.test']);
    showOpen(me, lin);
    expect(bridge.calls).toHaveLength(0);
    vi.advanceTimersByTime(1000);
    expect(bridge.calls).toHaveLength(1);
    const call = bridge.next('presence.watch');
    expect(call.params).toEqual({ account: me, aids: ['a.aun.test', 'b.aun.test', lin] });
    await call.answer({ online: { [lin]: true, 'a.aun.test': false } });
    const { online } = usePresenceStore.getState();
    expect([online[personKey(me, lin)], online[personKey(me, 'a.aun.test')]]).toEqual([true, false]);
    expect(online[personKey(me, 'b.aun.test')]).toBeUndefined();
  });

  it('does not ask again for the same people, and never for more than a hundred', () => {
    const { showRows, showOpen } = usePresenceStore.getState();
    const many = Array.from({ length: 140 }, (_, index) => `p${index}.aun.test`);
    showRows(me, many);
    showOpen(me, lin);
    vi.advanceTimersByTime(1000);
    const aids = bridge.next('presence.watch').params['aids'];
    expect(aids).toHaveLength(100);
    expect(aids).toContain(lin);
    showRows(me, many);
    vi.advanceTimersByTime(1000);
    expect(bridge.calls).toHaveLength(0);
  });
});

describe('typing', () => {
  const typing = (until: number | null, conversation = lin, who = lin): void =>
    useTypingStore
      .getState()
      .applyBatch([{ event: 'typing.changed', data: { account: me, conversation, who, until } }]);
  const writes = (): boolean => useTypingStore.getState().writers[timelineKey(me, lin)] !== undefined;

  it('ends by itself when no end arrives', () => {
    typing(Date.now() + 6000);
    expect(writes()).toBe(true);
    vi.advanceTimersByTime(6001);
    expect(writes()).toBe(false);
  });

  it('ends at once when the other side stopped, and never lasts longer than half a minute', () => {
    typing(Date.now() + 9_000_000);
    vi.advanceTimersByTime(29_000);
    expect(writes()).toBe(true);
    vi.advanceTimersByTime(2000);
    expect(writes()).toBe(false);
    typing(Date.now() + 6000);
    typing(null);
    expect(writes()).toBe(false);
  });

  it('tells those apart who write in one group, in the order they began', () => {
    const group = 'group.aun.test/g-room1';
    const names = (): readonly string[] => useTypingStore.getState().writers[timelineKey(me, group)] ?? [];
    typing(Date.now() + 6000, group, 'alice.aun.test');
    typing(Date.now() + 9000, group, 'bob.aun.test');
    typing(Date.now() + 6000, group, 'alice.aun.test');
    expect(names()).toEqual(['alice.aun.test', 'bob.aun.test']);
    typing(null, group, 'alice.aun.test');
    expect(names()).toEqual(['bob.aun.test']);
    vi.advanceTimersByTime(9001);
    expect(names()).toEqual([]);
  });
});
