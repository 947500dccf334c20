import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RpcError } from '../../runtime/errors';
import type { KeyParty } from '../testing/key-party';
import { KeyWorld } from '../testing/key-world';
import { closed } from '../testing/simulated-groups';

const GROUP = 'group.aun.test/g-crash01';
const [ANNA, BERT, CARL] = ['anna.aun.test', 'bert.aun.test', 'carl.aun.test'] as const;

async function threeOfUs(world: KeyWorld): Promise<KeyParty> {
  const anna = await world.party(ANNA);
  await world.party(BERT);
  await world.party(CARL);
  await anna.create(GROUP, 'approval');
  anna.add(GROUP, BERT);
  await anna.keys.settled(GROUP);
  return anna;
}

/** Lets everything come to rest, then has everybody write and read. */
async function allTalk(world: KeyWorld, rounds = 60): Promise<void> {
  const members = [...world.gateway.group(GROUP).members.keys()];
  const inside = world.parties.filter(({ aid }) => members.includes(aid));
  for (let round = 0; round < rounds; round += 1) {
    await world.pass(4_000, 2_000);
    if (inside.every(({ keys }) => keys.state(GROUP).state === 'secured')) break;
  }
  for (const party of inside) await party.send(GROUP, `from ${party.aid}`);
  world.receive(GROUP);
  for (const party of inside)
    expect([...(party.read.get(GROUP) ?? [])].sort()).toEqual(inside.map(({ aid }) => `from ${aid}`).sort());
}

/** Steps of a change of key at the gateway, in their order. */
const STEPS = [
  'group.e2ee.get_epoch',
  'group.get_members',
  'group.e2ee.begin_rotation',
  'message.send',
  'group.e2ee.heartbeat_rotation',
  'group.e2ee.ack_rotation_key',
  'group.get_join_requirements',
  'group.e2ee.commit_rotation',
] as const;

describe('a change of key that is interrupted', () => {
  const moments = STEPS.flatMap((step) => [[step, 'reach'] as const, [step, 'answer'] as const]);

  it.each(moments)('by a kill at %s (%s) is finished after the start', async (step, moment) => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    let killed = false;
    world.gateway.fault = (when, method, aid) => {
      if (killed || aid !== ANNA || method !== step || when !== moment) return;
      killed = true;
      anna.kill();
      throw closed(method);
    };
    anna.add(GROUP, CARL);
    await world.settle();
    expect(killed).toBe(true);
    await world.restart(anna);
    await allTalk(world);
    expect(world.gateway.group(GROUP).rotation?.expected).toHaveLength(3);
  });

  it.each(moments)('by a cut at %s (%s) is finished by the same program', async (step, moment) => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    let cuts = 0;
    world.gateway.fault = (when, method, aid) => {
      if (cuts >= 4 || aid !== ANNA || method !== step || when !== moment) return;
      cuts += 1;
      throw closed(method);
    };
    anna.add(GROUP, CARL);
    await allTalk(world);
    expect(cuts).toBeGreaterThan(0);
  });

  it('by a kill between any two writes of the database is finished after the start', async () => {
    for (let at = 1; at <= 4; at += 1) {
      const world = new KeyWorld();
      const anna = await threeOfUs(world);
      const before = anna.parts.store.writes.length;
      const save = anna.parts.store.saveGroupKey.bind(anna.parts.store);
      anna.parts.store.saveGroupKey = async (group, key) => {
        await save(group, key);
        if (anna.parts.store.writes.length === before + at) anna.kill();
      };
      anna.add(GROUP, CARL);
      await world.settle();
      await world.restart(anna);
      await allTalk(world);
    }
  });

  it('by another member who comes is begun anew with the members of then', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    await world.party('dora.aun.test');
    let done = false;
    world.gateway.fault = (when, method) => {
      if (done || method !== 'group.e2ee.commit_rotation' || when !== 'reach') return;
      done = true;
      anna.add(GROUP, 'dora.aun.test');
    };
    anna.add(GROUP, CARL);
    await allTalk(world);
    expect(world.gateway.group(GROUP).rotation?.expected).toHaveLength(4);
  });

  it('of somebody who is gone for good is taken over by another admin', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    const bert = world.gateway.group(GROUP).members.get(BERT);
    if (bert !== undefined) bert.role = 'admin';
    world.gateway.fault = (when, method, aid) => {
      if (aid === ANNA && method === 'group.e2ee.ack_rotation_key' && when === 'reach') {
        anna.kill();
        throw closed(method);
      }
    };
    anna.add(GROUP, CARL);
    await world.settle();
    world.parties.splice(world.parties.indexOf(anna), 1);
    await allTalk(world);
    expect(world.gateway.group(GROUP).rotation?.owner).toBe(BERT);
  });
});

describe('the key to seal with', () => {
  it('is refused when the gateway tells another commitment than ours', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    world.gateway.tamper = (method, answer) =>
      method === 'group.e2ee.get_epoch' ? changed(answer, { key_commitment: 'ab'.repeat(32) }) : answer;
    anna.keys.online();
    await expect(sealing(world, anna)).rejects.toMatchObject({ code: 'group_securing', retryable: true });
  });

  it('is refused when the gateway goes back to an epoch that people know who are gone', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    anna.kick(GROUP, BERT);
    await anna.keys.settled(GROUP);
    const old = world.gateway.group(GROUP);
    const [former] = old.begun.slice(-2);
    if (former === undefined) throw new Error('no rotation before');
    world.gateway.tamper = (method, answer) =>
      method === 'group.e2ee.get_epoch'
        ? {
            ...Object(answer),
            epoch: 2,
            committed_epoch: 2,
            committed_rotation: {
              rotation_id: former.id,
              target_epoch: 2,
              key_commitment: former.commitment,
              expected_members: former.expected,
            },
          }
        : method === 'group.get_members'
          ? { members: former.expected.map((aid) => ({ aid, role: 'owner' })) }
          : answer;
    anna.keys.online();
    await expect(sealing(world, anna)).rejects.toMatchObject({ code: 'group_securing' });
  });

  it('is the old one for a while when somebody left and nobody is there who may change it', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    anna.add(GROUP, CARL);
    await anna.keys.settled(GROUP);
    await world.settle();
    const [bert, carl] = [world.parties[1], world.parties[2]];
    if (bert === undefined || carl === undefined) throw new Error('nobody there');
    anna.offline();
    carl.leave(GROUP);
    await expect(sealing(world, bert)).rejects.toMatchObject({ code: 'group_securing' });
    await world.pass(8_000);
    expect(bert.keys.state(GROUP)).toMatchObject({ state: 'secured', refreshPending: true });
    expect((await bert.keys.sendingKey(GROUP, false)).epoch).toBe(3);
    anna.online();
    await world.pass(3_000);
    expect((await bert.keys.sendingKey(GROUP, true)).epoch).toBe(4);
    expect(bert.keys.state(GROUP).refreshPending).toBe(false);
  });

  it('is not asked for of the gateway again for every message of a burst', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    await anna.send(GROUP, 'one');
    const before = world.gateway.calls.length;
    for (const text of ['two', 'three', 'four']) await anna.send(GROUP, text);
    expect(world.gateway.calls.slice(before).map(({ method }) => method)).toEqual(
      Array(3).fill('group.send'),
    );
  });
});

describe('a key that is missing', () => {
  it('is asked for of who is there, and comes', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    await anna.send(GROUP, 'for every device');
    const tablet = await world.party(BERT, { device: 'two', offline: true });
    tablet.online();
    await world.pass(3_000);
    tablet.receive(GROUP);
    await world.pass(3_000);
    expect(tablet.read.get(GROUP)).toEqual(['for every device']);
    expect(tablet.keys.epochs(GROUP)[0]).toMatchObject({ origin: 'answered', pendingRotation: null });
  });

  it('comes from the server in an open group while nobody is there', async () => {
    const world = new KeyWorld();
    const anna = await world.party(ANNA);
    const bert = await world.party(BERT);
    await anna.create(GROUP, 'open');
    anna.add(GROUP, BERT);
    await anna.keys.settled(GROUP);
    await anna.send(GROUP, 'kept for you');
    anna.offline();
    bert.offline();
    const tablet = await world.party(BERT, { device: 'two' });
    await world.pass(2_000);
    tablet.receive(GROUP);
    expect(tablet.read.get(GROUP)).toEqual(['kept for you']);
    expect(tablet.keys.epochs(GROUP)[0]?.origin).toBe('server');
    expect(tablet.keys.state(GROUP)).toMatchObject({ state: 'secured', serverHolds: true });
  });

  it('waits for somebody, says so, and is looked for again when time passes', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    const [, bert] = world.parties;
    anna.offline();
    bert?.offline();
    const tablet = await world.party(BERT, { device: 'two' });
    await world.pass(10_000);
    expect(tablet.keys.state(GROUP).state).toBe('waiting');
    anna.online();
    await world.pass(120_000, 5_000);
    expect(tablet.keys.state(GROUP).state).toBe('secured');
  });

  it('is asked for again as soon as somebody may be asked again, when the first answer is lost', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    world.parties[1]?.offline();
    let lost = 0;
    world.gateway.fault = (when, method, aid) => {
      if (lost > 0 || aid !== ANNA || method !== 'message.send' || when !== 'reach') return;
      lost += 1;
      throw new RpcError('gateway_refused', { code: -32000, message: 'lost' }, false, method);
    };
    const tablet = await world.party(BERT, { device: 'two' });
    await world.pass(25_000);
    expect([lost, tablet.keys.state(GROUP).state]).toEqual([1, 'securing']);
    await world.pass(10_000);
    expect(tablet.keys.state(GROUP).state).toBe('secured');
    expect(anna.keys.state(GROUP).state).toBe('secured');
  });

  it('of an epoch nobody ever made, or from before our time, is not looked for', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    anna.add(GROUP, CARL);
    await anna.keys.settled(GROUP);
    await world.settle();
    const carl = world.parties[2];
    const before = world.gateway.calls.length;
    for (const epoch of [0, 1, 2, 99, -4, 1.5]) carl?.keys.missing(GROUP, epoch, ANNA);
    await world.pass(30_000, 5_000);
    const methods = world.gateway.calls.slice(before).map(({ method }) => method);
    expect(methods).not.toContain('message.send');
  });
});

describe('control messages', () => {
  it('wait while we are offline, and nonsense among them is thrown away', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    const carl = world.parties[2];
    if (carl === undefined) throw new Error('nobody there');
    carl.offline();
    anna.add(GROUP, CARL);
    await anna.keys.settled(GROUP);
    const odd = [
      '',
      'null',
      '{"type":"e2ee.group_key_distribution"}',
      '{"type":"e2ee.group_key_request","group_id":7}',
    ];
    for (const [index, payloadJson] of odd.entries())
      carl.parts.store.addControl({ from: ANNA, messageId: `odd-${index}`, own: false, payloadJson, at: 0 });
    expect(carl.keys.epochs(GROUP)).toEqual([]);
    carl.online();
    await world.settle();
    expect(carl.parts.store.controls.size).toBe(0);
    expect(carl.keys.epochs(GROUP)[0]).toMatchObject({ epoch: 3, pendingRotation: null });
  });

  it('that cannot be judged for lack of a network stay until they can', async () => {
    const world = new KeyWorld();
    const anna = await threeOfUs(world);
    const carl = world.parties[2];
    if (carl === undefined) throw new Error('nobody there');
    world.gateway.fault = (_when, method, aid) => {
      if (aid === CARL && method === 'group.e2ee.get_epoch') throw closed(method);
    };
    anna.add(GROUP, CARL);
    await world.pass(2_000);
    expect(carl.parts.store.controls.size).toBe(1);
    world.gateway.fault = () => undefined;
    await world.pass(12_000);
    expect(carl.parts.store.controls.size).toBe(0);
    expect(carl.keys.secret(GROUP, 3)).not.toBeNull();
  });
});

function changed(answer: unknown, patch: Record<string, unknown>): unknown {
  const state = z.looseObject({ committed_rotation: z.looseObject({}) }).parse(answer);
  return { ...state, committed_rotation: { ...state.committed_rotation, ...patch } };
}

/** Asks for the key to seal with, and lets time pass until there is an answer. */
async function sealing(world: KeyWorld, party: KeyParty): Promise<unknown> {
  const asked = party.keys.sendingKey(GROUP, false);
  asked.catch(() => undefined);
  await world.pass(20_000, 1_000);
  return asked;
}
