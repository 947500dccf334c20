import type { JsonObject } from '../../../shared/aun/canonical-json';
import { aadText, signedBytes } from './aad';
import type { OutgoingAad } from './aad';
import { sealedMetadata } from './metadata';
import { deriveMessageKey, gcmSeal, SUITE } from './primitives';
import type { AgreementKey } from './primitives';

/** The sending identity. */
export interface SealingIdentity {
  readonly key: AgreementKey;
  /** Of the active certificate. */
  readonly fingerprint: string;
  /** DER ECDSA over SHA-256 by the identity key. */
  sign(data: Uint8Array): Uint8Array;
}

/** One device (or, without a prekey, one identity) to encrypt to. Points must have been checked to be on the curve. */
export interface SealingTarget {
  readonly certificateFingerprint: string;
  readonly certificatePoint: Uint8Array;
  readonly prekey: { readonly id: string; readonly point: Uint8Array } | null;
  /** Secrets of the sender's identity with the prekey and with the certificate, when they are already known. */
  readonly identitySecrets?: IdentitySecrets;
}

/** dh3 and dh4 of `protocol/02 §3.1`: they do not depend on the message. dh3 is null without a prekey. */
export interface IdentitySecrets {
  readonly withPrekey: Uint8Array | null;
  readonly withCertificate: Uint8Array;
}

/** One message for one target; `ephemeral` and `nonce` must be fresh for every copy. */
export interface SealRequest {
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  /** Unix ms. */
  readonly timestamp: number;
  readonly payload: JsonObject;
  readonly headers?: JsonObject;
  /** Only for thoughts (`protocol/02 §6`), without `_auth`. */
  readonly context?: JsonObject;
  readonly ephemeral: AgreementKey;
  readonly nonce: Uint8Array;
}

/** An envelope ready for the wire (`protocol/02 §3.3`). */
export type SealedEnvelope = Readonly<Record<string, unknown>>;

/** The secrets of the sender's identity with a target. @throws Error when a point is not on the curve. */
export function identitySecrets(key: AgreementKey, target: SealingTarget): IdentitySecrets {
  return {
    withPrekey: target.prekey === null ? null : key.secret(target.prekey.point),
    withCertificate: key.secret(target.certificatePoint),
  };
}

/**
 * Encrypts a payload for one target in the order of `protocol/02 §3.6`: key agreement, additional data, metadata
 * tags, AES-GCM, signature. Pure apart from the signature's own randomness.
 * @throws Error when a point is not on the curve; RangeError for a header name that is not allowed.
 */
export function sealEnvelope(
  identity: SealingIdentity,
  target: SealingTarget,
  request: SealRequest,
): SealedEnvelope {
  const { prekey } = target;
  const mode = prekey === null ? 'long_term_key' : 'prekey_ecdh_v2';
  const messageKey = agree(identity, target, request.ephemeral);
  const ephemeralPoint = request.ephemeral.publicPoint().toString('base64');
  const prekeyMember = prekey === null ? {} : { prekey_id: prekey.id };
  const aad: OutgoingAad = {
    from: request.from,
    to: request.to,
    message_id: request.messageId,
    timestamp: request.timestamp,
    encryption_mode: mode,
    suite: SUITE,
    ephemeral_public_key: ephemeralPoint,
    recipient_cert_fingerprint: target.certificateFingerprint,
    sender_cert_fingerprint: identity.fingerprint,
    ...prekeyMember,
  };
  const metadata = sealedMetadata(messageKey, request);
  const aadBytes = Buffer.from(aadText(aad), 'utf8');
  const plaintext = Buffer.from(JSON.stringify(request.payload), 'utf8');
  const { ciphertext, tag } = gcmSeal(messageKey, request.nonce, plaintext, aadBytes);
  messageKey.fill(0);
  const signature = identity.sign(signedBytes(ciphertext, tag, aadBytes));
  return {
    type: 'e2ee.encrypted',
    version: '1',
    encryption_mode: mode,
    suite: SUITE,
    ...prekeyMember,
    ephemeral_public_key: ephemeralPoint,
    ...metadata,
    nonce: Buffer.from(request.nonce).toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: tag.toString('base64'),
    aad,
    sender_signature: Buffer.from(signature).toString('base64'),
    sender_cert_fingerprint: identity.fingerprint,
  };
}

function agree(identity: SealingIdentity, target: SealingTarget, ephemeral: AgreementKey): Buffer {
  const { prekey } = target;
  const own = target.identitySecrets ?? identitySecrets(identity.key, target);
  const withCertificate = ephemeral.secret(target.certificatePoint);
  if (prekey === null) {
    return deriveMessageKey([withCertificate, own.withCertificate], 'long_term_key', null);
  }
  if (own.withPrekey === null) throw new Error('identity secrets of another target');
  return deriveMessageKey(
    [ephemeral.secret(prekey.point), withCertificate, own.withPrekey, own.withCertificate],
    'prekey_ecdh_v2',
    prekey.id,
  );
}
