import { EngineError } from '../harness/engine-process';
import { dictsOf, isDict, numberOf, SdkError, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, textIn } from './parley';
import { World } from './world';

/**
 * How long something in a group is waited for, in ms: whoever was not answered when they asked for a key asks the same people
 * again half a minute later (`protocol/02 §10.3`), and a busy machine takes its time.
 */
const PATIENCE_MS = 80_000;

/** Four people, each with a running engine, in a world of their own. */
export interface Quartet {
  readonly world: World;
  readonly alice: Parley;
  readonly bob: Parley;
  readonly carol: Parley;
  readonly dave: Parley;
}

/** Begins a world with four people in it; whoever asks ends the world. */
export async function beginQuartet(): Promise<Quartet> {
  const world = await World.begin();
  try {
    const [alice, bob, carol, dave] = await Promise.all([
      Parley.join(world, 'alice', false),
      Parley.join(world, 'bobby', false),
      Parley.join(world, 'carol', false),
      Parley.join(world, 'dave1', false),
    ]);
    return { world, alice, bob, carol, dave };
  } catch (error) {
    await world.end();
    throw error;
  }
}

/** How a call ended: `ok`, the code of the engine, or the reason of the gateway. */
export async function verdict(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    if (error instanceof SdkError && isDict(error.data)) return textOf(error.data['reason']) || error.message;
    throw error;
  }
}

/** Makes a group and waits until its key is there; members are added by their address. */
export async function makeGroup(
  owner: Parley,
  members: readonly { readonly aid: string }[] = [],
  params: Dict = {},
): Promise<string> {
  const { group, failed } = await owner.act('group.create', {
    name: `Group of ${owner.aid}`,
    members: members.map(({ aid }) => ({ aid })),
    ...params,
  });
  if (dictsOf(failed).length > 0) throw new Error(`not everybody was added: ${JSON.stringify(failed)}`);
  const id = isDict(group) ? textOf(group['group']) : '';
  await secured(owner, id);
  return id;
}

/** The group as somebody's window shows it; nothing where they know no such group. */
export async function groupOf(parley: Parley, group: string): Promise<Dict> {
  return parley.call('group.get', { group }).catch((error: unknown) => {
    if (error instanceof EngineError && error.code === 'group_not_found') return {};
    throw error;
  });
}

/** Waits until somebody's group looks as wanted. */
export async function groupIs(
  parley: Parley,
  group: string,
  what: string,
  accept: (shown: Dict) => boolean,
): Promise<Dict> {
  let last: Dict = {};
  try {
    return await until(
      `group of ${parley.aid} ${what}`,
      async () => {
        last = await groupOf(parley, group);
        return accept(last) && last;
      },
      PATIENCE_MS,
    );
  } catch (error) {
    throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`, { cause: error });
  }
}

/** Waits until somebody is in and holds the key in force. */
export async function secured(parley: Parley, group: string, epoch = 1): Promise<Dict> {
  return groupIs(parley, group, `is secured at ${String(epoch)}`, ({ membership, keys }) => {
    return (
      membership === 'member' &&
      isDict(keys) &&
      keys['state'] === 'secured' &&
      numberOf(keys['epoch']) >= epoch
    );
  });
}

/** Number of the key in force, as somebody knows it. */
export async function epochOf(parley: Parley, group: string): Promise<number> {
  const { keys } = await groupOf(parley, group);
  return isDict(keys) ? numberOf(keys['epoch']) : 0;
}

/** Waits until everybody knows the same key, of a number from `epoch` on. */
export async function allSecured(parleys: readonly Parley[], group: string, epoch: number): Promise<number> {
  return until(
    `everybody holds key ${String(epoch)}`,
    async () => {
      const shown = await Promise.all(parleys.map((parley) => groupOf(parley, group)));
      const epochs = shown.map(({ keys }) => (isDict(keys) ? numberOf(keys['epoch']) : 0));
      const all = shown.every(({ keys }) => isDict(keys) && keys['state'] === 'secured');
      const [first = 0] = epochs;
      return all && first >= epoch && epochs.every((each) => each === first) && first;
    },
    PATIENCE_MS,
  );
}

/** Writes into a group. */
export function say(parley: Parley, group: string, text: string): Promise<Dict> {
  return parley.act('message.send', { conversation: group, text });
}

/** Writes into a group and waits until the gateway has it. */
export async function said(parley: Parley, group: string, text: string): Promise<void> {
  const { messageId } = await say(parley, group, text);
  await parley.state(group, messageId, 'sent');
}

/** Waits until somebody reads a text in a group. */
export async function reads(parley: Parley, group: string, text: string): Promise<void> {
  await until(
    `${parley.aid} reads "${text}"`,
    async () => (await textsOf(parley, group)).includes(text),
    PATIENCE_MS,
  );
}

/** Texts of a group as somebody sees them, oldest first. */
export async function textsOf(parley: Parley, group: string): Promise<string[]> {
  const rows = await parley.timeline(group).catch(() => []);
  return rows.map(textIn);
}

/** Members of a group by address, as somebody's window shows them. */
export async function membersOf(parley: Parley, group: string): Promise<ReadonlyMap<string, Dict>> {
  const { members } = await parley.call('group.members', { group, limit: 500 });
  return new Map(dictsOf(members).map((member) => [textOf(member['aid']), member]));
}

/** Waits until somebody's list of members looks as wanted. */
export async function memberIs(
  parley: Parley,
  group: string,
  aid: string,
  accept: (member: Dict | undefined) => boolean,
): Promise<void> {
  await until(
    `${parley.aid} sees ${aid} as wanted`,
    async () => accept((await membersOf(parley, group)).get(aid)),
    PATIENCE_MS,
  );
}

/** Waits until the log of somebody has an entry. */
export async function logged(
  parley: Parley,
  group: string,
  action: string,
  accept: (entry: Dict) => boolean = () => true,
): Promise<Dict> {
  return until(`${parley.aid} has ${action} in the log`, async () => {
    const { entries } = await parley.call('group.log', { group, actions: [action], limit: 200 });
    return dictsOf(entries).find(accept);
  });
}
