import type { KeyObject } from 'node:crypto';
import { refuse } from '../refusal';
import type { Refusal } from '../refusal';
import { signedBytes } from './aad';
import type { CheckedEnvelope } from './incoming';
import { isJsonObject, jsonText } from './json';
import { isMetadataValid } from './metadata';
import { decodeBase64, deriveMessageKey, gcmOpen, isSignatureValid } from './primitives';
import type { AgreementKey } from './primitives';

/** The keys that open one envelope. */
export interface OpeningKeys {
  /** Of exactly the certificate the envelope names, verified and issued to its sender. */
  readonly senderKey: KeyObject;
  readonly identity: AgreementKey;
  /** The named prekey; null when we do not have it, or in mode `long_term_key`. */
  readonly prekey: AgreementKey | null;
  /** Our prekey with the sender's certificate (dh3): the same for every message of the pair. */
  prekeyWithSender(): Uint8Array;
  /** Our identity with the sender's certificate (dh4). */
  identityWithSender(): Uint8Array;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** An opened envelope: the plaintext as JSON text of an object. */
export interface OpenedEnvelope {
  readonly ok: true;
  readonly plaintext: string;
}

/**
 * Opens a checked envelope: signature first, then key agreement, metadata tags, AES-GCM, and the rules of the plaintext
 * (`protocol/02 §5.4`, `§4`). Never throws.
 */
export function openEnvelope(envelope: CheckedEnvelope, keys: OpeningKeys): OpenedEnvelope | Refusal {
  const ciphertext = decodeBase64(envelope.ciphertext);
  const tag = decodeBase64(envelope.tag);
  const nonce = decodeBase64(envelope.nonce);
  const ephemeral = decodeBase64(envelope.ephemeral);
  const signature = decodeBase64(envelope.signature);
  if (!ciphertext || !tag || !nonce || !ephemeral || !signature) {
    return refuse('malformed_envelope', 'a member is not canonical base64');
  }
  const aad = Buffer.from(envelope.aad, 'utf8');
  if (!isSignatureValid(keys.senderKey, signedBytes(ciphertext, tag, aad), signature)) {
    return refuse('signature_invalid', 'sender signature does not verify');
  }
  const messageKey = agree(envelope, ephemeral, keys);
  if (!Buffer.isBuffer(messageKey)) return messageKey;
  try {
    if (!isMetadataValid(messageKey, envelope)) return refuse('metadata_invalid', 'metadata tag is wrong');
    const plaintext = gcmOpen(messageKey, nonce, ciphertext, tag, aad);
    if (plaintext === null) return refuse('decryption_failed', 'authentication failed');
    return judgePlaintext(plaintext, envelope.payloadType);
  } finally {
    messageKey.fill(0);
  }
}

function agree(envelope: CheckedEnvelope, ephemeral: Buffer, keys: OpeningKeys): Buffer | Refusal {
  if (ephemeral[0] !== 4) return refuse('malformed_envelope', 'ephemeral key is not an uncompressed point');
  try {
    const withIdentity = keys.identity.secret(ephemeral);
    if (envelope.mode === 'long_term_key') {
      return deriveMessageKey([withIdentity, keys.identityWithSender()], envelope.mode, null);
    }
    if (keys.prekey === null) return refuse('prekey_missing', 'the prekey of this message is gone');
    return deriveMessageKey(
      [keys.prekey.secret(ephemeral), withIdentity, keys.prekeyWithSender(), keys.identityWithSender()],
      envelope.mode,
      envelope.prekeyId,
    );
  } catch {
    // The native key agreement refuses what is not a point on the curve.
    return refuse('malformed_envelope', 'ephemeral key is not a point on the curve');
  }
}

/** The rules of the plaintext (`protocol/02 §4`, §5.4): a JSON object whose type is the protected one. */
export function judgePlaintext(plaintext: Buffer, payloadType: string | null): OpenedEnvelope | Refusal {
  let text: string;
  let parsed: unknown;
  try {
    text = utf8.decode(plaintext);
    parsed = JSON.parse(text);
  } catch {
    return refuse('plaintext_invalid', 'plaintext is not JSON');
  }
  if (!isJsonObject(parsed)) return refuse('plaintext_invalid', 'plaintext is not an object');
  if (payloadType !== null && jsonText(parsed['type']) !== payloadType) {
    return refuse('metadata_invalid', 'payload type differs from the protected one');
  }
  return { ok: true, plaintext: text };
}
