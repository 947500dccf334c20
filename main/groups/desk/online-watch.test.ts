import { beforeEach, expect, it } from 'vitest';
import { AunError } from '../../runtime/errors';
import { BOB, GROUP, groupRecord, memberOf, openDesk } from './testing/desk-fixture';
import type { DeskFixture } from './testing/desk-fixture';

const OTHER = 'group.aun.test/g-other1';
const PERIOD_MS = 30_000;

let fixture: DeskFixture;
/** Questions that wait for an answer. */
let waiting: { readonly group: unknown; readonly answer: () => void; readonly fail: () => void }[];

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

const bobIs = async (group: string): Promise<boolean | null | undefined> => {
  const { member } = await fixture.desk.commands.member({ group, aid: BOB });
  return member?.online;
};

beforeEach(async () => {
  fixture = await openDesk();
  waiting = [];
  await fixture.put(groupRecord(), [memberOf(BOB)]);
  await fixture.put(groupRecord({ group: OTHER, wireId: OTHER }), [memberOf(BOB)]);
  fixture.answer = (method, params) =>
    method !== 'group.get_online_members'
      ? {}
      : new Promise((resolve, reject) => {
          waiting.push({
            group: params['group_id'],
            answer: () => resolve({ members: [{ aid: BOB, role: 'member', online: true }] }),
            fail: () => reject(new AunError('request_timeout', 'late')),
          });
        });
});

it.each([['is answered'], ['fails']])(
  'another group is asked about at once when the question before %s',
  async (how) => {
    await fixture.desk.commands.watchOnline({ group: GROUP });
    await fixture.desk.commands.watchOnline({ group: OTHER });
    expect(waiting.map(({ group }) => group)).toEqual([GROUP]);
    if (how === 'fails') waiting[0]?.fail();
    else waiting[0]?.answer();
    await settle();
    expect(waiting.map(({ group }) => group)).toEqual([GROUP, OTHER]);
    waiting[1]?.answer();
    await settle();
    expect(await bobIs(OTHER)).toBe(true);
    // What was answered about a group nobody looks at any more is not believed of this one.
    expect(await bobIs(GROUP)).toBeNull();
  },
);

it('a question that fails is asked again with the next turn only', async () => {
  await fixture.desk.commands.watchOnline({ group: GROUP });
  waiting[0]?.fail();
  await settle();
  expect(waiting).toHaveLength(1);
  fixture.time.advance(PERIOD_MS);
  expect(waiting).toHaveLength(2);
  waiting[1]?.answer();
  await settle();
  await fixture.desk.stop();
  expect(fixture.time.waiting).toBe(0);
});
