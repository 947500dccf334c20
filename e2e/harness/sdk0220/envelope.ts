import { randomBytes } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { canonicalE2ee } from './canonical';
import { SdkError } from './errors';
import { isDict, textOf } from './json';
import type { Dict } from './json';
import { headerBody, isProtected, protect, withoutAuth } from './metadata-auth';
import { verifyPrekey } from './prekeys';
import type { PrekeyMaterial } from './prekeys';
import {
  certificateFingerprint,
  ecdh,
  gcmOpen,
  gcmSeal,
  generateKey,
  hkdf,
  keyFromPoint,
  keyFromSpki,
  pointOf,
  signText,
  verifyText,
} from './primitives';

const SUITE = 'P256_HKDF_SHA256_AES_256_GCM';
/** The ten members bound by the AEAD, in sorted order (protocol/02 §3.4). */
const AAD_KEYS = [
  'encryption_mode',
  'ephemeral_public_key',
  'from',
  'message_id',
  'prekey_id',
  'recipient_cert_fingerprint',
  'sender_cert_fingerprint',
  'suite',
  'timestamp',
  'to',
];

export interface SealInput {
  senderKey: KeyObject;
  senderFingerprint: string;
  recipientCertificate: X509Certificate;
  /** `null` selects `long_term_key`. */
  prekey: PrekeyMaterial | null;
  from: string;
  to: string;
  messageId: string;
  timestamp: number;
  payload: Dict;
  headers?: unknown;
  context?: Dict | null;
  /** Fixed ephemeral key and nonce, for vectors only. */
  fixed?: { ephemeral: KeyObject; nonce: Buffer };
}

/** Everything computed on the way, so that vectors can be compared step by step. */
export interface Sealed {
  envelope: Dict;
  dh: Buffer[];
  ikm: Buffer;
  info: string;
  messageKey: Buffer;
  aad: Buffer;
  signed: Buffer;
}

/** The bytes the AEAD and the signature cover: exactly ten members, a missing one as `null`. */
export function aadBytes(aad: Dict): Buffer {
  return Buffer.from(
    canonicalE2ee(Object.fromEntries(AAD_KEYS.map((key) => [key, aad[key] ?? null]))),
    'utf8',
  );
}

/** Builds one V1 envelope for one prekey, or for the long-term key when there is none (protocol/02 §3). */
export function seal(input: SealInput): Sealed {
  const recipientKey = input.recipientCertificate.publicKey;
  const recipientFingerprint = certificateFingerprint(input.recipientCertificate);
  const { prekey } = input;
  if (prekey) {
    if (prekey.cert_fingerprint && prekey.cert_fingerprint !== recipientFingerprint) {
      throw new SdkError('E2EEError', 'prekey cert fingerprint mismatch', {
        localCode: 'PREKEY_CERT_FINGERPRINT_MISMATCH',
      });
    }
    if (!verifyPrekey(prekey, recipientKey)) {
      throw new SdkError('E2EEError', 'prekey signature verification failed', {
        localCode: 'PREKEY_SIGNATURE_VERIFY_FAILED',
      });
    }
  }
  const ephemeral = input.fixed?.ephemeral ?? generateKey().privateKey;
  const nonce = input.fixed?.nonce ?? randomBytes(12);
  const dh = prekey
    ? [
        ecdh(ephemeral, keyFromSpki(prekey.public_key)),
        ecdh(ephemeral, recipientKey),
        ecdh(input.senderKey, keyFromSpki(prekey.public_key)),
        ecdh(input.senderKey, recipientKey),
      ]
    : [ecdh(ephemeral, recipientKey), ecdh(input.senderKey, recipientKey)];
  const ikm = Buffer.concat(dh);
  const info = prekey ? `aun-prekey-v2:${prekey.prekey_id}` : 'aun-longterm-v2';
  const messageKey = hkdf(ikm, info);
  const mode = prekey ? 'prekey_ecdh_v2' : 'long_term_key';
  const point = pointOf(ephemeral).toString('base64');
  const aad: Dict = {
    from: input.from,
    to: input.to,
    message_id: input.messageId,
    timestamp: input.timestamp,
    encryption_mode: mode,
    suite: SUITE,
    ephemeral_public_key: point,
    recipient_cert_fingerprint: recipientFingerprint,
    sender_cert_fingerprint: input.senderFingerprint,
    ...(prekey ? { prekey_id: prekey.prekey_id } : {}),
  };
  const headers = headerBody(input.headers, input.payload);
  const bytes = aadBytes(aad);
  const box = gcmSeal(messageKey, nonce, Buffer.from(JSON.stringify(input.payload), 'utf8'), bytes);
  const signed = Buffer.concat([box.ciphertext, box.tag, bytes]);
  const envelope: Dict = {
    type: 'e2ee.encrypted',
    version: '1',
    encryption_mode: mode,
    suite: SUITE,
    ...(prekey ? { prekey_id: prekey.prekey_id } : {}),
    ephemeral_public_key: point,
    ...(headers ? { protected_headers: protect(messageKey, 'aun-protected-headers-v1', headers) } : {}),
    ...(input.context ? { context: protect(messageKey, 'aun-protected-context-v1', input.context) } : {}),
    nonce: nonce.toString('base64'),
    ciphertext: box.ciphertext.toString('base64'),
    tag: box.tag.toString('base64'),
    aad,
    sender_signature: signText(input.senderKey, signed),
    sender_cert_fingerprint: input.senderFingerprint,
  };
  return { envelope, dh, ikm, info, messageKey, aad: bytes, signed };
}

/** What the receiver needs to know about itself and about senders. */
export interface OpenContext {
  ownAid: string;
  ownKey: KeyObject;
  /** Fingerprint of the certificate in use now; the generation accepts no older one. */
  ownFingerprint: string;
  prekey(prekeyId: string): KeyObject | null;
  /** The sender's certificate with exactly that DER fingerprint. */
  senderCertificate(aid: string, fingerprint: string): X509Certificate | null;
}

export type Opened =
  | { kind: 'opened'; payload: unknown; e2ee: Dict }
  /** Addressed to somebody else: the generation hands the row back still encrypted (protocol/02 §5.4). */
  | { kind: 'passthrough' }
  | { kind: 'failed'; reason: string };

class OpenFailure extends Error {}

/** Opens one row whose payload is a V1 envelope, with the checks in the order of protocol/02 §5.4. */
export function open(message: Dict, context: OpenContext): Opened {
  const envelope = isDict(message['payload']) ? message['payload'] : {};
  const aad = isDict(envelope['aad']) ? envelope['aad'] : null;
  const direction = textOf(message['direction']).trim().toLowerCase();
  const target = message['to'] ?? aad?.['to'] ?? envelope['to'];
  if (direction !== 'outbound_sync' && target !== undefined && target !== context.ownAid) {
    return { kind: 'passthrough' };
  }
  try {
    return openChecked(message, envelope, aad, context);
  } catch (error) {
    if (error instanceof OpenFailure) return { kind: 'failed', reason: error.message };
    return { kind: 'failed', reason: error instanceof Error ? error.message : 'decrypt failed' };
  }
}

function openChecked(message: Dict, envelope: Dict, aad: Dict | null, context: OpenContext): Opened {
  const ciphertext = Buffer.from(textOf(envelope['ciphertext']), 'base64');
  const tag = Buffer.from(textOf(envelope['tag']), 'base64');
  // Without an aad object the generation goes on with empty bytes and compares nothing.
  const bytes = aad ? aadBytes(aad) : Buffer.alloc(0);
  verifySender(message, envelope, aad, Buffer.concat([ciphertext, tag, bytes]), context);
  const messageKey = receiverKey(message, envelope, aad, context);
  if (aad) matchAad(message, envelope, aad, context);
  if (!isProtected(messageKey, 'aun-protected-headers-v1', envelope['protected_headers'])) {
    throw new OpenFailure('protected headers authentication failed');
  }
  if (!isProtected(messageKey, 'aun-protected-context-v1', envelope['context'])) {
    throw new OpenFailure('protected context authentication failed');
  }
  const nonce = Buffer.from(textOf(envelope['nonce']), 'base64');
  const plain: unknown = JSON.parse(gcmOpen(messageKey, nonce, ciphertext, tag, bytes).toString('utf8'));
  const headers = isDict(envelope['protected_headers']) ? withoutAuth(envelope['protected_headers']) : null;
  if (headers && 'payload_type' in headers) {
    if (!isDict(plain) || String(plain['type'] ?? '') !== headers['payload_type']) {
      throw new OpenFailure('payload type does not match the protected header');
    }
  }
  const inner = isDict(envelope['context']) ? withoutAuth(envelope['context']) : null;
  if (inner) {
    const outer = isDict(message['context']) ? withoutAuth(message['context']) : null;
    if (!outer || canonicalE2ee(outer) !== canonicalE2ee(inner)) {
      throw new OpenFailure('context does not match the protected context');
    }
  }
  const e2ee: Dict = {
    encryption_mode: envelope['encryption_mode'],
    suite: envelope['suite'],
    ...(textOf(envelope['prekey_id']) ? { prekey_id: envelope['prekey_id'] } : {}),
    ...(headers ? { protected_headers: headers } : {}),
    ...(inner ? { context: inner } : {}),
  };
  return { kind: 'opened', payload: plain, e2ee };
}

function verifySender(
  message: Dict,
  envelope: Dict,
  aad: Dict | null,
  signed: Buffer,
  context: OpenContext,
): void {
  const signature = textOf(envelope['sender_signature']);
  if (!signature) throw new OpenFailure('sender signature missing');
  const sender = textOf(message['from']) || textOf(aad?.['from']);
  const fingerprint = (
    textOf(envelope['sender_cert_fingerprint']) || textOf(aad?.['sender_cert_fingerprint'])
  )
    .trim()
    .toLowerCase();
  const certificate = context.senderCertificate(sender, fingerprint);
  if (!certificate) throw new OpenFailure('sender certificate unavailable');
  if (!verifyText(certificate.publicKey, signed, signature)) {
    throw new OpenFailure('sender signature verification failed');
  }
}

function receiverKey(message: Dict, envelope: Dict, aad: Dict | null, context: OpenContext): Buffer {
  const ephemeral = keyFromPoint(Buffer.from(textOf(envelope['ephemeral_public_key']), 'base64'));
  const sender = textOf(message['from']) || textOf(aad?.['from']);
  const fingerprint = textOf(envelope['sender_cert_fingerprint']) || textOf(aad?.['sender_cert_fingerprint']);
  const senderKey = context.senderCertificate(sender, fingerprint.trim().toLowerCase())?.publicKey;
  if (!senderKey) throw new OpenFailure('sender certificate unavailable');
  switch (envelope['encryption_mode']) {
    case 'prekey_ecdh_v2': {
      const prekeyId = textOf(envelope['prekey_id']);
      const prekey = context.prekey(prekeyId);
      if (!prekey) throw new OpenFailure(`prekey not found: ${prekeyId}`);
      const dh = [
        ecdh(prekey, ephemeral),
        ecdh(context.ownKey, ephemeral),
        ecdh(prekey, senderKey),
        ecdh(context.ownKey, senderKey),
      ];
      return hkdf(Buffer.concat(dh), `aun-prekey-v2:${prekeyId}`);
    }
    case 'long_term_key':
      return hkdf(
        Buffer.concat([ecdh(context.ownKey, ephemeral), ecdh(context.ownKey, senderKey)]),
        'aun-longterm-v2',
      );
    default:
      throw new OpenFailure('unsupported encryption mode');
  }
}

function matchAad(message: Dict, envelope: Dict, aad: Dict, context: OpenContext): void {
  const expected: [string, unknown][] = [
    ['from', message['from']],
    ['to', message['to']],
    ['message_id', message['message_id']],
    ['encryption_mode', envelope['encryption_mode']],
    ['suite', envelope['suite']],
    ['ephemeral_public_key', envelope['ephemeral_public_key']],
    ['prekey_id', envelope['prekey_id']],
    ['sender_cert_fingerprint', envelope['sender_cert_fingerprint']],
    ['recipient_cert_fingerprint', context.ownFingerprint],
  ];
  for (const [name, value] of expected) {
    if (String(value ?? '') !== String(aad[name] ?? '')) throw new OpenFailure(`aad mismatch: ${name}`);
  }
}
