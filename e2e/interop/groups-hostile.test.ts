import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanText } from '../../shared/aun/agent-md-text';
import { Meddler } from '../harness/meddler';
import { dictsOf, isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { allSecured, groupIs, groupOf, makeGroup, membersOf, reads, said } from './group-folk';
import { Parley } from './parley';
import { World } from './world';

/* A gateway that says of groups whatever it likes, to a real engine: nothing breaks, and nothing is shown as it came. */

let world: World;
let meddler: Meddler;
let alice: Parley;
let bob: Parley;
beforeAll(async () => {
  world = await World.begin();
  meddler = await Meddler.before(world.gateway);
  world.onEnd(() => meddler.stop());
  alice = await Parley.join(world, 'alice', false);
  bob = await Parley.join(world, 'bobby', false, { gatewayUrl: meddler.url });
}, 120_000);
afterAll(() => world.end());

async function circle(): Promise<string> {
  const group = await makeGroup(alice, [bob]);
  await allSecured([alice, bob], group, 1);
  return group;
}

/** Tells bob something that has no number, and so is in no log. */
function tell(group: string, action: string, more: Dict = {}): void {
  const facts = { module_id: 'group', group_id: group, actor_aid: alice.aid, created_at: Date.now() };
  meddler.event('group.changed', { ...facts, action, ...more });
}

/** Answers of some methods become what `change` makes of them. */
function answering(methods: readonly string[], change: (result: Dict) => Dict): void {
  meddler.meddle = (frame, method) => {
    const { result } = frame;
    return methods.includes(method) && isDict(result) ? { ...frame, result: change(result) } : frame;
  };
}

/** Waits until bob asked a method once more, after `action`. */
async function askedAgain(method: string, action: () => void): Promise<void> {
  const before = meddler.requestsOf(method).length;
  action();
  await until(`bob asks ${method}`, () => meddler.requestsOf(method).length > before, 60_000);
}

/** Whether a text may be shown: bounded, and without what nobody sees. */
function isShowable(value: unknown, length: number): boolean {
  return typeof value === 'string' && value.length <= length && cleanText(value) === value;
}

/** Both write and read, as if nothing had been. */
async function goesOn(group: string, text: string): Promise<void> {
  meddler.meddle = null;
  tell(group, 'member_added', { member_aid: bob.aid });
  await allSecured([alice, bob], group, 1);
  await said(alice, group, `${text} from alice`);
  await reads(bob, group, `${text} from alice`);
  await said(bob, group, `${text} from bob`);
  await reads(alice, group, `${text} from bob`);
}

describe('hostile texts about a group', () => {
  const texts: readonly (readonly [string, unknown])[] = [
    ['control characters', 'a\u0000b\u0007c\u001b[31md\u0085e'],
    ['marks of direction', 'safe\u202eexe.gpj\u2066x\u2069'],
    ['a hundred thousand characters', 'x'.repeat(100_000)],
    ['marks of emphasis', '<img src=x onerror=alert(1)><script>1</script>'],
    ['nothing at all', ''],
    ['half characters', 'left\ud800 and \udc00right'],
    ['lines', 'one\r\ntwo\u2028three'],
    ['no text', { text: 'object' }],
  ];

  it('are cleaned and bounded wherever they come from, and break nothing', async () => {
    const group = await circle();
    for (const [what, text] of texts) {
      answering(['group.get_info', 'group.get', 'group.list_my', 'group.get_rules'], (result) => {
        const told = { name: text, description: text, join_question: text, updated_by: text };
        const groups = dictsOf(result['groups']).map((each) => ({ ...each, ...told }));
        const inner = isDict(result['group']) ? { group: { ...result['group'], ...told } } : {};
        return { ...result, ...told, ...inner, groups, rules: { content: text, updated_by: text } };
      });
      await askedAgain('group.get_rules', () => {
        tell(group, 'update', { changes: ['name', text], group: { name: text } });
        tell(group, 'announcement_updated', { announcement: { content: text } });
        tell(group, 'member_banned', { subject: bob.aid, reason: text, expires_at: 32_000_000_000 });
        tell(group, `${String(text)} of tomorrow`.slice(0, 200), { reason: text });
      });
      const shown = await groupIs(bob, group, `is muted (${what})`, ({ mutedUntil }) => mutedUntil !== null);
      for (const [name, length] of [
        ['name', 64],
        ['description', 1000],
        ['joinQuestion', 500],
        ['muteReason', 255],
      ] as const)
        expect(isShowable(shown[name], length), `${name} of ${what}`).toBe(true);
      for (const name of ['announcement', 'rules']) {
        const passage = shown[name];
        if (isDict(passage)) expect(isShowable(passage['content'], 8000), `${name} of ${what}`).toBe(true);
      }
      // What is harmless arrives as it is: the texts above were not simply left out.
      if (what === 'marks of emphasis')
        await groupIs(
          bob,
          group,
          'has that name',
          ({ name, description }) => name === text && description === text,
        );
      tell(group, 'member_unbanned', { subject: bob.aid });
      await groupIs(bob, group, `is not muted (${what})`, ({ mutedUntil }) => mutedUntil === null);
    }
    await askedAgain('group.get_info', () => {
      meddler.meddle = null;
      tell(group, 'update');
    });
    const right = textOf((await groupOf(alice, group))['name']);
    await groupIs(bob, group, 'has its own name again', ({ name }) => name === right);
    await goesOn(group, 'after hostile texts');
  }, 240_000);
});

describe('hostile structure of a group', () => {
  const person = (number: number): Dict => ({ aid: `m${String(number)}.aun.test`, role: 'member' });
  const lists: readonly (readonly [string, (members: readonly Dict[]) => readonly unknown[]])[] = [
    ['everybody twice', (members) => [...members, ...members]],
    ['roles nobody knows', (members) => members.map((each) => ({ ...each, role: 'emperor' }))],
    ['no owner', (members) => members.map((each) => ({ ...each, role: 'member' }))],
    ['nobody', () => []],
    ['nonsense', () => [null, 5, 'x', { aid: 7 }, [[]]]],
    [
      'absurd times and floors',
      (members) =>
        members.map((each) => ({ ...each, joined_at: 1e300, min_read_epoch: -5, banned: 'yes', ban: [] })),
    ],
    [
      'a hundred thousand',
      (members) => [...members, ...Array.from({ length: 100_000 }, (_each, at) => person(at))],
    ],
  ];

  it.each(lists)(
    'a list of members with %s is survived',
    async (what, change) => {
      const group = await circle();
      answering(['group.get_members', 'group.get_online_members'], (result) => {
        return { ...result, members: change(dictsOf(result['members'])), total: 100_000 };
      });
      await askedAgain('group.get_members', () => tell(group, 'role_changed', { member_aid: alice.aid }));
      await goesOn(group, what);
      await until(
        `bob has the right list after ${what}`,
        async () => {
          const members = await membersOf(bob, group);
          const owner = members.get(alice.aid)?.['role'];
          return members.size === 2 && owner === 'owner' && members.has(bob.aid);
        },
        60_000,
      );
    },
    180_000,
  );

  it('numbers that cannot be, and events out of order, are survived', async () => {
    const group = await circle();
    for (const number of [-1, 2 ** 53, 2 ** 53 - 1, 1e300, 0.5, '7', null]) {
      answering(
        ['group.get_info', 'group.list_my', 'group.e2ee.get_epoch', 'group.pull_events'],
        (result) => {
          const told = { member_count: number, e2ee_epoch: number, event_seq: number, message_seq: number };
          const groups = dictsOf(result['groups']).map((each) => ({ ...each, ...told }));
          const inner = isDict(result['group'])
            ? { group: { ...result['group'], ...told, created_at: number } }
            : {};
          return { ...result, ...told, ...inner, groups, epoch: number, committed_epoch: number };
        },
      );
      await askedAgain('group.get_info', () => {
        tell(group, 'update', { event_seq: number, created_at: number });
        tell(group, 'role_changed', { event_seq: 1, member_aid: bob.aid, new_role: 'emperor' });
        meddler.event('group.message_created', { module_id: 'group', group_id: group, seq: number });
        tell(group, 'update');
      });
    }
    await goesOn(group, 'after impossible numbers');
    expect((await groupOf(bob, group))['membership']).toBe('member');
  }, 240_000);
});
