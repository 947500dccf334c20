// @vitest-environment happy-dom
import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { fakeInvoke } from './fake-invoke';
import { useGroupOnline, useGroupPeopleStore } from './group-people-store';
import { groupKey, useGroupsStore } from './groups-store';
import { sampleMember, sampleMessage } from './samples';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const room = 'group.aun.test/g-room1';
const other = 'group.aun.test/g-room2';
let bridge: ReturnType<typeof fakeInvoke>;

/** Groups that were asked about since the last time. */
function asked(): readonly unknown[] {
  return bridge.calls
    .splice(0)
    .filter(({ command }) => command === 'group.watchOnline')
    .map(({ params }) => params['group']);
}

beforeEach(() => {
  vi.useFakeTimers();
  bridge = fakeInvoke();
  useGroupsStore.setState({ groups: {} });
  const members = [sampleMember(me, 'Me', { online: true }), sampleMember(lin, 'Lin', { online: false })];
  useGroupPeopleStore.setState({ people: { [groupKey(me, room)]: { members, online: 1 } } });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe('who of a group is connected', () => {
  it('is asked when it is opened and twice soon after, and then left to the engine', () => {
    renderHook(() => useGroupOnline(me, room, true));
    expect(asked()).toEqual([room]);
    vi.advanceTimersByTime(3000);
    expect(asked()).toEqual([room]);
    vi.advanceTimersByTime(7000);
    expect(asked()).toEqual([room]);
    vi.advanceTimersByTime(120_000);
    expect(asked()).toEqual([]);
  });

  it('is asked again within seconds when somebody who was away gives a sign, once for many signs', () => {
    renderHook(() => useGroupOnline(me, room, true));
    vi.advanceTimersByTime(20_000);
    asked();
    const typing: BridgeEvent = {
      event: 'typing.changed',
      data: { account: me, conversation: room, who: lin, until: 1 },
    };
    const message = sampleMessage(1, Date.now(), { conversation: room, sender: lin, own: false });
    const said: BridgeEvent = {
      event: 'message.changed',
      data: { account: me, conversation: room, messages: [message] },
    };
    useGroupPeopleStore.getState().applyBatch([typing]);
    useGroupPeopleStore.getState().applyBatch([said]);
    vi.advanceTimersByTime(2000);
    expect(asked()).toEqual([room]);
    useGroupPeopleStore
      .getState()
      .applyBatch([{ event: 'group.logged', data: { account: me, group: room } }]);
    vi.advanceTimersByTime(2000);
    expect(asked()).toEqual([room]);
  });

  it('is not asked because of those who are known to be there, or of groups nobody looks at', () => {
    renderHook(() => useGroupOnline(me, room, true));
    vi.advanceTimersByTime(20_000);
    asked();
    const { applyBatch } = useGroupPeopleStore.getState();
    applyBatch([{ event: 'typing.changed', data: { account: me, conversation: room, who: me, until: 1 } }]);
    applyBatch([{ event: 'typing.changed', data: { account: me, conversation: other, who: lin, until: 1 } }]);
    vi.advanceTimersByTime(10_000);
    expect(asked()).toEqual([]);
  });

  it('goes back to the conversation behind when the page of another group is closed', () => {
    renderHook(() => useGroupOnline(me, room, true));
    const page = renderHook(() => useGroupOnline(me, other, true));
    expect(asked()).toEqual([room, other]);
    page.unmount();
    expect(asked()).toEqual([room]);
    vi.advanceTimersByTime(60_000);
    expect(asked()).not.toContain(other);
  });
});
