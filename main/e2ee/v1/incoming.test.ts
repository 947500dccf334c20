import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { deliver } from '../testing/delivery';
import { TestWorld } from '../testing/world';
import { checkIncoming } from './incoming';
import type { Receiver } from './incoming';
import { isJsonObject } from './json';

const ALICE = 'alice.aid.test';
const BOBBY = 'bobby.aid.test';
const CAROL = 'carol.aid.test';

type Row = Record<string, unknown>;

/** A row for Bobby and the copy of it for another device of Alice, with whom they were made for. */
let arrived: Row;
let copy: Row;
let bobby: Receiver;
let alice: Receiver;

beforeAll(async () => {
  const world = new TestWorld();
  const [from, to] = [await world.person(ALICE), await world.person(BOBBY)];
  const desk = await world.device(from, 'alice-desk');
  await world.device(from, 'alice-tab');
  await world.device(to, 'bobby-laptop');
  const payload: JsonObject = { type: 'text', text: 'x' };
  const sealed = await desk.engine.seal({
    to: BOBBY,
    messageId: 'm-1',
    timestamp: 1_800_000_000_000,
    payload,
  });
  const rows = deliver(sealed, ALICE, BOBBY);
  arrived = rows.get('bobby-laptop') ?? {};
  copy = rows.get('alice-tab') ?? {};
  bobby = { ownAid: BOBBY, ownKeys: new Map([[textIn(arrived, 'recipient_cert_fingerprint'), 'key']]) };
  alice = { ownAid: ALICE, ownKeys: new Map([[textIn(copy, 'recipient_cert_fingerprint'), 'key']]) };
});

function part(value: unknown, name: string): Row {
  const found: unknown = isJsonObject(value) ? value[name] : undefined;
  if (!isJsonObject(found)) throw new Error(`no ${name}`);
  return found;
}

function textIn(row: Row, member: string): string {
  const value = part(part(row, 'payload'), 'aad')[member];
  if (typeof value !== 'string') throw new Error(`no ${member}`);
  return value;
}

/** The row with other members of its own, of its envelope and of the additional data. */
function changed(row: Row, outer: Row, envelope: Row = {}, aad: Row = {}): Row {
  const payload = part(row, 'payload');
  const inside = { ...payload, ...envelope, aad: { ...part(payload, 'aad'), ...aad } };
  return { ...row, ...outer, payload: inside };
}

const bytes = (count: number): string => Buffer.alloc(count, 4).toString('base64');

describe('what is said of an envelope before a key is touched', () => {
  it('is good for what came and for the copy of an own device', () => {
    expect(checkIncoming(arrived, bobby)).toMatchObject({ from: ALICE, to: BOBBY, messageId: 'm-1' });
    expect(checkIncoming(copy, alice)).toMatchObject({ from: ALICE, to: BOBBY, messageId: 'm-1' });
    expect(checkIncoming({ ...copy, direction: null }, alice)).toMatchObject({ from: ALICE });
  });

  // Both places say the same each time: these are envelopes that their sender meant to be so.
  it.each<[string, Row, Row]>([
    ['unknown suite', { suite: 'X25519' }, { suite: 'X25519' }],
    ['unknown encryption mode', { encryption_mode: 'none' }, { encryption_mode: 'none' }],
    ['no prekey id', { prekey_id: '' }, { prekey_id: '' }],
    ['nonce is not 12 bytes', { nonce: bytes(16) }, {}],
    ['nonce is not 12 bytes', { nonce: '' }, {}],
    ['tag is not 16 bytes', { tag: bytes(12) }, {}],
    [
      'ephemeral key is not 65 bytes',
      { ephemeral_public_key: bytes(33) },
      { ephemeral_public_key: bytes(33) },
    ],
  ])('is no good with: %s', (detail, envelope, aad) => {
    expect(checkIncoming(changed(arrived, {}, envelope, aad), bobby)).toMatchObject({
      reason: 'malformed_envelope',
      detail,
    });
  });

  it('is no good without a signature', () => {
    expect(checkIncoming(changed(arrived, {}, { sender_signature: '' }), bobby)).toMatchObject({
      reason: 'signature_invalid',
      detail: 'not signed',
    });
  });

  it.each([
    'from',
    'to',
    'message_id',
    'encryption_mode',
    'suite',
    'ephemeral_public_key',
    'prekey_id',
    'sender_cert_fingerprint',
  ])('is no good when the additional data has another %s', (member) => {
    for (const value of ['other', '', null, undefined])
      expect(checkIncoming(changed(arrived, {}, {}, { [member]: value }), bobby)).toMatchObject({
        reason: 'aad_mismatch',
        detail: `aad.${member} differs`,
      });
  });

  it('is no good when nobody sent it, or nothing names it', () => {
    expect(checkIncoming(changed(arrived, { from: '' }, {}, { from: '' }), bobby)).toMatchObject({
      reason: 'aad_mismatch',
      detail: 'aad.from differs',
    });
    expect(checkIncoming(changed(arrived, { message_id: '' }, {}, { message_id: '' }), bobby)).toMatchObject({
      reason: 'aad_mismatch',
      detail: 'aad.message_id differs',
    });
  });

  it('is no good for an own copy that the gateway puts under somebody else', () => {
    expect(checkIncoming({ ...copy, to: CAROL }, alice)).toMatchObject({ detail: 'aad.to differs' });
  });

  it('is no good for a row that is for somebody else, whatever it says of its direction', () => {
    for (const direction of ['outbound_sync', 'inbound', '', null])
      expect(checkIncoming({ ...arrived, to: CAROL, direction }, bobby)).toMatchObject({
        reason: direction === 'outbound_sync' ? 'sender_mismatch' : 'wrong_recipient',
      });
    expect(checkIncoming({ ...copy, direction: 'inbound' }, alice)).toMatchObject({
      reason: 'wrong_recipient',
    });
    expect(checkIncoming({ ...arrived, direction: 'outbound_sync' }, bobby)).toMatchObject({
      reason: 'sender_mismatch',
    });
  });

  it('is no good for a certificate that was never ours', () => {
    const recipient_cert_fingerprint = `sha256:${'0'.repeat(64)}`;
    expect(checkIncoming(changed(arrived, {}, {}, { recipient_cert_fingerprint }), bobby)).toMatchObject({
      reason: 'recipient_certificate_unknown',
    });
  });

  it.each<[string, unknown]>([
    ['without a tag', { payload_type: 'text' }],
    ['with another algorithm', { payload_type: 'text', _auth: { alg: 'none', tag: bytes(32) } }],
    ['without anything but a tag', { _auth: { alg: 'HMAC-SHA256', tag: bytes(32) } }],
    ['that are no object', 'text'],
  ])('is no good with protected headers %s', (_name, headers) => {
    for (const member of ['protected_headers', 'context'])
      expect(checkIncoming(changed(arrived, {}, { [member]: headers }), bobby)).toMatchObject({
        reason: 'metadata_invalid',
      });
  });

  it('is no good with a context that is not the one of the row', () => {
    const context = { run_id: 'r-1', _auth: { alg: 'HMAC-SHA256', tag: bytes(32) } };
    const within = (outer: unknown) =>
      checkIncoming(changed(arrived, { context: outer }, { context }), bobby);
    expect(within({ run_id: 'r-1' })).toMatchObject({ context: { body: '{"run_id":"r-1"}' } });
    for (const other of [{ run_id: 'r-2' }, {}, null, undefined, 'r-1', [{ run_id: 'r-1' }]])
      expect(within(other)).toMatchObject({ reason: 'metadata_invalid' });
  });

  it.each([0, -1, 2 ** 31, 2 ** 53, -(2 ** 53), 1e300])('takes a time of %d as it is', (timestamp) => {
    expect(checkIncoming(changed(arrived, {}, {}, { timestamp }), bobby)).toMatchObject({
      senderTime: timestamp,
    });
  });

  it.each([0.5, '1800000000000', '', null])('knows no time where it says %j', (timestamp) => {
    expect(checkIncoming(changed(arrived, {}, {}, { timestamp }), bobby)).toMatchObject({ senderTime: null });
  });
});
