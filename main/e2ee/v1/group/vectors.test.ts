import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../shared/aun/canonical-json';
import { groupVectors, vectorSecret } from '../../testing/group-vectors';
import { vectorReceiver } from '../../testing/vector-receiver';
import { vectorAid, vectorCertificate, vectorKey, vectorScalar } from '../../testing/vectors';
import { TestIdentity } from '../../testing/parties';
import { AgreementKey, isSignatureValid } from '../primitives';
import { groupMessageKey, isV1GroupRow, sealGroupEnvelope } from './envelope';
import {
  epochChain,
  groupStateHash,
  isManifestSigned,
  isResponseSigned,
  keyResponseSchema,
  manifestText,
  membershipCommitment,
  openFromServer,
  responseText,
  rotationText,
  sealForServer,
} from './index';

const keyOf = (person: string) => vectorCertificate(person).publicKey;

const secretOf = (epoch: number): Buffer | null => (epoch <= 2 ? vectorSecret(epoch) : null);

describe('group vectors', () => {
  it.each(groupVectors.membership_commitment.map((entry) => [entry.epoch, entry] as const))(
    'the commitment of epoch %d is right, whatever the order of its members',
    (_epoch, entry) => {
      const secret = vectorSecret(entry.secret);
      for (const members of [entry.member_aids, [...entry.member_aids].reverse()])
        expect(membershipCommitment(members, entry.epoch, groupVectors.group_id, secret)).toBe(
          entry.commitment,
        );
    },
  );

  it('chains epochs, and no other way', () => {
    for (const {
      prev_chain: previous,
      epoch,
      commitment,
      rotator_aid: rotator,
      chain,
    } of groupVectors.epoch_chain)
      expect(epochChain(previous, epoch, commitment, rotator)).toBe(chain);
    for (const entry of groupVectors.epoch_chain_negative)
      expect(epochChain(entry.prev_chain, entry.epoch, entry.commitment, entry.rotator_aid)).not.toBe(
        entry.chain,
      );
  });

  it.each(groupVectors.manifest.map((entry) => [entry.name, entry] as const))(
    'manifest: %s',
    (_name, entry) => {
      expect(manifestText(entry.signed)).toBe(entry.sign_data_utf8);
      if (entry.python_sign_data_utf8 !== undefined)
        expect(manifestText(entry.signed, 'None')).toBe(entry.python_sign_data_utf8);
      expect(isManifestSigned(entry.signed, keyOf(entry.signer))).toBe(true);
      expect(isManifestSigned({ ...entry.signed, epoch: entry.signed.epoch + 1 }, keyOf(entry.signer))).toBe(
        false,
      );
      expect(isManifestSigned(entry.signed, keyOf('carol'))).toBe(false);
    },
  );

  it('an answer to a key request is signed over nine lines', () => {
    const { payload, sign_data_utf8: text, signer } = groupVectors.key_response;
    const response = keyResponseSchema.parse(payload);
    expect(responseText(response)).toBe(text);
    expect(isResponseSigned(response, keyOf(signer))).toBe(true);
    expect(isResponseSigned({ ...response, issued_at: response.issued_at + 1 }, keyOf(signer))).toBe(false);
  });

  it('keys held by the server open for their member only, and not damaged', () => {
    const { ecies } = groupVectors;
    const own = AgreementKey.fromScalar(vectorScalar(ecies.recipient_key));
    const other = AgreementKey.fromScalar(vectorScalar('alice_identity'));
    const ephemeral = AgreementKey.fromScalar(vectorScalar(ecies.ephemeral_key));
    const secret = Buffer.from(ecies.plaintext_hex, 'hex');
    expect(sealForServer(secret, own.publicPoint(), ephemeral, Buffer.from(ecies.iv_hex, 'hex'))).toBe(
      ecies.blob_b64,
    );
    expect(openFromServer(ecies.blob_b64, [other, own])).toEqual(secret);
    expect(openFromServer(ecies.blob_b64, [other])).toBeNull();
    expect(openFromServer(ecies.negative_tag_flip_b64, [own])).toBeNull();
    expect(openFromServer('AAAA', [own])).toBeNull();
  });

  it('keys held by the server come in one form only', () => {
    const { ecies } = groupVectors;
    const own = AgreementKey.fromScalar(vectorScalar(ecies.recipient_key));
    const blob = Buffer.from(ecies.blob_b64, 'base64');
    const hybrid = Buffer.from(blob);
    // The same point, with one more word about its second coordinate.
    hybrid[0] = 6 + ((blob[64] ?? 0) & 1);
    for (const other of [hybrid, Buffer.concat([blob, Buffer.alloc(1)]), blob.subarray(1), Buffer.alloc(0)])
      expect(openFromServer(other.toString('base64'), [own])).toBeNull();
    expect(openFromServer(` ${ecies.blob_b64}\n`, [own])).not.toBeNull();
  });

  it('a link of a chain follows another one or none, never nonsense', () => {
    const [entry] = groupVectors.epoch_chain;
    if (entry === undefined) throw new Error('no chain');
    const { epoch, commitment, rotator_aid: rotator } = entry;
    expect(epochChain('', epoch, commitment, rotator)).toBe(epochChain(null, epoch, commitment, rotator));
    for (const previous of ['00', 'x'.repeat(64), `${'0'.repeat(64)}00`])
      expect(() => epochChain(previous, epoch, commitment, rotator)).toThrow(RangeError);
  });

  it('a secret is exactly 32 bytes in canonical base64', () => {
    const { payload } = groupVectors.key_response;
    const reads = (group_secret: string) => keyResponseSchema.safeParse({ ...payload, group_secret }).success;
    expect(reads(Buffer.alloc(32, 1).toString('base64'))).toBe(true);
    for (const bytes of [0, 16, 31, 33, 64])
      expect(reads(Buffer.alloc(bytes, 1).toString('base64')), String(bytes)).toBe(false);
    expect(reads(Buffer.alloc(32, 255).toString('base64url'))).toBe(false);
  });

  it.each(groupVectors.state_hash.map((entry) => [entry.state_version, entry] as const))(
    'the hash of state %d is right',
    (_version, entry) => {
      const policy = Object.keys(entry.policy).length === 0 ? '' : canonicalJson(entry.policy);
      const state = { group: entry.group_id, version: entry.state_version, epoch: entry.key_epoch };
      const { members, prev_state_hash: previous } = entry;
      expect(groupStateHash({ ...state, members, policy, previous })).toBe(entry.state_hash);
    },
  );

  it('a rotation is signed over what it changes', () => {
    const {
      begin_rotation_params: params,
      v2_sign_data_utf8: text,
      signer,
    } = groupVectors.rotation_signature;
    const made = rotationText({
      group: params.group_id,
      baseEpoch: params.base_epoch,
      targetEpoch: params.target_epoch,
      aid: vectorAid(signer),
      timestamp: params.rotation_timestamp,
      rotationId: params.rotation_id,
      reason: params.reason,
      keyCommitment: params.key_commitment,
      expectedMembers: params.expected_members,
      requiredAcks: params.required_acks,
    });
    expect(made).toBe(text);
    const signature = Buffer.from(params.rotation_signature, 'base64');
    expect(isSignatureValid(keyOf(signer), Buffer.from(made), signature)).toBe(true);
  });
});

describe('group messages of the vectors', () => {
  it.each(groupVectors.messages.map((entry) => [entry.name, entry] as const))(
    '%s is sealed byte for byte',
    (_name, { inputs, expected, envelope }) => {
      const secret = Buffer.from(inputs.group_secret_hex, 'hex');
      expect(groupMessageKey(secret, inputs.group_id, inputs.message_id).toString('hex')).toBe(
        expected.message_key_hex,
      );
      const identity = new TestIdentity(vectorAid('alice'), vectorKey(inputs.sender_identity_key));
      const sealed = sealGroupEnvelope(
        { fingerprint: vectorCertificate('alice').fingerprint, sign: (data) => identity.sign(data) },
        {
          group: inputs.group_id,
          from: inputs.from,
          messageId: inputs.message_id,
          timestamp: inputs.timestamp,
          epoch: inputs.epoch,
          secret,
          payload: inputs.payload,
          nonce: Buffer.from(inputs.nonce_hex, 'hex'),
          ...(inputs.protected_headers === null ? {} : { headers: inputs.protected_headers }),
          ...(inputs.context === null ? {} : { context: inputs.context }),
        },
      );
      // ECDSA signatures differ each time.
      expect({ ...sealed, sender_signature: '' }).toEqual({ ...envelope, sender_signature: '' });
    },
  );

  it.each(groupVectors.messages.map((entry) => [entry.name, entry] as const))(
    '%s opens',
    async (_name, { inputs, message }) => {
      expect(isV1GroupRow(message)).toBe(true);
      const [opened] = await vectorReceiver('bob').openGroup(inputs.group_id, [message], secretOf);
      expect(opened).toMatchObject({
        ok: true,
        payload: inputs.payload,
        from: inputs.from,
        messageId: inputs.message_id,
        epoch: inputs.epoch,
      });
    },
  );

  it.each(groupVectors.messages_negative.map((entry) => [entry.name, entry] as const))(
    '%s',
    async (_name, { message, recommended }) => {
      const [opened] = await vectorReceiver('bob').openGroup(groupVectors.group_id, [message], secretOf);
      expect(opened?.ok).toBe(recommended === 'accept');
    },
  );

  it('waits for a key that is not here, but not where the signature is wrong', async () => {
    const [first] = groupVectors.messages;
    const forged = groupVectors.messages_negative.find(({ name }) => name.includes('by another member'));
    const opened = await vectorReceiver('bob').openGroup(
      groupVectors.group_id,
      [first?.message ?? {}, forged?.message ?? {}],
      () => null,
    );
    expect(opened).toMatchObject([
      { ok: false, reason: 'group_key_missing', mayHeal: true, epoch: first?.inputs.epoch },
      { ok: false, reason: 'signature_invalid', mayHeal: false },
    ]);
  });

  it('belongs to one group only', async () => {
    const [first] = groupVectors.messages;
    const [opened] = await vectorReceiver('bob').openGroup(
      'group.aid.test/g-other1',
      [first?.message ?? {}],
      secretOf,
    );
    expect(opened).toMatchObject({ ok: false, reason: 'group_mismatch' });
  });
});
