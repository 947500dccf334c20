import { expect, it } from 'vitest';
import type { RpcCaller } from '../../ports/session';
import type { AccountStore } from '../../ports/store';
import { openTestStore } from '../../store/store-test-support';
import { ALICE, BOB, CAROL, GROUP, groupRecord, memberOf } from '../desk/testing/desk-fixture';
import { GroupEffects } from '../events/effects';
import { readEvent } from '../events/read';
import { GroupReading } from './reading';
import { GroupRecords } from './records';

const UNTIL = 1_800_000_000_000;
const listed = (...aids: readonly string[]): unknown => ({
  members: aids.map((aid) => ({ aid, role: aid === ALICE ? 'owner' : 'member' })),
  total: aids.length,
});

/** Somebody who leads nothing reads a group; `answer` is asked each time the list of members is. */
async function reader(answer: (time: number) => unknown): Promise<{
  readonly store: AccountStore;
  readonly records: GroupRecords;
  readonly reading: GroupReading;
  readonly asked: () => number;
  readonly tell: (event: Readonly<Record<string, unknown>>) => Promise<void>;
}> {
  const { store } = await openTestStore();
  const records = new GroupRecords({ store, publish: () => undefined, changed: () => undefined });
  await store.saveGroup(groupRecord({ role: 'member', owner: ALICE }), 'accepted');
  await records.load();
  await store.replaceMembers(GROUP, [memberOf(ALICE, { role: 'owner' }), memberOf(BOB), memberOf(CAROL)]);
  let asked = 0;
  const rpc: RpcCaller = {
    call: async () => {
      asked += 1;
      return Promise.resolve(await answer(asked));
    },
  };
  const parts = { aid: BOB, store, records, membersChanged: () => undefined };
  const effects = new GroupEffects({
    ...parts,
    keys: { membershipChanged: () => undefined },
    now: () => 1,
    refreshSoon: () => undefined,
    lost: () => Promise.resolve(),
    dissolved: () => Promise.resolve(),
    wake: () => undefined,
    logged: () => undefined,
  });
  return {
    store,
    records,
    reading: new GroupReading({ ...parts, rpc }),
    asked: () => asked,
    async tell(raw) {
      const event = readEvent({ group_id: GROUP, event_seq: 1, actor_aid: ALICE, ...raw });
      if (event !== null) await effects.unnumbered(GROUP, event);
    },
  };
}

it('a mute that is told while the list of members is stored is not lost', async () => {
  const all = await reader(() => listed(ALICE, BOB, CAROL));
  const { store } = all;
  const groupMember = store.groupMember.bind(store);
  const muting: Promise<void>[] = [];
  store.groupMember = async (group, aid) => {
    const found = await groupMember(group, aid);
    if (muting.length > 0) return found;
    muting.push(all.tell({ action: 'member_banned', subject: CAROL, expires_at: UNTIL }));
    // Whatever is not in turn with this reading happens now.
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    return found;
  };
  await all.reading.read(GROUP, { members: true });
  await Promise.all(muting);
  expect(await groupMember(GROUP, CAROL)).toMatchObject({ mutedUntil: UNTIL });
});

it('a list that was asked for before somebody went is asked for again', async () => {
  const all = await reader(async (time) => {
    if (time > 1) return listed(ALICE, BOB);
    await all.records.changeMembers(GROUP, () => all.store.removeMember(GROUP, CAROL));
    return listed(ALICE, BOB, CAROL);
  });
  const { memberCount } = await all.reading.read(GROUP, { members: true });
  expect(memberCount).toBe(2);
  expect(await all.store.groupMember(GROUP, CAROL)).toBeNull();
});

it('a removal that an event tells makes the list that is on its way an old one', async () => {
  const all = await reader(async (time) => {
    if (time > 1) return listed(ALICE, BOB);
    await all.tell({ action: 'member_removed', member_aid: CAROL });
    return listed(ALICE, BOB, CAROL);
  });
  await all.reading.read(GROUP, { members: true });
  expect(all.asked()).toBe(2);
  expect(await all.store.groupMember(GROUP, CAROL)).toBeNull();
});

it('a group that never comes to rest is read all the same', async () => {
  const all = await reader(async () => {
    await all.tell({ action: 'member_added', member_aid: 'dave1.aun.test' });
    return listed(ALICE, BOB, 'dave1.aun.test');
  });
  await all.reading.read(GROUP, { members: true });
  expect(all.asked()).toBeLessThan(5);
  expect(await all.store.groupMember(GROUP, 'dave1.aun.test')).not.toBeNull();
});
