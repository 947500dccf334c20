import { expect, it, vi } from 'vitest';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import { REFRESH_DELAY_MS } from './limits';
import { readOwnGroups } from './list';
import type { Stale } from './port';
import { Refreshing } from './refreshing';

const group = (at: number) => ({ group_id: `group.aun.test/g-${String(1_000 + at)}`, name: 'x' });
const pages = (all: readonly unknown[], total: number, size: number) => ({
  call: (_method: string, params: Readonly<Record<string, unknown>>) => {
    const start = (Number(params['page']) - 1) * size;
    return Promise.resolve({ groups: all.slice(start, start + size), total });
  },
});

it('reads every page of the own groups, and what cannot be read counts as seen', async () => {
  const all = Array.from({ length: 450 }, (_each, at) => (at === 3 ? { name: 'no id' } : group(at)));
  const { groups, complete } = await readOwnGroups(pages(all, 450, 200));
  expect([groups.length, complete]).toEqual([449, true]);
});

it('a gateway that promises more than it gives ends nobody’s membership', async () => {
  const { groups, complete } = await readOwnGroups(pages([group(1)], 9, 200));
  expect([groups.length, complete]).toEqual([1, false]);
});

it('gathers wishes, reads group after group, and offline ones with the next connection', async () => {
  const time = new FakeTime();
  const read: [string, Stale][] = [];
  const failed: string[] = [];
  let online = false;
  const refreshing = new Refreshing({
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    isOnline: () => online,
    read(of, stale) {
      read.push([of, stale]);
      return of === 'a' ? Promise.reject(new AunError('group_not_member', 'no')) : Promise.resolve();
    },
    failed: (of, error) => void failed.push(`${of} ${error.code}`),
  });
  refreshing.soon('a', { record: true });
  refreshing.soon('a', { members: true });
  refreshing.soon('b', { settings: true });
  time.advance(REFRESH_DELAY_MS);
  expect(read).toEqual([]);
  online = true;
  refreshing.online();
  await vi.waitFor(() => expect(read).toHaveLength(2));
  await refreshing.stop();
  expect(read).toEqual([
    ['a', { record: true, members: true }],
    ['b', { settings: true }],
  ]);
  expect(failed).toEqual(['a group_not_member']);
  refreshing.soon('c', { record: true });
  time.advance(REFRESH_DELAY_MS);
  expect(read).toHaveLength(2);
});
