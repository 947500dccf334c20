import { expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { envelopeRecord, plainRecord, readRow } from './inbound-record';

const ME = 'me.aun.test';
const BOB = 'bob.aun.test';
const NOW = 1_790_000_000_000;
const answer: JsonObject = {
  type: 'action_card_reply',
  card_message_id: 'm-1',
  behavior: 'reply',
  text: 'deploy',
  thread_id: 'th',
};

function row(payload: unknown, parts: JsonObject = {}) {
  return readRow(
    { message_id: 'm-2', seq: 4, from: BOB, to: ME, timestamp: NOW, payload, ...parts },
    () => false,
  );
}

it('links what was opened and verified to what it acts on', () => {
  const read = row({ type: 'e2ee.encrypted' });
  if (read.kind !== 'envelope') throw new Error(read.kind);
  const opened = {
    ok: true,
    payload: answer,
    from: BOB,
    to: ME,
    messageId: 'm-2',
    senderTime: NOW,
    protection: 'e2ee-v1',
    forwardSecret: true,
    prekeyId: null,
  } as const;
  expect(envelopeRecord(read, opened, ME, NOW)).toMatchObject({
    sender: BOB,
    content: { kind: 'choice', card: 'm-1' },
    links: { refersTo: { messageId: 'm-1', as: 'choice' }, thread: 'th' },
    rawJson: null,
  });
});

it('links what came in the clear to nothing that it could change', () => {
  const read = row(answer);
  if (read.kind !== 'plain') throw new Error(read.kind);
  expect(plainRecord(read, ME, NOW)).toMatchObject({
    protection: 'none',
    content: { kind: 'choice' },
    links: { refersTo: null, thread: 'th' },
  });
});

it('keeps a payload that is only a text, and explains one nested too deep to be written', () => {
  const text = row('just this');
  if (text.kind !== 'plain') throw new Error(text.kind);
  expect(plainRecord(text, ME, NOW)).toMatchObject({ content: { kind: 'text', text: 'just this' } });
  let deep: JsonObject = {};
  for (let level = 0; level < 200_000; level += 1) deep = { deep };
  const read = row({ type: 'text', text: 'x', deep });
  if (read.kind !== 'plain') throw new Error(read.kind);
  expect(plainRecord(read, ME, NOW)).toMatchObject({
    payloadJson: null,
    content: { kind: 'undecryptable', reason: 'plaintext_invalid', retrying: false },
    links: { hidden: false, attachments: [] },
  });
});
