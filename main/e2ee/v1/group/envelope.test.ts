import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../shared/aun/canonical-json';
import { TestIdentity } from '../../testing/parties';
import { vectorAid, vectorCertificate, vectorKey } from '../../testing/vectors';
import { asJsonObject } from '../json';
import { protectMetadata } from '../metadata';
import { checkGroupRow, groupMessageKey, openGroupEnvelope, sealGroupEnvelope } from './envelope';
import type { GroupSealRequest } from './envelope';

const GROUP = 'group.aid.test/g-lounge1';
const ALICE = vectorAid('alice');
const { publicKey, fingerprint } = vectorCertificate('alice');
const secret = Buffer.alloc(32, 7);
const identity = new TestIdentity(ALICE, vectorKey('alice_identity'));

type Row = Record<string, unknown>;

function sealed(more: Partial<GroupSealRequest> = {}): JsonObject {
  return sealGroupEnvelope(
    { fingerprint, sign: (data) => identity.sign(data) },
    {
      group: GROUP,
      from: ALICE,
      messageId: 'gm-1',
      timestamp: 1_800_000_000_000,
      epoch: 3,
      secret,
      payload: { type: 'text', text: 'hi' },
      nonce: Buffer.alloc(12, 9),
      ...more,
    },
  );
}

function rowOf(payload: JsonObject, outer: Row = {}): Row {
  return { group_id: GROUP, from: ALICE, sender_aid: ALICE, payload, ...outer };
}

/** The envelope with other members in its additional data. */
function withAad(envelope: JsonObject, changes: JsonObject): JsonObject {
  return { ...envelope, aad: { ...asJsonObject(envelope['aad']), ...changes } };
}

function openedWith(envelope: JsonObject, outer: Row = {}, key: Uint8Array | null = secret) {
  const checked = checkGroupRow(GROUP, rowOf(envelope, outer));
  return 'ok' in checked ? checked : openGroupEnvelope(checked, publicKey, key);
}

const bytes = (count: number): string => Buffer.alloc(count, 4).toString('base64');

describe('what is said of a group envelope before a key is touched', () => {
  it('is good for what came, with or without the names of the row', () => {
    for (const outer of [
      {},
      { sender_aid: '' },
      { from: undefined, sender_aid: undefined, group_id: undefined },
    ])
      expect(checkGroupRow(GROUP, rowOf(sealed(), outer))).toMatchObject({ from: ALICE, epoch: 3 });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['unknown suite or mode', { suite: 'X' }, { suite: 'X' }],
    ['unknown suite or mode', { encryption_mode: 'none' }, { encryption_mode: 'none' }],
    ['nonce or tag has a wrong length', { nonce: bytes(16) }, {}],
    ['nonce or tag has a wrong length', { nonce: '' }, {}],
    ['nonce or tag has a wrong length', { tag: bytes(12) }, {}],
    ['nonce or tag has a wrong length', { tag: '' }, {}],
    ['group envelope has a wrong form', { sender_signature: '' }, {}],
    ['group envelope has a wrong form', { epoch: 0 }, { epoch: 0 }],
    ['group envelope has a wrong form', { epoch: -1 }, { epoch: -1 }],
    ['group envelope has a wrong form', { epoch: 2 ** 32 }, { epoch: 2 ** 32 }],
    ['group envelope has a wrong form', { epoch: 1.5 }, { epoch: 1.5 }],
    ['group envelope has a wrong form', {}, { message_id: '' }],
    ['group envelope has a wrong form', {}, { group_id: null }],
  ])('is no good with: %s', (detail, envelope, aad) => {
    expect(checkGroupRow(GROUP, rowOf(withAad({ ...sealed(), ...envelope }, aad)))).toMatchObject({
      reason: 'malformed_envelope',
      detail,
    });
  });

  it('is no good for another group, in the envelope or in the row', () => {
    expect(checkGroupRow(GROUP, rowOf(sealed({ group: 'group.aid.test/g-other1' })))).toMatchObject({
      reason: 'group_mismatch',
      detail: 'sealed for another group',
    });
    for (const group_id of ['group.aid.test/g-other1', '', 'nonsense'])
      expect(checkGroupRow(GROUP, rowOf(sealed(), { group_id }))).toMatchObject({
        reason: 'group_mismatch',
        detail: 'came from another group',
      });
  });

  it('is no good when row and envelope name different senders, or nobody', () => {
    for (const outer of [{ from: 'mallory.aid.test' }, { sender_aid: 'mallory.aid.test' }])
      expect(checkGroupRow(GROUP, rowOf(sealed(), outer))).toMatchObject({ reason: 'sender_mismatch' });
    const nobody = rowOf(sealed({ from: '' }), { from: '', sender_aid: '' });
    expect(checkGroupRow(GROUP, nobody)).toMatchObject({ reason: 'sender_mismatch' });
  });

  it.each<[string, JsonObject[string]]>([
    ['epoch', 4],
    ['epoch', '3'],
    ['epoch', null],
    ['suite', 'X'],
    ['suite', null],
    ['encryption_mode', 'none'],
    ['encryption_mode', undefined],
  ])('is no good when the additional data has another %s: %j', (member, value) => {
    expect(checkGroupRow(GROUP, rowOf(withAad(sealed(), { [member]: value })))).toMatchObject({
      reason: 'aad_mismatch',
    });
  });

  it('is no good with clear metadata of a wrong form, or a context that is not the one of the row', () => {
    for (const member of ['protected_headers', 'context'])
      for (const value of [
        { payload_type: 'text' },
        'text',
        { _auth: { alg: 'HMAC-SHA256', tag: bytes(32) } },
      ])
        expect(checkGroupRow(GROUP, rowOf({ ...sealed(), [member]: value }))).toMatchObject({
          reason: 'metadata_invalid',
        });
    const thought = sealed({ context: { run_id: 'r-1' } });
    for (const context of [undefined, null, {}, { run_id: 'r-2' }])
      expect(checkGroupRow(GROUP, rowOf(thought, { context }))).toMatchObject({ reason: 'metadata_invalid' });
    expect(openedWith(thought, { context: { run_id: 'r-1' } })).toMatchObject({ ok: true });
  });
});

describe('opening a group envelope', () => {
  it('takes what was sealed, an empty payload and an empty text too', () => {
    for (const payload of [{ type: 'text', text: 'hi' }, { type: 'text', text: '' }, {}])
      expect(openedWith(sealed({ payload }))).toEqual({ ok: true, plaintext: JSON.stringify(payload) });
  });

  it('needs the signature over the very bytes, before it looks for a key', () => {
    const envelope = sealed();
    const other = sealed({ payload: { type: 'text', text: 'no' } });
    for (const changed of [
      { ...envelope, sender_signature: other['sender_signature'] ?? '' },
      { ...envelope, tag: other['tag'] ?? '' },
      { ...envelope, ciphertext: '' },
      withAad(envelope, { timestamp: 1 }),
      withAad(envelope, { message_id: 'gm-2' }),
    ]) {
      expect(openedWith(changed)).toMatchObject({ reason: 'signature_invalid' });
      expect(openedWith(changed, {}, null)).toMatchObject({ reason: 'signature_invalid' });
    }
    expect(openedWith(envelope, {}, null)).toMatchObject({ reason: 'group_key_missing', mayHeal: true });
  });

  it('needs the key of the epoch', () => {
    // Without clear metadata nothing but the encryption itself can tell.
    const plain = sealed({ payload: { text: 'hi' } });
    expect(plain).not.toHaveProperty('protected_headers');
    expect(openedWith(plain, {}, Buffer.alloc(32, 8))).toMatchObject({ reason: 'decryption_failed' });
    expect(openedWith(sealed(), {}, Buffer.alloc(32, 8))).toMatchObject({ reason: 'metadata_invalid' });
  });

  it('believes no header and no context that was changed on the way', () => {
    const thought = sealed({ context: { run_id: 'r-1' }, headers: { lang: 'en' } });
    const key = groupMessageKey(secret, GROUP, 'gm-1');
    const wrong = protectMetadata(Buffer.alloc(32), 'aun-protected-context-v1', { run_id: 'r-1' });
    const headers = asJsonObject(thought['protected_headers']);
    const outer = { context: { run_id: 'r-1' } };
    expect(openedWith({ ...thought, context: wrong }, outer)).toMatchObject({ reason: 'metadata_invalid' });
    expect(openedWith({ ...thought, protected_headers: { ...headers, lang: 'de' } }, outer)).toMatchObject({
      reason: 'metadata_invalid',
    });
    // Somebody with the key of the group can tag anything, but the type inside is what it is.
    const lying = protectMetadata(key, 'aun-protected-headers-v1', { payload_type: 'image' });
    expect(openedWith({ ...sealed(), protected_headers: lying })).toMatchObject({
      reason: 'metadata_invalid',
      detail: 'payload type differs from the protected one',
    });
  });
});
