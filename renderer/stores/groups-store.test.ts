// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import type { Group } from '../../shared/model/group';
import { groupRefusal } from '../../shared/aun/group-permissions';
import { fakeGroupStates } from '../dev/fake-groups-data';
import { addSampleGroups, releaseRoom } from '../dev/fake-groups-samples';
import { main } from '../dev/fake-data';
import { fakeInvoke, settle } from './fake-invoke';
import { groupKey, groupStandingOf, useGroupsStore } from './groups-store';

let bridge: ReturnType<typeof fakeInvoke>;
let sample: Group;

function entry() {
  return useGroupsStore.getState().groups[groupKey(main, releaseRoom)];
}

beforeEach(() => {
  bridge = fakeInvoke();
  addSampleGroups();
  const found = fakeGroupStates.get(`${main} ${releaseRoom}`);
  if (found === undefined) throw new Error('the sample is missing');
  sample = found.group;
  useGroupsStore.setState(useGroupsStore.getInitialState(), true);
});

describe('useGroupsStore', () => {
  it('asks once for what several views want at the same time', async () => {
    const { load } = useGroupsStore.getState();
    void load(main, releaseRoom);
    void load(main, releaseRoom);
    await bridge.next('group.get').answer(sample);
    expect(bridge.calls).toHaveLength(0);
    expect(entry()?.group?.name).toBe(sample.name);
  });

  it('drops an answer that an event has overtaken', async () => {
    void useGroupsStore.getState().load(main, releaseRoom);
    const newer: Group = { ...sample, name: 'Newer' };
    useGroupsStore.getState().applyBatch([{ event: 'group.changed', data: { account: main, group: newer } }]);
    await bridge.next('group.get').answer(sample);
    expect(entry()?.group?.name).toBe('Newer');
  });

  it('keeps what it knows when a later question fails, and says why', async () => {
    useGroupsStore.getState().merge(main, sample);
    void useGroupsStore.getState().load(main, releaseRoom);
    await bridge.next('group.get').fail('network_unreachable');
    await settle();
    expect(entry()?.group?.name).toBe(sample.name);
    expect(entry()?.error?.code).toBe('network_unreachable');
  });

  it('counts changes of the members and of the log apart', () => {
    const data = { account: main, group: releaseRoom };
    useGroupsStore.getState().applyBatch([
      { event: 'group.members', data },
      { event: 'group.members', data },
      { event: 'group.logged', data },
    ]);
    expect(entry()).toMatchObject({ members: 2, log: 1 });
  });
});

describe('groupStandingOf', () => {
  it('lets a mute end by itself', () => {
    const muted: Group = { ...sample, role: 'member', mutedUntil: 2000 };
    expect(groupRefusal('send', groupStandingOf(muted, 1999))).toBe('muted');
    expect(groupRefusal('send', groupStandingOf(muted, 2000))).toBe(null);
  });

  it('knows where members may change the keys', () => {
    expect(groupStandingOf({ ...sample, joinMode: 'open' }).membersRotate).toBe(true);
    expect(groupStandingOf({ ...sample, joinMode: 'approval' }).membersRotate).toBe(false);
  });
});
