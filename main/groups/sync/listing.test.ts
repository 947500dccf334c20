import { beforeEach, expect, it } from 'vitest';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import { openTestStore } from '../../store/store-test-support';
import { ALICE } from '../desk/testing/desk-fixture';
import { GROUP_RETRY_MS } from './limits';
import { Listing } from './listing';
import { GroupRecords } from './records';

let time: FakeTime;
let listing: Listing;
/** Questions that wait for an answer. */
let asked: { readonly answer: (value: unknown) => void; readonly fail: () => void }[];
let count: number;
let online: boolean;

/** Lets promises run; no time passes. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

beforeEach(async () => {
  const { store } = await openTestStore();
  time = new FakeTime();
  asked = [];
  count = 0;
  online = true;
  const records = new GroupRecords({ store, publish: () => undefined, changed: () => undefined });
  const never = (): never => {
    throw new Error('there are no groups here');
  };
  listing = new Listing({
    ...{ aid: ALICE, records, isOnline: () => online },
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    rpc: {
      call: () => {
        count += 1;
        return new Promise((resolve, reject) => {
          asked.push({ answer: resolve, fail: () => reject(new AunError('connection_closed', 'cut')) });
        });
      },
    },
    keys: { membershipChanged: never },
    feeds: { of: never },
    apply: never,
    refreshSoon: never,
    lookAfter: never,
    failed: () => undefined,
  });
});

it('a wish that comes while a command reads the list is fulfilled afterwards', async () => {
  const command = listing.refresh();
  listing.soon();
  asked[0]?.answer({ groups: [], total: 0 });
  await command;
  await settle();
  time.advance(GROUP_RETRY_MS / 10);
  expect(count).toBe(2);
});

it('a new connection does not wait until the reading of the former one is tried again', async () => {
  listing.soon();
  listing.offline();
  listing.soon();
  asked[0]?.fail();
  await settle();
  time.advance(GROUP_RETRY_MS / 10);
  expect(count).toBe(2);
});

it('a failure is tried again by itself, and only while there is a connection', async () => {
  listing.soon();
  asked[0]?.fail();
  await settle();
  time.advance(GROUP_RETRY_MS - 1);
  expect(count).toBe(1);
  time.advance(1);
  expect(count).toBe(2);
  online = false;
  listing.offline();
  asked[1]?.fail();
  await settle();
  time.advance(10 * GROUP_RETRY_MS);
  expect(count).toBe(2);
  online = true;
  listing.soon();
  expect(count).toBe(3);
});

it('no timer is left behind by a reading that fails while everything ends', async () => {
  listing.soon();
  const stopped = listing.stop();
  asked[0]?.fail();
  await stopped;
  await settle();
  expect(time.waiting).toBe(0);
});
