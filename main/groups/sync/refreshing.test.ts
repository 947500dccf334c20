import { beforeEach, expect, it } from 'vitest';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import { GROUP_RETRY_MS, REFRESH_DELAY_MS } from './limits';
import type { Stale } from './port';
import { Refreshing } from './refreshing';

const ONE = 'group.aun.test/g-one';
const OTHER = 'group.aun.test/g-other';

let time: FakeTime;
let online: boolean;
let read: { readonly group: string; readonly stale: Stale }[];
/** What happens to a reading. */
let during: (group: string) => void;
let refreshing: Refreshing;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

const cut = (): never => {
  throw new AunError('connection_closed', 'cut', { retryable: true });
};

beforeEach(() => {
  time = new FakeTime();
  online = true;
  read = [];
  during = () => undefined;
  refreshing = new Refreshing({
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    isOnline: () => online,
    read: async (group, stale) => {
      await Promise.resolve();
      read.push({ group, stale });
      during(group);
    },
    failed: () => undefined,
  });
});

it('several wishes about a group become one reading', async () => {
  refreshing.soon(ONE, { record: true });
  refreshing.soon(ONE, { members: true });
  refreshing.soon(OTHER, { settings: true });
  time.advance(REFRESH_DELAY_MS);
  await settle();
  expect(read).toEqual([
    { group: ONE, stale: { record: true, members: true } },
    { group: OTHER, stale: { settings: true } },
  ]);
});

it('what a cut interrupted is read with the next connection', async () => {
  during = () => {
    online = false;
    refreshing.offline();
    cut();
  };
  refreshing.soon(ONE, { members: true });
  refreshing.soon(OTHER, { settings: true });
  time.advance(REFRESH_DELAY_MS);
  await settle();
  expect(read).toHaveLength(1);
  expect(time.waiting).toBe(0);
  during = () => undefined;
  online = true;
  refreshing.online();
  await settle();
  expect(read.slice(1)).toEqual([
    { group: ONE, stale: { members: true } },
    { group: OTHER, stale: { settings: true } },
  ]);
});

it('what a moment’s trouble prevented is tried again, and new wishes do not wait for that', async () => {
  during = cut;
  refreshing.soon(ONE, { members: true });
  time.advance(REFRESH_DELAY_MS);
  await settle();
  during = () => undefined;
  refreshing.soon(OTHER, { record: true });
  time.advance(REFRESH_DELAY_MS);
  await settle();
  expect(read.map(({ group }) => group)).toEqual([ONE, ONE, OTHER]);
  time.advance(10 * GROUP_RETRY_MS);
  await settle();
  expect(read).toHaveLength(3);
  during = cut;
  refreshing.soon(ONE, { members: true });
  time.advance(REFRESH_DELAY_MS);
  await settle();
  during = () => undefined;
  time.advance(GROUP_RETRY_MS);
  await settle();
  expect(read.slice(4)).toEqual([{ group: ONE, stale: { members: true } }]);
});

it('a refusal is not asked about again', async () => {
  during = () => {
    throw new AunError('group_not_member', 'out');
  };
  refreshing.soon(ONE, { members: true });
  time.advance(REFRESH_DELAY_MS);
  await settle();
  time.advance(10 * GROUP_RETRY_MS);
  await settle();
  expect(read).toHaveLength(1);
});

it('no timer and no reading outlives the end', async () => {
  during = cut;
  refreshing.soon(ONE, { members: true });
  refreshing.soon(OTHER, { members: true });
  time.advance(REFRESH_DELAY_MS);
  await refreshing.stop();
  refreshing.soon(ONE, { members: true });
  await settle();
  expect(time.waiting).toBe(0);
  expect(read.length).toBeLessThan(2);
});
