import type { Person } from './person';
import { isDict, numberOf, textOf } from './sdk0220';
import type { Dict } from './sdk0220';
import { until } from './until';

/** Creates a private group of its creator alone, ready for sealed messages; gives back its id. */
export async function createGroup(owner: Person, more: Dict = {}): Promise<string> {
  const reply = await owner.client.call('group.create', { name: 'circle', visibility: 'private', ...more });
  const group = isDict(reply) && isDict(reply['group']) ? textOf(reply['group']['group_id']) : '';
  if (group === '') throw new Error('the group has no id');
  return group;
}

/**
 * A group in which everybody is and holds the committed key: one epoch for its creation and one for each of the others.
 * `more` is said at the creation.
 */
export async function circleOf(owner: Person, others: readonly Person[], more: Dict = {}): Promise<string> {
  const group = await createGroup(owner, more);
  const inside = [owner];
  for (const person of others) {
    await letIn(owner, group, person.aid);
    inside.push(person);
    await secured(
      owner,
      group,
      inside.map((each) => each.aid),
    );
  }
  await holding(inside, group);
  return group;
}

/** Waits until all of them hold the committed key. */
export async function holding(people: readonly Person[], group: string): Promise<void> {
  const [first] = people;
  if (first === undefined) return;
  await until(`everybody in ${group} holds the key`, async () => {
    const epoch = await committedEpoch(first, group);
    return people.every((person) => heldEpoch(person, group) === epoch);
  });
}

/** Lets somebody into a group; returns when the key has been changed or five (shortened) seconds later. */
export function letIn(by: Person, group: string, aid: string, more: Dict = {}): Promise<unknown> {
  return by.client.call('group.add_member', { group_id: group, aid, ...more });
}

/** A sealed text. */
export function say(by: Person, group: string, text: string, more: Dict = {}): Promise<unknown> {
  return by.client.call('group.send', { group_id: group, payload: { type: 'text', text, ...more } });
}

/** Texts of a group in the order in which they were shown. */
export function shown(person: Person, group: string): string[] {
  return person.events
    .filter((entry) => entry.name === 'group.message_created' && entry.data['group_id'] === group)
    .map((entry) => (isDict(entry.data['payload']) ? textOf(entry.data['payload']['text']) : ''));
}

/** Waits until all of these texts were shown. */
export async function hears(person: Person, group: string, texts: readonly string[]): Promise<void> {
  await until(`${person.aid} hears ${texts.join(', ')}`, () => {
    const seen = shown(person, group);
    return texts.every((text) => seen.includes(text));
  });
}

/** The committed epoch of a group as the gateway tells it to a member. */
export async function committedEpoch(person: Person, group: string): Promise<number> {
  const reply = await person.client.call('group.e2ee.get_epoch', { group_id: group });
  return isDict(reply) ? numberOf(reply['epoch']) : 0;
}

/** Waits until a group has a committed epoch of exactly these members. */
export async function secured(by: Person, group: string, aids: readonly string[]): Promise<void> {
  const wanted = [...aids].sort().join();
  await until(`${group} is secured for ${wanted}`, async () => {
    const reply = await by.client.call('group.e2ee.get_epoch', { group_id: group });
    const committed = isDict(reply) && isDict(reply['committed_rotation']) ? reply['committed_rotation'] : {};
    const names = Array.isArray(committed['expected_members']) ? committed['expected_members'] : [];
    return names.map(textOf).sort().join() === wanted;
  });
}

/** What stands for the current secret of a group; the same for two people who hold the same one. */
export function keyOf(person: Person, group: string): string {
  return person.client.groups.keys(group)?.commitment ?? '';
}

/** The epoch of the current secret of a group, 0 without one. */
export function heldEpoch(person: Person, group: string): number {
  return person.client.groups.keys(group)?.epoch ?? 0;
}
