import { describe, expect, it } from 'vitest';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemRandom } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { createPresence } from './presence';

const ANN = 'ann1.aun.test';
const BOB = 'bobby.aun.test';

function setUp() {
  const time = new FakeTime();
  const asked: (readonly string[])[] = [];
  const changes: Record<string, boolean>[] = [];
  const world = { online: new Set<string>(), connected: true, failing: false, answer: null as unknown };
  const presence = createPresence({
    rpc: {
      call: async (_method, params) => {
        const aids = params['aids'] as string[];
        asked.push(aids);
        if (world.failing) throw new AunError('request_timeout', 'no answer', { retryable: true });
        return (
          world.answer ?? { online: Object.fromEntries(aids.map((aid) => [aid, world.online.has(aid)])) }
        );
      },
    },
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    isOnline: () => world.connected,
    changed: (online) => changes.push(online),
  });
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 5; round += 1) await Promise.resolve();
  };
  return { time, asked, changes, world, presence, settle };
}

describe('presence', () => {
  it('is asked for at once, then every minute, and tells only what is different', async () => {
    const { time, asked, changes, world, presence, settle } = setUp();
    world.online.add(ANN);
    expect(await presence.watch([ANN, BOB, ANN])).toEqual({ [ANN]: true, [BOB]: false });
    expect(asked).toEqual([[ANN, BOB]]);
    time.advance(60_000);
    await settle();
    world.online.add(BOB);
    time.advance(60_000);
    await settle();
    expect(asked).toHaveLength(3);
    expect(changes).toEqual([{ [ANN]: true }, { [BOB]: true }]);
  });

  it('of nobody is asked for no more', async () => {
    const { time, asked, presence, settle } = setUp();
    await presence.watch([ANN]);
    expect(await presence.watch([])).toEqual({});
    time.advance(600_000);
    await settle();
    expect(asked).toHaveLength(1);
  });

  it('is asked for a hundred people at most', async () => {
    const { asked, presence } = setUp();
    await presence.watch(Array.from({ length: 300 }, (_, index) => `user${index}.aun.test`));
    expect(asked[0]).toHaveLength(100);
  });

  it('is unknown while we are offline, and asked for when we are back', async () => {
    const { time, asked, changes, world, presence, settle } = setUp();
    world.online.add(ANN);
    await presence.watch([ANN]);
    world.connected = false;
    presence.offline();
    expect(changes.at(-1)).toEqual({ [ANN]: false });
    time.advance(120_000);
    await settle();
    expect(asked).toHaveLength(1);
    world.connected = true;
    presence.online();
    await settle();
    expect(changes.at(-1)).toEqual({ [ANN]: true });
  });

  it('stays what it was when a question fails or the answer makes no sense', async () => {
    const { time, changes, world, presence, settle } = setUp();
    world.online.add(ANN);
    await presence.watch([ANN]);
    world.failing = true;
    time.advance(60_000);
    await settle();
    world.failing = false;
    world.answer = { online: 'yes' };
    time.advance(60_000);
    await settle();
    expect(changes).toEqual([{ [ANN]: true }]);
    world.answer = { online: { [ANN]: 'yes', constructor: true } };
    time.advance(60_000);
    await settle();
    expect(changes.at(-1)).toEqual({ [ANN]: false });
  });

  it('of a list that was replaced meanwhile changes nothing', async () => {
    const { changes, world, presence } = setUp();
    world.online.add(ANN);
    await Promise.all([presence.watch([ANN]), presence.watch([BOB])]);
    expect(changes).toEqual([]);
    presence.stop();
    expect(await presence.watch([ANN])).toEqual({});
  });
});
