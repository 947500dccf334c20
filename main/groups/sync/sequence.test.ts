import { beforeEach, expect, it } from 'vitest';
import type { GroupCursor } from '../../ports/group-store';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import type { PullWire } from '../wire';
import { GROUP_ACK_MS, GROUP_PAGE, GROUP_RETRY_MS } from './limits';
import { Sequence } from './sequence';

interface Row {
  readonly seq: number;
  readonly empty: boolean;
  readonly id: string;
}

/** A gateway's side of one sequence. */
let rows: Row[];
let joined: number;
let current: number;
let time: FakeTime;
let cursor: GroupCursor;
let kept: Map<number, string>;
let order: number[];
let pulls: number;
let restarts: number;
let sequence: Sequence<Row>;
let unreadable: boolean;

const row = (seq: number, id = `m${String(seq)}`, empty = false): Row => ({ seq, id, empty });

function page(after: number): PullWire {
  pulls += 1;
  const visible = rows.filter((each) => each.seq > Math.max(after, joined));
  const found = visible.slice(0, GROUP_PAGE);
  const latest = Math.max(joined, ...rows.map(({ seq }) => seq), 0);
  return {
    rows: found,
    latest,
    hasMore: visible.length > found.length,
    cursor: { current, joined, latest },
    floor: null,
  };
}

const isRow = (raw: unknown): raw is Row => typeof raw === 'object' && raw !== null && 'seq' in raw;

function make(): Sequence<Row> {
  const made = new Sequence<Row>({
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    label: 'test',
    isOnline: () => true,
    cursor: () => cursor,
    read: (raw) => (isRow(raw) ? raw : null),
    pull: (after) => Promise.resolve(page(after)),
    store(found, place) {
      for (const each of found) {
        if (!kept.has(each.seq)) order.push(each.seq);
        kept.set(each.seq, each.id);
      }
      if (place !== null) cursor = place;
      return Promise.resolve();
    },
    setCursor(place) {
      cursor = place;
      return Promise.resolve();
    },
    ack(seq) {
      current = Math.max(current, seq);
      return Promise.resolve(current);
    },
    place(each) {
      if (unreadable) return Promise.reject(new AunError('database_damaged', 'not now'));
      const owner = kept.get(each.seq);
      return Promise.resolve(owner === undefined ? 'new' : owner === each.id ? 'repeat' : 'reused');
    },
    restart(after) {
      restarts += 1;
      kept.clear();
      cursor = { contiguous: after, acknowledged: after, joined: after };
      return Promise.resolve();
    },
    newestFirst: true,
    progress: () => undefined,
    refused: () => false,
  });
  made.online();
  return made;
}

/** Lets everything that was asked for come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
}

beforeEach(() => {
  rows = [];
  joined = 0;
  current = 0;
  time = new FakeTime();
  cursor = { contiguous: 0, acknowledged: 0, joined: 0 };
  unreadable = false;
  kept = new Map();
  order = [];
  pulls = 0;
  restarts = 0;
  sequence = make();
});

it('fetches every page, and the newest rows of a long backlog first', async () => {
  rows = Array.from({ length: 1_000 }, (_each, at) => row(at + 1));
  await sequence.catchUp();
  expect(kept.size).toBe(1_000);
  expect(cursor.contiguous).toBe(1_000);
  expect(order[0]).toBe(901);
});

it('begins after the place of joining and acknowledges only what is stored', async () => {
  joined = 40;
  current = 40;
  rows = [row(41), row(42)];
  await sequence.catchUp();
  expect(cursor).toMatchObject({ contiguous: 42, joined: 40 });
  expect(current).toBe(40);
  time.advance(GROUP_ACK_MS);
  await settle();
  expect(current).toBe(42);
  expect(cursor.acknowledged).toBe(42);
});

it('takes a push that follows without asking, and pulls what is missing before one that does not', async () => {
  await sequence.catchUp();
  rows = [row(1)];
  sequence.push(row(1));
  await settle();
  expect([cursor.contiguous, pulls]).toEqual([1, 1]);
  rows = [row(1), row(2), row(3), row(4)];
  sequence.push(row(4));
  await settle();
  expect([...kept.keys()].sort()).toEqual([1, 2, 3, 4]);
  expect(cursor.contiguous).toBe(4);
});

it('pulls when it is only told that there is something', async () => {
  await sequence.catchUp();
  rows = [row(1)];
  sequence.push(row(1, 'm1', true));
  await settle();
  expect(kept.get(1)).toBe('m1');
});

it('is not held up by a hole that stays: a later filler is stored all the same', async () => {
  rows = [row(1), row(4)];
  await sequence.catchUp();
  expect(cursor.contiguous).toBe(4);
  sequence.push(row(2));
  await settle();
  expect(kept.get(2)).toBe('m2');
  expect(cursor.contiguous).toBe(4);
});

it('begins again when the gateway has fewer numbers than are held', async () => {
  rows = Array.from({ length: 20 }, (_each, at) => row(at + 1));
  await sequence.catchUp();
  rows = [row(1, 'other1'), row(2, 'other2')];
  current = 0;
  sequence.online();
  await sequence.catchUp();
  expect(restarts).toBe(1);
  expect([...kept.values()]).toEqual(['other1', 'other2']);
  expect(cursor.contiguous).toBe(2);
});

it('notices numbers that were given out again although there are more of them', async () => {
  rows = [row(1), row(2)];
  await sequence.catchUp();
  rows = [row(1, 'other1'), row(2, 'other2'), row(3, 'other3')];
  await sequence.catchUp();
  expect(restarts).toBe(1);
  expect(kept.get(3)).toBe('other3');
  expect(kept.get(1)).toBe('other1');
});

it('begins after the new place when we left and came back', async () => {
  rows = [row(1), row(2)];
  await sequence.catchUp();
  rows = [row(1), row(2), row(3), row(4), row(5)];
  joined = 4;
  current = 4;
  await sequence.catchUp();
  expect(restarts).toBe(1);
  expect(cursor).toMatchObject({ contiguous: 5, joined: 4 });
  expect([...kept.keys()]).toEqual([5]);
});

it('asks a gateway that announces what it does not have less and less often', async () => {
  await sequence.catchUp();
  for (let seq = 100; seq < 150; seq += 1) {
    sequence.push(row(seq, `m${String(seq)}`, true));
    await settle();
  }
  expect(pulls).toBe(2);
});

it('believes only so many restarts of a gateway that plays with numbers', async () => {
  rows = [row(1)];
  for (let turn = 0; turn < 50; turn += 1) {
    rows = [row(1, `turn${String(turn)}`)];
    await sequence.catchUp();
  }
  expect(restarts).toBe(3);
});

it('asks again for what came while the database could not be read', async () => {
  rows = [row(1), row(2)];
  await sequence.catchUp();
  rows = [row(1), row(2), row(3)];
  unreadable = true;
  sequence.push(row(2));
  sequence.push(row(3));
  await settle();
  expect(kept.has(3)).toBe(false);
  unreadable = false;
  time.advance(GROUP_RETRY_MS);
  await settle();
  expect(kept.get(3)).toBe('m3');
});
