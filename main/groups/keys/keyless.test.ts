import { beforeEach, expect, it } from 'vitest';
import type { AccountStore } from '../../ports/store';
import { openTestStore } from '../../store/store-test-support';
import { BOB, CAROL, GROUP, groupRecord, memberOf } from '../desk/testing/desk-fixture';
import { GroupRecords } from '../sync/records';
import { Keyless } from './keyless';

let store: AccountStore;
let records: GroupRecords;
let keyless: Keyless;

beforeEach(async () => {
  ({ store } = await openTestStore());
  records = new GroupRecords({ store, publish: () => undefined, changed: () => undefined });
  await store.saveGroup(groupRecord(), 'accepted');
  await store.replaceMembers(GROUP, [memberOf(BOB), memberOf(CAROL, { hasKeys: false })]);
  await records.load();
  keyless = new Keyless({ store, now: () => 1, inTurn: (group, step) => records.inTurn(group, step) });
});

it('a mute that arrives while somebody is marked as without keys is not undone', async () => {
  const read = store.groupMember.bind(store);
  const muting: Promise<void>[] = [];
  store.groupMember = async (group, aid) => {
    const found = await read(group, aid);
    if (muting.length > 0) return found;
    muting.push(
      records.changeMembers(GROUP, () => store.saveMember(GROUP, memberOf(BOB, { mutedUntil: 99 }))),
    );
    // Whatever is not in turn with the mark happens now.
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    return found;
  };
  await keyless.mark(GROUP, BOB, false);
  await Promise.all(muting);
  expect(await read(GROUP, BOB)).toMatchObject({ mutedUntil: 99 });
  await keyless.mark(GROUP, BOB, false);
  expect(await read(GROUP, BOB)).toMatchObject({ hasKeys: false });
});

it('a mark that comes before the group was read leaves the others known', async () => {
  await keyless.mark(GROUP, BOB, false);
  expect([...keyless.of(GROUP)].sort()).toEqual([BOB, CAROL].sort());
  await keyless.mark(GROUP, CAROL, true);
  expect(keyless.of(GROUP)).toEqual([BOB]);
  expect(await store.groupMember(GROUP, CAROL)).toMatchObject({ hasKeys: true });
});

it('a mark for somebody who went meanwhile brings them back into no list', async () => {
  await records.changeMembers(GROUP, () => store.removeMember(GROUP, BOB));
  await keyless.mark(GROUP, BOB, false);
  expect(await store.groupMember(GROUP, BOB)).toBeNull();
});
