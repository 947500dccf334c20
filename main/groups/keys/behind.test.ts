import { expect, it } from 'vitest';
import { AunError } from '../../runtime/errors';
import { KeyWorld } from '../testing/key-world';
import { RETRY_MOST } from './limits';

const GROUP = 'group.aun.test/g-behind';
const [ANNA, BERT, CARL, DORA] = [
  'anna.aun.test',
  'bert.aun.test',
  'carl.aun.test',
  'dora.aun.test',
] as const;
const HOUR = 3_600_000;

/** Everything of a group at the gateway goes back to before its last change of key. */
function goBack(world: KeyWorld): () => void {
  const group = world.gateway.group(GROUP);
  const now = { committed: group.committed, rotation: group.rotation };
  const former = group.begun.find(({ target }) => target === group.committed - 1) ?? null;
  Object.assign(group, { committed: group.committed - 1, rotation: former, pending: null });
  return () => Object.assign(group, { ...now, pending: null });
}

it('a gateway behind our keys has none of them replaced, is asked ever less, and is followed once it is right', async () => {
  const world = new KeyWorld();
  const anna = await world.party(ANNA);
  const bert = await world.party(BERT);
  await world.party(CARL);
  await world.party(DORA);
  await anna.create(GROUP, 'approval');
  anna.add(GROUP, BERT);
  await anna.keys.settled(GROUP);
  await world.pass(10_000);
  anna.add(GROUP, CARL);
  await anna.keys.settled(GROUP);
  await world.pass(10_000);
  const held = anna.keys.epochs(GROUP);
  const begun = world.gateway.group(GROUP).begun.length;

  const comeBack = goBack(world);
  world.gateway.admit(GROUP, DORA, 'member_added');
  await world.pass(60_000, 5_000);
  await expect(refusal(world, anna.send(GROUP, 'under an older key'))).resolves.toBe('group_securing');
  expect(anna.keys.state(GROUP).state).not.toBe('secured');
  const before = world.gateway.calls.length;
  await world.pass(HOUR, 10_000);
  const asked = world.gateway.calls.slice(before).filter(({ aid }) => aid === ANNA);
  expect(asked.length).toBeLessThan(150);
  expect(anna.keys.epochs(GROUP)).toEqual(held);
  expect(world.gateway.group(GROUP).begun).toHaveLength(begun);

  comeBack();
  await world.pass(2 * RETRY_MOST, 5_000);
  await anna.send(GROUP, 'under a new key');
  world.receive(GROUP);
  expect(bert.read.get(GROUP)).toEqual(['under a new key']);
});

/** How a send ended; time goes on meanwhile. */
async function refusal(world: KeyWorld, sending: Promise<void>): Promise<unknown> {
  const ended = sending.then(
    () => 'sent',
    (thrown: unknown) => (thrown instanceof AunError ? thrown.code : thrown),
  );
  await world.pass(20_000);
  return ended;
}
