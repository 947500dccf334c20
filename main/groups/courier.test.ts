import { beforeEach, expect, it } from 'vitest';
import type { GroupRecord } from '../ports/group-store';
import { AunError } from '../runtime/errors';
import { createGroupCourier } from './courier';
import { GROUP, groupRecord } from './desk/testing/desk-fixture';

const NOW = 1_790_000_000_000;
let record: GroupRecord | null;
let answers: (() => unknown)[];
let sent: unknown[];
let strict: boolean[];
let refreshed: number;

const send = () =>
  createGroupCourier({
    rpc: {
      call: async (_method, params) => {
        sent.push(params['payload']);
        return Promise.resolve(answers.shift()?.());
      },
    },
    sync: { record: () => record, refreshSoon: () => void (refreshed += 1) },
    keys: {
      sendingKey: (_group, isStrict) => {
        strict.push(isStrict);
        return Promise.resolve({
          epoch: isStrict ? 2 : 1,
          secret: new Uint8Array(32),
          commitment: '',
          members: [],
          chain: null,
          chainDoubt: null,
          pendingRotation: null,
          origin: 'made_here',
          updatedAt: 0,
        });
      },
    },
    e2ee: { sealGroup: ({ epoch, messageId }) => ({ epoch, messageId }) },
    now: () => NOW,
  }).send({ group: GROUP, messageId: 'gm-1', payload: { type: 'text', text: 'x' }, timestamp: NOW });

const refusal = (code: 'group_securing' | 'group_not_member') => (): never => {
  throw new AunError(code, code);
};

beforeEach(() => {
  record = groupRecord();
  answers = [];
  sent = [];
  strict = [];
  refreshed = 0;
});

it('seals once more under the epoch that is in force now when the gateway refuses the first', async () => {
  answers = [refusal('group_securing'), () => ({ message: { seq: 7, created_at: NOW } })];
  expect(await send()).toEqual({ seq: 7, serverTime: NOW });
  expect(strict).toEqual([false, true]);
  expect(sent).toEqual([
    { epoch: 1, messageId: 'gm-1' },
    { epoch: 2, messageId: 'gm-1' },
  ]);
});

it('does not try a third time', async () => {
  answers = [refusal('group_securing'), refusal('group_securing'), () => ({ seq: 1 })];
  await expect(send()).rejects.toMatchObject({ code: 'group_securing' });
  expect(sent).toHaveLength(2);
});

it('reads the group anew when the refusal says that it is another than was thought', async () => {
  answers = [refusal('group_not_member')];
  await expect(send()).rejects.toMatchObject({ code: 'group_not_member' });
  expect([refreshed, sent.length]).toEqual([1, 1]);
});

it.each([
  ['group_not_found', null],
  ['group_dissolved', { status: 'dissolved' as const }],
  ['group_not_member', { membership: 'removed' as const }],
  ['group_protocol_mismatch', { protocol: 'group_e2ee_v2' }],
  ['group_suspended', { status: 'suspended' as const }],
  ['group_muted', { mutedUntil: NOW + 1 }],
])('%s is known here: nothing is sealed and nothing leaves', async (code, changes) => {
  record = changes === null ? null : groupRecord(changes);
  await expect(send()).rejects.toMatchObject({ code });
  expect([strict, sent]).toEqual([[], []]);
});

it('a mute that is over keeps nobody silent', async () => {
  record = groupRecord({ mutedUntil: NOW });
  answers = [() => ({ seq: 3 })];
  expect(await send()).toMatchObject({ seq: 3 });
});
