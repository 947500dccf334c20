import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../shared/aun/canonical-json';
import { vectorCertificate, vectorKey, vectorPrekey, vectors, vectorScalar } from '../testing/vectors';
import { vectorReceiver } from '../testing/vector-receiver';
import type { MessageVector } from '../testing/vectors';
import { signedBytes } from './aad';
import { sealEnvelope } from './envelope-seal';
import type { SealingTarget } from './envelope-seal';
import { jsonText } from './json';
import { CONTEXT_DOMAIN, HEADERS_DOMAIN, metadataKey, protectMetadata } from './metadata';
import { normalizePrekeys, prekeyText, verifyPrekey } from './prekey';
import {
  AgreementKey,
  deriveMessageKey,
  isSignatureValid,
  pointOfKey,
  pointOfSpki,
  spkiOf,
} from './primitives';
import { fingerprintOf } from '../../runtime/fingerprint';

const named = <Entry extends { name: string }>(entries: readonly Entry[]): [string, Entry][] =>
  entries.map((entry) => [entry.name, entry]);

function targetOf({ inputs }: MessageVector): SealingTarget {
  const certificate = vectorCertificate(inputs.recipient_cert);
  const prekey = inputs.prekey === null ? null : vectorPrekey(inputs.prekey).upload_params;
  const point = prekey === null ? null : pointOfSpki(Buffer.from(prekey.public_key, 'base64'));
  return {
    certificateFingerprint: certificate.fingerprint,
    certificatePoint: pointOfKey(certificate.publicKey),
    prekey: prekey === null || point === null ? null : { id: prekey.prekey_id, point },
  };
}

describe('keys and certificates of the vectors', () => {
  it.each(Object.entries(vectors.keys))('%s has the point that its scalar gives', (_name, key) => {
    const agreement = AgreementKey.fromScalar(Buffer.from(key.private_scalar_hex, 'hex'));
    const spki = Buffer.from(key.spki_der_b64, 'base64');
    expect(agreement.publicPoint()).toEqual(pointOfSpki(spki));
    expect(spkiOf(createPublicKey(key.pkcs8_pem))).toEqual(spki);
  });

  it.each(Object.entries(vectors.certs))('the fingerprints of %s are right', (name, expected) => {
    const certificate = vectorCertificate(name);
    expect(certificate.fingerprint).toBe(expected.der_sha256_fingerprint);
    expect(fingerprintOf(spkiOf(certificate.publicKey))).toBe(expected.spki_sha256_fingerprint);
  });
});

describe('canonical JSON of the vectors', () => {
  it.each(vectors.canonical_json.map((entry, index) => [index, entry] as const))(
    'value %d',
    (_index, entry) => {
      expect(canonicalJson(entry.value, 'null')).toBe(entry.canonical_utf8);
    },
  );
});

describe('prekeys of the vectors', () => {
  it.each(['bob_laptop', 'alice_tablet'])('%s is accepted with the signed text given', (name) => {
    const vector = vectorPrekey(name);
    const [prekey] = normalizePrekeys([vector.upload_params]);
    if (prekey === undefined) throw new Error('dropped');
    expect(prekeyText(prekey.id, prekey.publicKey, prekey.createdAt)).toBe(vector.sign_payload_utf8);
    expect(verifyPrekey(prekey, vectorCertificate(vector.owner))).toMatchObject({ ok: true });
  });

  it.each(named(vectors.prekeys.negative))(
    '%s is refused',
    (_name, { base, patch, remove, expect: problem }) => {
      const vector = vectorPrekey(base);
      const kept = Object.entries({ ...vector.upload_params, ...patch }).filter(
        ([key]) => !remove.includes(key),
      );
      const [prekey] = normalizePrekeys([Object.fromEntries(kept)]);
      if (prekey === undefined) throw new Error('dropped');
      expect(verifyPrekey(prekey, vectorCertificate(vector.owner))).toEqual({ ok: false, problem });
    },
  );
});

describe('sealing gives the bytes of the vectors', () => {
  it.each(named(vectors.p2p))('%s', (_name, vector) => {
    const { inputs, expected } = vector;
    const identityKey = AgreementKey.fromPrivateKey(vectorKey(inputs.sender_identity_key));
    const ephemeral = AgreementKey.fromScalar(vectorScalar(inputs.ephemeral_key));
    const target = targetOf(vector);
    const { prekey, certificatePoint } = target;
    const secrets =
      prekey === null
        ? [ephemeral.secret(certificatePoint), identityKey.secret(certificatePoint)]
        : [
            ephemeral.secret(prekey.point),
            ephemeral.secret(certificatePoint),
            identityKey.secret(prekey.point),
            identityKey.secret(certificatePoint),
          ];
    expect(secrets.map((secret) => secret.toString('hex'))).toEqual(expected.dh_hex);
    expect(Buffer.concat(secrets).toString('hex')).toBe(expected.ikm_hex);
    const mode = prekey === null ? 'long_term_key' : 'prekey_ecdh_v2';
    expect(deriveMessageKey(secrets, mode, prekey?.id ?? null).toString('hex')).toBe(
      expected.message_key_hex,
    );

    let signed = '';
    const sender = vectorCertificate(inputs.sender_identity_key.replace('_identity', ''));
    const envelope = sealEnvelope(
      {
        key: identityKey,
        fingerprint: sender.fingerprint,
        sign: (data) => {
          signed = Buffer.from(data).toString('hex');
          return Buffer.from('signature');
        },
      },
      target,
      {
        from: inputs.from,
        to: inputs.to,
        messageId: inputs.message_id,
        timestamp: inputs.timestamp,
        payload: inputs.payload,
        ...(inputs.protected_headers === null ? {} : { headers: inputs.protected_headers }),
        ...(inputs.context === null ? {} : { context: inputs.context }),
        ephemeral,
        nonce: Buffer.from(inputs.nonce_hex, 'hex'),
      },
    );
    expect(signed).toBe(expected.sender_sign_payload_hex);
    const signature = Buffer.from('signature').toString('base64');
    expect(envelope).toEqual({ ...vector.envelope, sender_signature: signature });
  });

  it.each(named(vectors.p2p))('the signature of %s verifies over those bytes', (_name, vector) => {
    const { expected, envelope, inputs } = vector;
    const signed = signedBytes(
      Buffer.from(expected.ciphertext_hex, 'hex'),
      Buffer.from(expected.tag_hex, 'hex'),
      Buffer.from(expected.aad_utf8, 'utf8'),
    );
    expect(signed.toString('hex')).toBe(expected.sender_sign_payload_hex);
    const { publicKey } = vectorCertificate(inputs.sender_identity_key.replace('_identity', ''));
    const signature = Buffer.from(jsonText(envelope['sender_signature']), 'base64');
    expect(isSignatureValid(publicKey, signed, signature)).toBe(true);
  });
});

describe('opening gives the verdicts of the vectors', () => {
  it.each(named(vectors.p2p))('%s opens to its payload', async (_name, vector) => {
    const [result] = await vectorReceiver(vector.receiver).open([{ row: vector.message }]);
    expect(result).toEqual({
      ok: true,
      payload: vector.decrypted.payload,
      from: vector.inputs.from,
      to: vector.inputs.to,
      messageId: vector.inputs.message_id,
      senderTime: vector.inputs.timestamp,
      protection: 'e2ee-v1',
      forwardSecret: vector.inputs.prekey !== null,
      prekeyId: vector.decrypted.e2ee['prekey_id'] ?? null,
    });
  });

  it.each(named(vectors.p2p_negative))('%s', async (_name, { receiver: person, message, recommended }) => {
    const [result] = await vectorReceiver(person).open([{ row: message }]);
    expect(result?.ok).toBe(recommended === 'accept');
    if (recommended.startsWith('drop')) expect(result).toMatchObject({ reason: 'wrong_recipient' });
  });
});

describe('metadata tags of the vectors', () => {
  it.each(vectors.metadata_auth.map((entry) => [entry.of, entry] as const))('%s', (_name, entry) => {
    const key = Buffer.from(entry.message_key_hex, 'hex');
    expect(metadataKey(key).toString('hex')).toBe(entry.metadata_key_hex);
    const bodies = [
      [HEADERS_DOMAIN, entry.protected_headers],
      [CONTEXT_DOMAIN, entry.context],
    ] as const;
    for (const [domain, whole] of bodies) {
      if (whole === null) continue;
      const body = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== '_auth'));
      expect(protectMetadata(key, domain, body)).toEqual(whole);
    }
  });
});
