import { describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger';
import { systemRandom } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { createTyping } from './typing';

const ME = 'me01.aun.test';
const BOB = 'bobby.aun.test';

function setUp(
  parts: { passes?: boolean; mayTell?: () => boolean | Promise<boolean>; groups?: Map<string, string> } = {},
) {
  const time = new FakeTime();
  const sent: { method: string; params: Record<string, unknown>; at: number }[] = [];
  const changes: { conversation: string; who: string; until: number | null; at: number }[] = [];
  const start = time.now();
  const typing = createTyping({
    aid: ME,
    session: {
      notify: (method, params) => sent.push({ method, params, at: time.now() - start }),
      passesNotifications: () => parts.passes ?? true,
    },
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    changed: (conversation, who, until) => changes.push({ conversation, who, until, at: time.now() - start }),
    mayTell: parts.mayTell ?? (() => true),
    wireId: (group) => parts.groups?.get(group) ?? null,
  });
  const states = (): unknown[] =>
    sent.map(({ params, at }) => {
      const { deliver } = params as { deliver: { params: { state: string } } };
      return [deliver.params.state, at];
    });
  const hear = (state: string, from = BOB, more: Record<string, unknown> = {}): void =>
    typing.event('app.typing', { state, _notify: { from_aid: from, ttl_ms: 5_000 }, ...more });
  return { time, start, sent, states, changes, typing, hear };
}

const asked = async (): Promise<void> => {
  await Promise.resolve();
  await Promise.resolve();
};

describe('telling that one types', () => {
  it('is repeated every four seconds and ended at once', async () => {
    const { typing, time, sent, states } = setUp();
    typing.tell(BOB, true);
    await asked();
    expect(sent[0]).toMatchObject({
      method: 'notification/route',
      params: {
        target: { type: 'aid', aid: BOB },
        deliver: { method: 'event/app.typing', params: { state: 'typing' } },
        ttl_ms: 5_000,
      },
    });
    time.advance(3_000);
    typing.tell(BOB, true);
    time.advance(6_000);
    typing.tell(BOB, false);
    typing.tell(BOB, false);
    time.advance(60_000);
    expect(states()).toEqual([
      ['typing', 0],
      ['typing', 4_000],
      ['typing', 8_000],
      ['idle', 9_000],
    ]);
  });

  it('ends by itself when no key was heard of for a minute', async () => {
    const { typing, time, states } = setUp();
    typing.tell(BOB, true);
    await asked();
    time.advance(200_000);
    expect(states().at(-1)).toEqual(['idle', 60_000]);
    expect(time.waiting).toBe(0);
  });

  it.each([
    ['the gateway passes nothing on', { passes: false }],
    ['the user does not want it', { mayTell: () => false }],
    ['the question fails', { mayTell: () => Promise.reject<boolean>(new Error('no store')) }],
  ])('does not happen when %s', async (_why, parts) => {
    const { typing, time, sent } = setUp(parts);
    typing.tell(BOB, true);
    await asked();
    typing.tell(BOB, false);
    time.advance(60_000);
    expect(sent.filter(({ params }) => JSON.stringify(params).includes('"typing"'))).toEqual([]);
    expect(time.waiting).toBe(0);
  });

  it('takes nothing back that was not told yet', async () => {
    const { typing, sent } = setUp();
    typing.tell(BOB, true);
    typing.tell(BOB, false);
    await asked();
    expect(sent).toEqual([]);
  });

  it('does not happen to oneself', async () => {
    const { typing, sent } = setUp();
    typing.tell(ME, true);
    await asked();
    expect(sent).toEqual([]);
  });

  it('ends when the account does', async () => {
    const { typing, states, time } = setUp();
    typing.tell(BOB, true);
    await asked();
    typing.stop();
    typing.tell(BOB, true);
    await asked();
    expect(states()).toEqual([
      ['typing', 0],
      ['idle', 0],
    ]);
    expect(time.waiting).toBe(0);
  });
});

describe('seeing somebody type', () => {
  it('holds for its time and no longer', () => {
    const { time, start, changes, hear } = setUp();
    hear('typing');
    expect(changes).toEqual([{ conversation: BOB, who: BOB, until: start + 5_000, at: 0 }]);
    time.advance(4_000);
    hear('typing');
    time.advance(4_999);
    expect(changes).toHaveLength(2);
    time.advance(1);
    expect(changes.at(-1)).toEqual({ conversation: BOB, who: BOB, until: null, at: 9_000 });
    expect(time.waiting).toBe(0);
  });

  it('ends when they stop, or when their message comes', () => {
    const { time, changes, hear, typing } = setUp();
    hear('typing');
    time.advance(2_000);
    hear('idle');
    expect(changes.at(-1)).toMatchObject({ until: null, at: 2_000 });
    hear('typing');
    typing.arrived(BOB, BOB);
    expect(changes.at(-1)).toMatchObject({ until: null, at: 2_000 });
    typing.arrived(BOB, BOB);
    expect(changes).toHaveLength(4);
  });

  it('believes the gateway about the sender and nobody else', () => {
    const { changes, typing, hear } = setUp();
    typing.event('app.typing', { state: 'typing', from_aid: BOB, chat: BOB });
    typing.event('app.typing', { state: 'typing', _notify: { from_aid: 'not an address' } });
    typing.event('app.other', { state: 'typing', _notify: { from_aid: BOB } });
    typing.event('app.typing', null);
    hear('typing', ME);
    hear('typing', BOB, { chat: 'group.aun.test/g-1' });
    expect(changes).toEqual([]);
    hear('typing', BOB, { chat: ME });
    expect(changes).toHaveLength(1);
  });

  it('a time to live that is too long or senseless does not hold longer', () => {
    const { time, changes, typing } = setUp();
    typing.event('app.typing', { _notify: { from_aid: BOB, ttl_ms: 9_999_999 } });
    time.advance(5_000);
    expect(changes.at(-1)).toMatchObject({ until: null });
    typing.event('app.typing', { _notify: { from_aid: BOB, ttl_ms: -5 } });
    time.advance(1);
    expect(changes.at(-1)).toMatchObject({ until: null });
  });

  it('a flood of one person is one piece of news a second, of many people two hundred', () => {
    const { time, changes, hear } = setUp();
    for (let index = 0; index < 1_000; index += 1) {
      hear(index % 2 === 0 ? 'typing' : 'idle');
      time.advance(10);
    }
    expect(changes.length).toBeLessThanOrEqual(21);
    time.advance(10_000);
    const before = changes.length;
    for (let index = 0; index < 1_000; index += 1) hear('typing', `user${index}.aun.test`);
    expect(changes.length - before).toBe(200);
    time.advance(5_000);
    expect(time.waiting).toBe(0);
  });
});

describe('typing in groups', () => {
  const GROUP = 'group.aun.test/g-readers';
  const groups = new Map([[GROUP, 'g-readers.aun.test']]);

  it('goes to everybody in the group at once, by the id the gateway gave', async () => {
    const { typing, sent } = setUp({ groups });
    typing.tell(GROUP, true);
    await asked();
    expect(sent[0]).toMatchObject({
      method: 'notification/group.route',
      params: {
        group_id: 'g-readers.aun.test',
        group_aid: 'g-readers.aun.test',
        deliver: { method: 'event/app.typing', params: { state: 'typing' } },
      },
    });
  });

  it('is told nobody in a group that is too large or left', async () => {
    const { typing, sent } = setUp();
    typing.tell(GROUP, true);
    await asked();
    expect(sent).toEqual([]);
  });

  it('shows each of several people by themselves, until their message comes', () => {
    const { hear, changes, typing } = setUp({ groups });
    hear('typing', BOB, { chat: GROUP });
    hear('typing', 'carol.aun.test', { group_id: 'g-readers.aun.test' });
    expect(changes.map(({ conversation, who }) => [conversation, who])).toEqual([
      [GROUP, BOB],
      [GROUP, 'carol.aun.test'],
    ]);
    typing.arrived(GROUP, BOB);
    expect(changes.at(-1)).toMatchObject({ conversation: GROUP, who: BOB, until: null });
  });

  it('ignores signs about groups that are not ours', () => {
    const { hear, changes } = setUp({ groups });
    hear('typing', BOB, { chat: 'group.aun.test/g-others' });
    expect(changes).toEqual([]);
  });
});
