import { describe, expect, it } from 'vitest';
import { KeyWorld } from '../testing/key-world';

const GROUP = 'group.aun.test/g-keys01';
const [ANNA, BERT, CARL, DORA] = [
  'anna.aun.test',
  'bert.aun.test',
  'carl.aun.test',
  'dora.aun.test',
] as const;

describe('keys that follow membership', () => {
  it('makes the first key of a group before anybody else is in it', async () => {
    const world = new KeyWorld();
    const anna = await world.party(ANNA);
    await anna.create(GROUP, 'approval');
    expect(world.gateway.group(GROUP).committed).toBe(1);
    expect(anna.keys.state(GROUP)).toMatchObject({ state: 'secured', epoch: 1 });
    expect((await anna.keys.sendingKey(GROUP, false)).epoch).toBe(1);
  });

  it('changes the key when somebody is added, and both read what both write', async () => {
    const world = new KeyWorld();
    const [anna, bert] = [await world.party(ANNA), await world.party(BERT)];
    await anna.create(GROUP, 'approval');
    anna.add(GROUP, BERT);
    await anna.keys.settled(GROUP);
    await world.settle();
    expect(world.gateway.group(GROUP).committed).toBe(2);
    await anna.send(GROUP, 'hello bert');
    await bert.send(GROUP, 'hello anna');
    world.receive(GROUP);
    expect(bert.read.get(GROUP)).toEqual(['hello bert', 'hello anna']);
    expect(anna.read.get(GROUP)).toEqual(['hello bert', 'hello anna']);
    expect(bert.keys.secret(GROUP, 1)).toBeNull();
  });

  it('changes the key when somebody is removed, who never gets the new one', async () => {
    const world = new KeyWorld();
    const [anna, bert, carl] = [await world.party(ANNA), await world.party(BERT), await world.party(CARL)];
    await anna.create(GROUP, 'approval');
    anna.add(GROUP, BERT);
    await anna.keys.settled(GROUP);
    anna.add(GROUP, CARL);
    await anna.keys.settled(GROUP);
    anna.kick(GROUP, CARL);
    await anna.keys.settled(GROUP);
    await world.pass(2_000);
    expect(world.gateway.group(GROUP).committed).toBe(4);
    await bert.send(GROUP, 'without carl');
    expect(carl.keys.secret(GROUP, 4)).toBeNull();
    expect(carl.keys.secret(GROUP, 3)).not.toBeNull();
    expect(carl.keys.state(GROUP).state).toBe('none');
  });

  it('is known as committed to every member within seconds, however many came one after the other', async () => {
    const world = new KeyWorld();
    const anna = await world.party(ANNA);
    const others = [await world.party(BERT), await world.party(CARL), await world.party(DORA)];
    await anna.create(GROUP, 'approval');
    for (const { aid } of others) {
      anna.add(GROUP, aid);
      await world.pass(300, 100);
    }
    for (let time = 0; time < 4; time += 1) {
      anna.kick(GROUP, DORA);
      await world.pass(200, 100);
      anna.add(GROUP, DORA);
      await world.pass(200, 100);
    }
    await world.pass(3_000);
    const { committed } = world.gateway.group(GROUP);
    for (const { keys } of [anna, ...others])
      expect(keys.state(GROUP)).toMatchObject({ state: 'secured', epoch: committed });
  });

  it('makes one new key for all who are added by one hand, however many they are', async () => {
    const world = new KeyWorld();
    const anna = await world.party(ANNA);
    const others = [await world.party(BERT), await world.party(CARL), await world.party(DORA)];
    await anna.create(GROUP, 'approval');
    const release = anna.keys.hold(GROUP);
    for (const { aid } of others) {
      anna.add(GROUP, aid);
      await world.pass(200, 100);
    }
    expect(world.gateway.group(GROUP).committed).toBe(1);
    release();
    release();
    await world.pass(3_000);
    expect(world.gateway.group(GROUP).committed).toBe(2);
    for (const { keys } of [anna, ...others])
      expect(keys.state(GROUP)).toMatchObject({ state: 'secured', epoch: 2 });
    await others[0]?.send(GROUP, 'all here');
  });

  it('lets members of an open group change the key when somebody joined', async () => {
    const world = new KeyWorld();
    const [anna, carl] = [await world.party(ANNA), await world.party(CARL)];
    await world.party(BERT);
    await anna.create(GROUP, 'open');
    anna.add(GROUP, BERT);
    await anna.keys.settled(GROUP);
    anna.offline();
    carl.join(GROUP);
    await world.pass(12_000);
    const { committed, rotation } = world.gateway.group(GROUP);
    expect(committed).toBe(3);
    expect([BERT, CARL]).toContain(rotation?.owner);
    await carl.send(GROUP, 'here I am');
    anna.online();
    await world.pass(1_000);
    world.receive(GROUP);
    expect(anna.read.get(GROUP)).toEqual(['here I am']);
  });

  it('leaves out who has no keys, names them, and gives them the key when they have some', async () => {
    const world = new KeyWorld();
    const [anna, bert] = [await world.party(ANNA), await world.party(BERT)];
    const dora = await world.party(DORA);
    world.gateway.keyless.add(DORA);
    await anna.create(GROUP, 'approval');
    anna.add(GROUP, BERT);
    anna.add(GROUP, DORA);
    await anna.keys.settled(GROUP);
    await world.pass(8_000);
    expect(anna.keys.state(GROUP)).toMatchObject({ state: 'secured', withoutKeys: [DORA] });
    await bert.send(GROUP, 'not blocked');
    world.gateway.keyless.delete(DORA);
    await anna.keys.repair(GROUP);
    await world.settle();
    expect(anna.keys.state(GROUP).withoutKeys).toEqual([]);
    world.receive(GROUP);
    expect(dora.read.get(GROUP)).toEqual(['not blocked']);
  });
});
