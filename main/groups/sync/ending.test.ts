import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GroupKeys } from '../../ports/groups';
import type { AccountStore } from '../../ports/store';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import { openTestStore } from '../../store/store-test-support';
import { ALICE, BOB, GROUP, groupRecord } from '../desk/testing/desk-fixture';
import { GroupSyncService } from '.';

/* How a group ends for us, and what the log says of it: the copy that tells it has no number (`protocol/05 §7.3`). */

let store: AccountStore;
let sync: GroupSyncService;
let answer: (method: string) => unknown;
const over = (code: 'group_dissolved' | 'group_not_member') => (): never => {
  throw new AunError(code, 'over');
};

const notAsked = (): never => {
  throw new Error('nobody asks for this here');
};

const noKeys = {
  onKey: () => () => undefined,
  onGivenUp: () => () => undefined,
  leftGroup: () => Promise.resolve(),
  membershipChanged: () => undefined,
} as unknown as GroupKeys;

beforeEach(async () => {
  ({ store } = await openTestStore());
  await store.saveGroup(groupRecord({ role: 'owner', owner: ALICE }), 'accepted');
  const time = new FakeTime();
  answer = over('group_dissolved');
  sync = new GroupSyncService({
    aid: ALICE,
    store,
    rpc: { call: async (method) => Promise.resolve(await answer(method)) },
    e2ee: {
      openGroup: () => Promise.resolve([]),
      recognizesGroup: () => false,
      groupPeers: {
        certificate: notAsked,
        certificateNamed: notAsked,
        sealForServer: notAsked,
        openFromServer: notAsked,
        forgetDevices: notAsked,
      },
    },
    keys: noKeys,
    describe: notAsked,
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    isOnline: () => true,
    now: () => time.now(),
    publish: () => undefined,
    progress: () => undefined,
    wake: () => undefined,
    changed: () => undefined,
    membersChanged: () => undefined,
    logged: () => undefined,
    messagesStored: () => undefined,
  });
  await sync.load();
});

afterEach(() => sync.stop());

/** What the log says, oldest first. */
async function logged(): Promise<string[]> {
  const { entries } = await store.groupLog(GROUP, { text: '', actions: [], before: null, limit: 50 });
  return entries.map(({ action }) => action).reverse();
}

const told = (action: string, more: Readonly<Record<string, unknown>> = {}): void =>
  sync.event('group.changed', { group_id: GROUP, action, actor_aid: ALICE, ...more });

it('is told by its copy while the group goes on for us', async () => {
  told('dissolved', { actor_aid: BOB, status: 'dissolved' });
  await vi.waitFor(async () => expect(await logged()).toEqual(['dissolved']));
  expect(sync.record(GROUP)?.status).toBe('dissolved');
});

it('that we brought about ourselves is in the log, however late its copy comes, and once', async () => {
  await sync.change(GROUP, { status: 'dissolved' });
  told('dissolved', { status: 'dissolved' });
  told('dissolved', { status: 'dissolved' });
  await sync.stop();
  expect(await logged()).toEqual(['dissolved']);
});

it('comes after what was on its way before it', async () => {
  await sync.change(GROUP, { status: 'dissolved' });
  for (const [at, action] of ['member_removed', 'resumed'].entries())
    told(action, { member_aid: BOB, event_seq: at + 1 });
  told('dissolved', { status: 'dissolved' });
  await vi.waitFor(async () => expect(await logged()).toEqual(['member_removed', 'resumed', 'dissolved']));
});

it('is taken with its number where the gateway still lets us read', async () => {
  await sync.change(GROUP, { status: 'dissolved' });
  const events = [{ group_id: GROUP, event_seq: 1, action: 'dissolved', actor_aid: ALICE }];
  answer = (method) => (method === 'group.pull_events' ? { events, has_more: false } : {});
  told('dissolved', { status: 'dissolved' });
  await sync.stop();
  expect(await logged()).toEqual(['dissolved']);
});

it('by leaving is in the log when the copy comes after the answer', async () => {
  answer = over('group_not_member');
  await sync.left(GROUP, { membership: 'left', by: null });
  told('member_left', { member_aid: ALICE });
  told('member_left', { member_aid: ALICE });
  await sync.stop();
  expect(await logged()).toEqual(['member_left']);
});

it('is not made up by a copy about a group we left before', async () => {
  await sync.left(GROUP, { membership: 'left', by: null });
  told('dissolved', { actor_aid: BOB, status: 'dissolved' });
  told('member_removed', { actor_aid: BOB, member_aid: ALICE });
  await sync.stop();
  expect(await logged()).toEqual([]);
});
