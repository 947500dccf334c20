import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalE2ee, canonicalRpc } from './canonical';
import { open, seal } from './envelope';
import type { OpenContext } from './envelope';
import { dictsOf, isDict, numberOf, parseDict, textOf } from './json';
import type { Dict } from './json';
import { isProtected, metadataKey } from './metadata-auth';
import { normalisePrekeys, prekeyText, verifyPrekey } from './prekeys';
import type { PrekeyMaterial } from './prekeys';
import { ReplayGuard } from './replay-guard';
import { certificateFingerprint, spkiFingerprint } from './primitives';

const file = path.resolve(__dirname, '../../vectors/e2ee-v1.json');
const vectors = parseDict(readFileSync(file, 'utf8')) ?? {};
const at = (source: unknown, key: string): Dict => {
  const value = isDict(source) ? source[key] : undefined;
  return isDict(value) ? value : {};
};
const keyOf = (name: string): KeyObject =>
  createPrivateKey(textOf(at(at(vectors, 'keys'), name)['pkcs8_pem']));
const certificateOf = (name: string): X509Certificate =>
  new X509Certificate(textOf(at(at(vectors, 'certs'), name)['pem']));
const aidOf = (name: string): string => textOf(at(vectors, 'aids')[name]);
const people = Object.keys(at(vectors, 'aids'));

function prekeyOf(name: string): PrekeyMaterial {
  const entry = normalisePrekeys([at(at(at(vectors, 'prekeys'), name), 'upload_params')])[0];
  if (!entry) throw new Error(`no prekey ${name}`);
  return entry;
}

function receiverOf(name: string): OpenContext {
  return {
    ownAid: aidOf(name),
    ownKey: keyOf(`${name}_identity`),
    ownFingerprint: certificateFingerprint(certificateOf(name)),
    prekey: (id) => {
      for (const entry of Object.values(at(vectors, 'prekeys'))) {
        if (at(entry, 'upload_params')['prekey_id'] === id && isDict(entry)) {
          return textOf(entry['owner']) === name ? keyOf(textOf(entry['private_key'])) : null;
        }
      }
      return null;
    },
    senderCertificate: (aid, fingerprint) => {
      const person = people.find((candidate) => aidOf(candidate) === aid);
      if (!person) return null;
      const certificate = certificateOf(person);
      return certificateFingerprint(certificate) === fingerprint ? certificate : null;
    },
  };
}

describe('certificates', () => {
  it.each(people)('the fingerprints of %s are those of the vectors', (name) => {
    const expected = at(at(vectors, 'certs'), name);
    expect(certificateFingerprint(certificateOf(name))).toBe(expected['der_sha256_fingerprint']);
    expect(spkiFingerprint(certificateOf(name))).toBe(expected['spki_sha256_fingerprint']);
  });
});

describe('canonical JSON', () => {
  it.each(dictsOf(vectors['canonical_json']).map((entry, index) => ({ index, entry })))(
    'value $index is written as the vector says',
    ({ entry }) => {
      expect(canonicalE2ee(entry['value'])).toBe(entry['canonical_utf8']);
      expect(canonicalRpc(entry['value'])).toBe(entry['canonical_utf8']);
    },
  );

  it('writes undefined as null for the envelope and drops it for the RPC signature', () => {
    expect(canonicalE2ee({ b: undefined, a: 1 })).toBe('{"a":1,"b":null}');
    expect(canonicalRpc({ b: undefined, a: 1 })).toBe('{"a":1}');
  });
});

describe('prekeys', () => {
  it.each(['bob_laptop', 'alice_tablet'])('the upload of %s verifies with its owner’s key', (name) => {
    const entry = at(at(vectors, 'prekeys'), name);
    const prekey = prekeyOf(name);
    expect(prekeyText(prekey.prekey_id, prekey.public_key, prekey.created_at)).toBe(
      entry['sign_payload_utf8'],
    );
    expect(verifyPrekey(prekey, certificateOf(textOf(entry['owner'])).publicKey)).toBe(true);
  });

  it.each(
    dictsOf(at(vectors, 'prekeys')['negative']).map((entry) => [textOf(entry['name']), entry] as const),
  )('%s is refused', (_name, entry) => {
    const base = { ...at(at(at(vectors, 'prekeys'), textOf(entry['base'])), 'upload_params') };
    for (const key of Array.isArray(entry['remove']) ? entry['remove'] : []) {
      Reflect.deleteProperty(base, String(key));
    }
    const prekey = normalisePrekeys([{ ...base, ...at(entry, 'patch') }])[0];
    if (!prekey) throw new Error('the entry was dropped');
    const attempt = (): unknown =>
      seal({
        senderKey: keyOf('alice_identity'),
        senderFingerprint: certificateFingerprint(certificateOf('alice')),
        recipientCertificate: certificateOf('bob'),
        prekey,
        from: aidOf('alice'),
        to: aidOf('bob'),
        messageId: 'm',
        timestamp: 1,
        payload: { type: 'text' },
      });
    expect(attempt).toThrow(
      entry['expect'] === 'signature_invalid'
        ? 'prekey signature verification failed'
        : 'prekey cert fingerprint mismatch',
    );
  });
});

describe('sealing', () => {
  it.each(dictsOf(vectors['p2p']).map((entry) => [textOf(entry['name']), entry] as const))(
    '%s gives the same secrets, bytes and envelope',
    (_name, entry) => {
      const inputs = at(entry, 'inputs');
      const expected = at(entry, 'expected');
      const sender = textOf(inputs['sender_identity_key']).replace('_identity', '');
      const result = seal({
        senderKey: keyOf(textOf(inputs['sender_identity_key'])),
        senderFingerprint: certificateFingerprint(certificateOf(sender)),
        recipientCertificate: certificateOf(textOf(inputs['recipient_cert'])),
        prekey: inputs['prekey'] ? prekeyOf(textOf(inputs['prekey'])) : null,
        from: textOf(inputs['from']),
        to: textOf(inputs['to']),
        messageId: textOf(inputs['message_id']),
        timestamp: numberOf(inputs['timestamp']),
        payload: at(inputs, 'payload'),
        headers: inputs['protected_headers'],
        context: isDict(inputs['context']) ? inputs['context'] : null,
        fixed: {
          ephemeral: keyOf(textOf(inputs['ephemeral_key'])),
          nonce: Buffer.from(textOf(inputs['nonce_hex']), 'hex'),
        },
      });
      expect(result.dh.map((secret) => secret.toString('hex'))).toEqual(expected['dh_hex']);
      expect(result.ikm.toString('hex')).toBe(expected['ikm_hex']);
      expect(result.info).toBe(expected['hkdf_info']);
      expect(result.messageKey.toString('hex')).toBe(expected['message_key_hex']);
      expect(result.aad.toString('utf8')).toBe(expected['aad_utf8']);
      expect(result.signed.toString('hex')).toBe(expected['sender_sign_payload_hex']);
      const unsigned = (envelope: Dict): Dict => ({ ...envelope, sender_signature: 'differs' });
      expect(unsigned(result.envelope)).toEqual(unsigned(at(entry, 'envelope')));
    },
  );
});

describe('opening', () => {
  it.each(dictsOf(vectors['p2p']).map((entry) => [textOf(entry['name']), entry] as const))(
    '%s opens to the plaintext of the vector',
    (_name, entry) => {
      const opened = open(at(entry, 'message'), receiverOf(textOf(entry['receiver'])));
      expect(opened).toEqual({ kind: 'opened', ...at(entry, 'decrypted') });
    },
  );

  it.each(dictsOf(vectors['p2p_negative']).map((entry) => [textOf(entry['name']), entry] as const))(
    '%s is treated as the generation treats it',
    (_name, entry) => {
      const opened = open(at(entry, 'message'), receiverOf(textOf(entry['receiver'])));
      const verdict = { opened: 'accept', passthrough: 'passthrough', failed: 'reject' }[opened.kind];
      expect(verdict).toBe(entry['sdk_result']);
    },
  );
});

describe('metadata authentication', () => {
  it.each(dictsOf(vectors['metadata_auth']).map((entry) => [textOf(entry['of']), entry] as const))(
    'the tags of %s are right and bound to their domain',
    (_name, entry) => {
      const key = Buffer.from(textOf(entry['message_key_hex']), 'hex');
      expect(metadataKey(key).toString('hex')).toBe(entry['metadata_key_hex']);
      expect(isProtected(key, 'aun-protected-headers-v1', entry['protected_headers'])).toBe(true);
      expect(isProtected(key, 'aun-protected-context-v1', entry['context'])).toBe(true);
      expect(isProtected(key, 'aun-protected-context-v1', entry['protected_headers'])).toBe(false);
    },
  );
});

describe('the replay guard of the push path', () => {
  const messageNamed = (name: string): Dict =>
    at(
      dictsOf(vectors['p2p']).find((entry) => entry['name'] === name),
      'message',
    );

  it.each(
    dictsOf(at(vectors, 'p2p_push_replay')['cases']).map(
      (entry) => [numberOf(entry['now_ms']), entry] as const,
    ),
  )('judges a message seen at %d as the vector says', (now, entry) => {
    const message = messageNamed(textOf(entry['message_of']));
    const guard = new ReplayGuard({ windowSeconds: 300, now: () => now });
    const judge = (): string => {
      if (guard.refusal(message) !== null) return 'reject';
      guard.record(message);
      return 'accept';
    };
    expect(judge()).toBe(entry['result'] ?? entry['first']);
    if (entry['second'] !== undefined) expect(judge()).toBe(entry['second']);
  });
});
