import { describe, expect, it } from 'vitest';
import type { InboundRecord } from '../../ports/store';
import { inbound } from '../../store/store-test-support';
import { agentExchange, LOOP_TURNS } from './loop-guard';
import type { Turn } from './loop-guard';
import { ALICE, BOB, GROUP, groupRecord, memberOf, openDesk } from './testing/desk-fixture';
import type { DeskFixture } from './testing/desk-fixture';

const BOT_A = 'bota1.aun.test';
const BOT_B = 'botb1.aun.test';

/** A timeline in letters, oldest first: `a` and `b` are agents, `H` is a person, `.` a pause of an hour. */
function turns(timeline: string): Turn[] {
  const made: Turn[] = [];
  let at = 1_000;
  for (const letter of timeline) {
    at += letter === '.' ? 3_600_000 : 1_000;
    if (letter !== '.')
      made.push({ id: made.length + 1, at, sender: letter, agent: letter === letter.toLowerCase() });
  }
  return made.reverse();
}

describe('an exchange of agents', () => {
  it.each([
    ['', 0],
    ['H', 0],
    ['Ha', 0],
    ['Haaaaaaa', 0],
    ['Hab', 2],
    ['Haaabbb', 2],
    ['Habab', 4],
    ['Hababa', 5],
    ['Habcabc', 6],
    ['abababH', 0],
    ['ababab.ab', 2],
    ['HabHab', 2],
  ])('%j has %i turns', (timeline, expected) => {
    expect(agentExchange(turns(timeline), 0).turns).toBe(expected);
  });

  it('counts nothing the moderator has dealt with', () => {
    expect(agentExchange(turns('ababab'), 4).turns).toBe(2);
  });

  it('is noticed within six turns', () => {
    expect(LOOP_TURNS).toBeLessThanOrEqual(6);
  });
});

interface Guarded extends DeskFixture {
  say(sender: string, count?: number): Promise<void>;
  loop(): unknown;
}

async function guarded(role: 'owner' | 'admin' | 'member' = 'owner'): Promise<Guarded> {
  const fixture = await openDesk();
  await fixture.put(groupRecord({ role }), [
    memberOf(ALICE, { role }),
    memberOf(BOB),
    memberOf(BOT_A, { kind: 'ai' }),
    memberOf(BOT_B, { kind: 'ai' }),
  ]);
  let seq = 0;
  const row = (sender: string): InboundRecord => {
    seq += 1;
    fixture.time.advance(1_000);
    return inbound('x', {
      seq,
      messageId: `gm-${String(seq)}`,
      conversation: GROUP,
      sender,
      own: sender === ALICE,
      serverTime: fixture.time.now(),
    });
  };
  return Object.assign(fixture, {
    async say(sender: string, count = 1) {
      for (let left = count; left > 0; left -= 1) {
        await fixture.store.commitGroupMessages(GROUP, [row(sender)], null);
        fixture.desk.messagesStored(GROUP);
      }
      await fixture.desk.settled();
    },
    loop: () => fixture.desk.loopOf(fixture.record()),
  });
}

async function exchange(fixture: Guarded, times: number): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) await fixture.say(turn % 2 === 0 ? BOT_A : BOT_B);
}

describe('the loop guard', () => {
  it('tells owner and admins within six turns, once for every turn', async () => {
    const fixture = await guarded('admin');
    await fixture.say(BOB);
    await exchange(fixture, LOOP_TURNS - 1);
    expect(fixture.loop()).toBeNull();
    await fixture.say(BOT_A);
    expect(fixture.loop()).toEqual({ agents: [BOT_A, BOT_B], turns: LOOP_TURNS });
    const told = fixture.events.filter(({ event }) => event === 'group.changed').at(-1);
    expect(told?.data).toMatchObject({ group: { loop: { turns: LOOP_TURNS } } });
  });

  it('says nothing to members, and nothing once a person writes', async () => {
    const fixture = await guarded('member');
    await exchange(fixture, 8);
    expect(fixture.loop()).toBeNull();
    const own = await guarded();
    await exchange(own, 8);
    expect(own.loop()).not.toBeNull();
    await own.say(ALICE);
    expect(own.loop()).toBeNull();
  });

  it('one agent that writes a lot is no loop, nor are people', async () => {
    const fixture = await guarded();
    await fixture.say(BOT_A, 12);
    expect(fixture.loop()).toBeNull();
    for (let turn = 0; turn < 8; turn += 1) await fixture.say(turn % 2 === 0 ? ALICE : BOB);
    expect(fixture.loop()).toBeNull();
  });

  it('mutes the agents of the exchange, for a time', async () => {
    const fixture = await guarded();
    await exchange(fixture, 8);
    const after = await fixture.desk.commands.calmLoop({ group: GROUP, how: 'mute', seconds: 600 });
    expect(after.loop).toBeNull();
    expect(
      fixture.calls.map(({ method, params }) => [method, params['subject'], params['expires_in_seconds']]),
    ).toEqual([
      ['group.ban', BOT_A, 600],
      ['group.ban', BOT_B, 600],
    ]);
  });

  it('lets only the mentioned hear, and notices when they go on all the same', async () => {
    const fixture = await guarded();
    await exchange(fixture, 8);
    const after = await fixture.desk.commands.calmLoop({ group: GROUP, how: 'mention_mode', seconds: 600 });
    expect(after).toMatchObject({ dispatchMode: 'mention', loop: null });
    await exchange(fixture, LOOP_TURNS - 1);
    expect(fixture.loop()).toBeNull();
    await exchange(fixture, 2);
    expect(fixture.loop()).not.toBeNull();
  });

  it('is quiet after it was told to, until a person writes', async () => {
    const fixture = await guarded();
    await exchange(fixture, 8);
    await fixture.desk.commands.calmLoop({ group: GROUP, how: 'ignore', seconds: 600 });
    expect(fixture.methods()).toEqual([]);
    await exchange(fixture, 12);
    expect(fixture.loop()).toBeNull();
    await fixture.say(BOB);
    await exchange(fixture, LOOP_TURNS);
    expect(fixture.loop()).not.toBeNull();
  });
});
