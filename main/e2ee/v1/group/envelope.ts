import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../../../shared/aun/canonical-json';
import type { JsonObject } from '../../../../shared/aun/canonical-json';
import { parseGroupId } from '../../../../shared/aun/group-id';
import { refuse } from '../../refusal';
import type { Refusal } from '../../refusal';
import { signedBytes } from '../aad';
import { splitMetadata, withoutAuth } from '../clear-metadata';
import { judgePlaintext } from '../envelope-open';
import type { OpenedEnvelope } from '../envelope-open';
import { asJsonObject, jsonText } from '../json';
import { isMetadataValid, sealedMetadata } from '../metadata';
import {
  decodeBase64,
  deriveKey,
  gcmOpen,
  gcmSeal,
  hasLength,
  isSignatureValid,
  NONCE_BYTES,
  normalFingerprint,
  SUITE,
  TAG_BYTES,
} from '../primitives';

export const GROUP_MODE = 'epoch_group_key';
const AAD_KEYS = [
  'encryption_mode',
  'epoch',
  'from',
  'group_id',
  'message_id',
  'suite',
  'timestamp',
] as const;

/** Key of one group message (`protocol/02 §8.2`). */
export function groupMessageKey(secret: Uint8Array, group: string, messageId: string): Buffer {
  return deriveKey(secret, `aun-group:${group}:msg:${messageId}`);
}

/** What is sealed; the nonce must be fresh. */
export interface GroupSealRequest {
  readonly group: string;
  readonly from: string;
  readonly messageId: string;
  readonly timestamp: number;
  readonly epoch: number;
  readonly secret: Uint8Array;
  readonly payload: JsonObject;
  readonly headers?: JsonObject;
  /** Only for thoughts, without `_auth`. */
  readonly context?: JsonObject;
  readonly nonce: Uint8Array;
}

/** Encrypts and signs a group message (`protocol/02 §8.3`). */
export function sealGroupEnvelope(
  identity: { readonly fingerprint: string; sign(data: Uint8Array): Uint8Array },
  request: GroupSealRequest,
): JsonObject {
  const key = groupMessageKey(request.secret, request.group, request.messageId);
  const aad = {
    group_id: request.group,
    from: request.from,
    message_id: request.messageId,
    timestamp: request.timestamp,
    epoch: request.epoch,
    encryption_mode: GROUP_MODE,
    suite: SUITE,
  };
  const aadBytes = Buffer.from(canonicalJson(aad, 'null'), 'utf8');
  const metadata = sealedMetadata(key, request);
  const plaintext = Buffer.from(JSON.stringify(request.payload), 'utf8');
  const { ciphertext, tag } = gcmSeal(key, request.nonce, plaintext, aadBytes);
  key.fill(0);
  const signature = identity.sign(signedBytes(ciphertext, tag, aadBytes));
  return {
    type: 'e2ee.group_encrypted',
    version: '1',
    encryption_mode: GROUP_MODE,
    suite: SUITE,
    epoch: request.epoch,
    ...metadata,
    nonce: Buffer.from(request.nonce).toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: tag.toString('base64'),
    aad,
    sender_signature: Buffer.from(signature).toString('base64'),
    sender_cert_fingerprint: identity.fingerprint,
  };
}

const text = z.string();
const scalar = z.union([z.string(), z.number(), z.null()]).optional();
const envelopeSchema = z.looseObject({
  epoch: z.number().int().min(1).max(0xffff_ffff),
  encryption_mode: text,
  suite: text,
  nonce: text,
  ciphertext: text,
  tag: text,
  aad: z.object({
    encryption_mode: scalar,
    epoch: scalar,
    from: z.string(),
    group_id: z.string(),
    message_id: z.string().min(1).max(256),
    suite: scalar,
    timestamp: scalar,
  }),
  sender_signature: text.min(1),
  sender_cert_fingerprint: text.optional(),
});
const rowSchema = z.looseObject({
  group_id: text.optional(),
  from: text.optional(),
  sender_aid: text.optional(),
});
const epochSchema = z.looseObject({ payload: z.looseObject({ epoch: z.number().int() }) });

interface Metadata {
  readonly body: string;
  readonly tag: string;
}

/** A group envelope whose clear parts were checked. */
export interface CheckedGroupEnvelope {
  readonly from: string;
  readonly messageId: string;
  readonly senderTime: number | null;
  readonly epoch: number;
  readonly senderFingerprint: string;
  readonly nonce: string;
  readonly ciphertext: string;
  readonly tag: string;
  readonly signature: string;
  readonly aad: string;
  readonly group: string;
  readonly headers: Metadata | null;
  readonly payloadType: string | null;
  readonly context: Metadata | null;
}

/** Whether a row carries a V1 group envelope: by content (`protocol/02 §16`). */
export function isV1GroupRow(row: Readonly<Record<string, unknown>>): boolean {
  const payload = asJsonObject(row['payload']);
  if (payload?.['type'] !== 'e2ee.group_encrypted') return false;
  const { version } = payload;
  return version === undefined || version === '1';
}

/** The epoch an envelope names, or null. */
export function epochOfRow(row: Readonly<Record<string, unknown>>): number | null {
  const parsed = epochSchema.safeParse(row);
  return parsed.success ? parsed.data.payload.epoch : null;
}

/**
 * Everything that can be judged without a key (`protocol/02 §8.3`): form, suite, and that additional data, envelope and row say
 * the same. `group` is Form A of the group the row came from. Never throws.
 */
export function checkGroupRow(
  group: string,
  row: Readonly<Record<string, unknown>>,
): CheckedGroupEnvelope | Refusal {
  try {
    return check(group, row);
  } catch (thrown) {
    // Canonical JSON recurses: a hostile depth of nesting ends here.
    return refuse('malformed_envelope', thrown instanceof Error ? thrown.name : 'not readable');
  }
}

function check(group: string, row: Readonly<Record<string, unknown>>): CheckedGroupEnvelope | Refusal {
  const outer = rowSchema.safeParse(row);
  const parsed = envelopeSchema.safeParse(row['payload']);
  if (!outer.success || !parsed.success)
    return refuse('malformed_envelope', 'group envelope has a wrong form');
  const envelope = parsed.data;
  const { aad } = envelope;
  if (envelope.suite !== SUITE || envelope.encryption_mode !== GROUP_MODE)
    return refuse('malformed_envelope', 'unknown suite or mode');
  if (!hasLength(envelope.nonce, NONCE_BYTES) || !hasLength(envelope.tag, TAG_BYTES))
    return refuse('malformed_envelope', 'nonce or tag has a wrong length');
  if (aad.group_id !== group) return refuse('group_mismatch', 'sealed for another group');
  if (outer.data.group_id !== undefined && parseGroupId(outer.data.group_id) !== group)
    return refuse('group_mismatch', 'came from another group');
  const told = [outer.data.from, outer.data.sender_aid].filter((name) => name !== undefined && name !== '');
  if (aad.from === '' || told.some((name) => name !== aad.from))
    return refuse('sender_mismatch', 'the sender of the row is not the one who sealed it');
  if (aad.epoch !== envelope.epoch || aad.suite !== SUITE || aad.encryption_mode !== GROUP_MODE)
    return refuse('aad_mismatch', 'additional data and envelope differ');
  return withMetadata(row, envelope, group);
}

function withMetadata(
  row: Readonly<Record<string, unknown>>,
  envelope: z.infer<typeof envelopeSchema>,
  group: string,
): CheckedGroupEnvelope | Refusal {
  const headers = splitMetadata(envelope['protected_headers']);
  const context = splitMetadata(envelope['context']);
  if (headers === 'invalid' || context === 'invalid')
    return refuse('metadata_invalid', 'protected metadata without a valid form');
  if (context !== null) {
    const outer = asJsonObject(row['context']);
    if (outer === null || canonicalJson(withoutAuth(outer), 'null') !== context.text)
      return refuse('metadata_invalid', 'context differs from the one of the row');
  }
  const { aad } = envelope;
  const exact = Object.fromEntries(AAD_KEYS.map((key) => [key, aad[key] ?? null]));
  const payloadType = headers?.body['payload_type'];
  return {
    from: aad.from,
    messageId: aad.message_id,
    senderTime: Number.isInteger(aad.timestamp) ? Number(aad.timestamp) : null,
    epoch: envelope.epoch,
    senderFingerprint: normalFingerprint(envelope.sender_cert_fingerprint ?? ''),
    nonce: envelope.nonce,
    ciphertext: envelope.ciphertext,
    tag: envelope.tag,
    signature: envelope.sender_signature,
    aad: canonicalJson(exact, 'null'),
    group,
    headers: headers === null ? null : { body: headers.text, tag: headers.tag },
    payloadType: payloadType === undefined ? null : jsonText(payloadType),
    context: context === null ? null : { body: context.text, tag: context.tag },
  };
}

/** Opens a checked envelope: the signature of its sender first, then metadata tags and AES-GCM. Never throws. */
export function openGroupEnvelope(
  envelope: CheckedGroupEnvelope,
  senderKey: KeyObject,
  secret: Uint8Array | null,
): OpenedEnvelope | Refusal {
  const ciphertext = decodeBase64(envelope.ciphertext);
  const tag = decodeBase64(envelope.tag);
  const nonce = decodeBase64(envelope.nonce);
  const signature = decodeBase64(envelope.signature);
  if (!ciphertext || !tag || !nonce || !signature)
    return refuse('malformed_envelope', 'a member is not canonical base64');
  const aad = Buffer.from(envelope.aad, 'utf8');
  if (!isSignatureValid(senderKey, signedBytes(ciphertext, tag, aad), signature))
    return refuse('signature_invalid', 'sender signature does not verify');
  if (secret === null) return refuse('group_key_missing', `no key of epoch ${envelope.epoch}`);
  const key = groupMessageKey(secret, envelope.group, envelope.messageId);
  try {
    if (!isMetadataValid(key, envelope)) return refuse('metadata_invalid', 'metadata tag is wrong');
    const plaintext = gcmOpen(key, nonce, ciphertext, tag, aad);
    if (plaintext === null) return refuse('decryption_failed', 'authentication failed');
    return judgePlaintext(plaintext, envelope.payloadType);
  } finally {
    key.fill(0);
  }
}
