import { expect, it } from 'vitest';
import { noLinks } from '../../ports/store-records';
import { envelopeRecord, otherRecord, readMessageRow, recallOf } from './message-rows';
import type { MessageRow, RowContext } from './message-rows';

const ALICE = 'alice.aun.test';
const BOB = 'bobby.aun.test';
const GROUP = 'group.aun.test/g-readers';
let everybody = false;

const context: RowContext = {
  group: GROUP,
  aid: BOB,
  now: 1_767_225_600_000,
  describe: (_payload, { mayNameAll }) => {
    everybody = mayNameAll;
    return { content: { kind: 'text', text: 'x', format: 'plain', mentions: [] }, links: noLinks };
  },
  mayNameAll: () => true,
};

function row(changed: Record<string, unknown>): MessageRow {
  const raw = { group_id: GROUP, seq: 3, message_id: 'gm-1', sender_aid: ALICE, from: ALICE, ...changed };
  const read = readMessageRow(raw, () => false);
  if (read === null) throw new Error('this is no row');
  return read;
}

it('a message in the clear is shown as such and names nobody in the name of those who lead', () => {
  const record = otherRecord(
    row({ payload: { type: 'text', text: 'hi', mentions: [{ scope: 'all' }] } }),
    context,
  );
  expect(record).toMatchObject({ protection: 'none', sender: ALICE, conversation: GROUP });
  expect(everybody).toBe(false);
});

it('the words of a key message in the clear are an envelope that does not open, never a message', () => {
  expect(row({ payload: { type: 'e2ee.group_key_distribution', group_secret: 'x' } }).kind).toBe('envelope');
});

it('a row of a later generation is kept and explained', () => {
  const record = otherRecord(row({ message_type: 'unsupported', payload: { type: 'unsupported' } }), context);
  expect(record?.content).toMatchObject({ kind: 'undecryptable', reason: 'unknown_generation' });
  expect(record?.rawJson).toContain('gm-1');
});

it('only the sender takes a message back, and the notice of it is no message', () => {
  const payload = { type: 'group.message_recalled', message_ids: ['gm-1'], recalled_by: ALICE };
  expect(recallOf(row({ payload }))).toEqual({ sender: ALICE, messageIds: ['gm-1'] });
  expect(otherRecord(row({ payload }), context)?.content).toEqual({ kind: 'recalled' });
  expect(otherRecord(row({ message_id: 'gm-notice', payload }), context)).toBeNull();
  expect(recallOf(row({ payload: { ...payload, recalled_by: BOB } }))).toBeNull();
});

it('a row without content is told apart from one that is broken by how it came', () => {
  const read = row({});
  expect(read).toMatchObject({ empty: true, kind: 'malformed' });
  expect(otherRecord(read, context)?.messageId).toMatch(/^malformed-3-/);
  expect(readMessageRow({ seq: -1 }, () => false)).toBeNull();
});

it('what cannot be opened keeps its row, its epoch and the id its sender signed', () => {
  const read = row({ payload: { type: 'e2ee.group_encrypted', aad: { message_id: 'gm-signed' } } });
  const closed = { ok: false, reason: 'group_key_missing', detail: '', mayHeal: true, epoch: 4 } as const;
  expect(envelopeRecord(read, closed, context)).toMatchObject({
    messageId: 'gm-signed',
    epoch: 4,
    content: { kind: 'undecryptable', retrying: true },
  });
});
