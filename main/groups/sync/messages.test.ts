import { beforeEach, expect, it } from 'vitest';
import type { GroupKeyRecord } from '../../ports/group-store';
import type { GroupOpenResult } from '../../ports/group-e2ee';
import type { AccountStore } from '../../ports/store';
import { describePayload } from '../../messaging/describe';
import { isJsonObject } from '../../runtime/json-text';
import { FakeTime } from '../../runtime/testing/fake-time';
import { openTestStore } from '../../store/store-test-support';
import { ALICE, BOB, CAROL, GROUP, groupRecord, memberOf } from '../desk/testing/desk-fixture';
import { GROUP_HEAL_BATCH } from './limits';
import { GroupMessages } from './messages';
import { GroupRecords } from './records';

let store: AccountStore;
let records: GroupRecords;
let time: FakeTime;
let held: Map<number, Uint8Array>;
let doubt: string | null;
let asked: number[];
let messages: GroupMessages;

const key = (epoch: number): GroupKeyRecord => ({
  epoch,
  secret: new Uint8Array(32),
  commitment: '',
  members: [],
  chain: null,
  chainDoubt: doubt,
  pendingRotation: null,
  origin: 'answered',
  updatedAt: 0,
});

/** A row as sealed by somebody under an epoch; what is in it opens with the key `epoch` is held under. */
const row = (seq: number, epoch: number, more: Readonly<Record<string, unknown>> = {}) => ({
  group_id: GROUP,
  seq,
  message_id: `gm-${String(seq)}`,
  sender_aid: ALICE,
  from: ALICE,
  payload: { type: 'e2ee.group_encrypted', epoch, aad: { message_id: `gm-${String(seq)}` }, ...more },
});

function open(raw: Readonly<Record<string, unknown>>): GroupOpenResult {
  const payload = isJsonObject(raw['payload']) ? raw['payload'] : {};
  const epoch = typeof payload['epoch'] === 'number' ? payload['epoch'] : 0;
  const secret = held.get(epoch);
  const closed = { ok: false as const, detail: '', epoch };
  if (secret === undefined) return { ...closed, reason: 'group_key_missing', mayHeal: true };
  if (secret[0] !== epoch) return { ...closed, reason: 'decryption_failed', mayHeal: false };
  return {
    ok: true,
    payload: { type: 'text', text: 'words', ...(isJsonObject(payload['inner']) ? payload['inner'] : {}) },
    from: String(raw['from']),
    to: GROUP,
    messageId: String(raw['message_id']),
    senderTime: null,
    protection: 'e2ee-v1',
    forwardSecret: false,
    prekeyId: null,
    epoch,
  };
}

async function keep(...raws: readonly unknown[]): Promise<void> {
  const rows = raws.flatMap((raw) => messages.read(GROUP, raw) ?? []);
  await messages.keep(GROUP, rows, null, true);
}

async function shown() {
  const { messages: found } = await store.page(GROUP, { limit: 50 });
  return found.map(({ content, mentionsMe }) => ({ ...content, mentionsMe }));
}

beforeEach(async () => {
  ({ store } = await openTestStore());
  time = new FakeTime();
  held = new Map();
  doubt = null;
  asked = [];
  records = new GroupRecords({ store, publish: () => undefined, changed: () => undefined });
  await store.saveGroup(groupRecord({ role: 'member', owner: CAROL, committedEpoch: 5 }), 'accepted');
  await store.replaceMembers(GROUP, [memberOf(CAROL, { role: 'owner' }), memberOf(ALICE), memberOf(BOB)]);
  await records.load();
  messages = new GroupMessages({
    aid: BOB,
    store,
    records,
    rpc: { call: () => Promise.reject(new Error('nothing is asked here')) },
    e2ee: {
      openGroup: (_group, raws) => Promise.resolve(raws.map(open)),
      recognizesGroup: (raw) => isJsonObject(raw['payload']) && 'aad' in raw['payload'],
    },
    keys: {
      secret: (_group, epoch) => held.get(epoch) ?? null,
      missing: (_group, epoch) => void asked.push(epoch),
      epochs: () => [...held.keys()].map(key),
    },
    describe: describePayload,
    now: () => time.now(),
    publish: () => undefined,
    stored: () => undefined,
  });
});

it('messages of a key that was given up are said to stay closed, and open when it comes all the same', async () => {
  await keep(row(1, 3), row(2, 5));
  expect(asked).toEqual([3, 5]);
  await messages.heal(GROUP, null);
  expect(await shown()).toMatchObject([
    { reason: 'group_key_missing', retrying: true },
    { reason: 'group_key_missing', retrying: true },
  ]);
  asked = [];
  await messages.giveUp(GROUP, 3);
  expect(await shown()).toMatchObject([
    { reason: 'group_key_unavailable', retrying: false },
    { reason: 'group_key_missing', retrying: true },
  ]);
  expect(asked).toEqual([]);
  // The next connection does not take it back, but asks once more.
  await messages.heal(GROUP, null, true);
  expect(asked.sort()).toEqual([3, 5]);
  expect(await shown()).toMatchObject([{ reason: 'group_key_unavailable' }, {}]);
  asked = [];
  await messages.heal(GROUP, null);
  expect(asked).toEqual([5]);
  held.set(3, new Uint8Array([3]));
  expect(await messages.heal(GROUP, 3)).toEqual({ healed: 1, remaining: 0 });
  expect(await shown()).toMatchObject([{ kind: 'text', text: 'words' }, { kind: 'undecryptable' }]);
});

it('all messages of a key that was given up are said to stay closed, however many', async () => {
  const count = GROUP_HEAL_BATCH + 5;
  await keep(...Array.from({ length: count }, (_each, at) => row(at + 1, 3)), row(count + 1, 5));
  await messages.giveUp(GROUP, 3);
  const { messages: found } = await store.page(GROUP, { limit: 2 * count });
  const reasons = found.map(({ content }) => (content.kind === 'undecryptable' ? content.reason : ''));
  expect(reasons.filter((reason) => reason === 'group_key_unavailable')).toHaveLength(count);
  expect(reasons.filter((reason) => reason === 'group_key_missing')).toHaveLength(1);
});

it('a key that comes while its messages are given up opens them', async () => {
  await keep(row(1, 3));
  held.set(3, new Uint8Array([3]));
  await messages.giveUp(GROUP, 3);
  expect(await shown()).toMatchObject([{ kind: 'text' }]);
});

it('keys are asked for again after a crash between storing and asking', async () => {
  await store.commitGroupMessages(GROUP, [], null);
  await keep(row(1, 3));
  asked = [];
  await messages.heal(GROUP, null);
  expect(asked).toEqual([3]);
});

it('nobody is asked in a group we are not in any more, and its messages are said to stay closed', async () => {
  await keep(row(1, 5));
  await records.change(GROUP, { membership: 'removed' });
  asked = [];
  await messages.heal(GROUP, null, true);
  expect(asked).toEqual([]);
  expect(await shown()).toMatchObject([{ reason: 'group_key_unavailable' }]);
});

it('what a doubtful key does not open is opened with the right one', async () => {
  held.set(3, new Uint8Array([9]));
  doubt = 'unbound';
  await keep(row(1, 3));
  expect(asked).toEqual([3]);
  held.set(3, new Uint8Array([3]));
  await messages.heal(GROUP, 3);
  expect(await shown()).toMatchObject([{ kind: 'text' }]);
});

it('everybody at once is named by those who lead, not by members, and not in the clear', async () => {
  held.set(5, new Uint8Array([5]));
  const inner = { mentions: [{ scope: 'all', display: '@all', offset: 0, length: 4 }], text: '@all' };
  await keep(
    row(1, 5, { inner }),
    { ...row(2, 5, { inner }), sender_aid: CAROL, from: CAROL },
    { ...row(3, 5), sender_aid: CAROL, from: CAROL, payload: { type: 'text', ...inner } },
  );
  expect((await shown()).map(({ mentionsMe }) => mentionsMe)).toEqual([false, true, false]);
});

it('a row that names another group is none of this one’s messages', async () => {
  await keep({
    ...row(1, 5),
    group_id: 'group.aun.test/g-other1',
    payload: { type: 'text', text: 'theirs' },
  });
  expect(await shown()).toMatchObject([{ kind: 'undecryptable', reason: 'malformed_envelope' }]);
});
