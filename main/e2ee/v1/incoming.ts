import { z } from 'zod';
import { canonicalJson } from '../../../shared/aun/canonical-json';
import { envelopeV1Schema } from '../../../shared/aun/wire';
import type { EnvelopeV1 } from '../../../shared/aun/wire';
import { refuse } from '../refusal';
import type { Refusal } from '../refusal';
import { AAD_KEYS, aadText } from './aad';
import type { Aad, AadKey } from './aad';
import { asJsonObject, jsonText } from './json';
import { splitMetadata, withoutAuth } from './clear-metadata';
import { hasLength, normalFingerprint, NONCE_BYTES, POINT_BYTES, SUITE, TAG_BYTES } from './primitives';

const metadataSchema = z.object({ body: z.string(), tag: z.string() });

/** An envelope whose clear parts were checked: flat text, ready to be handed to another thread. */
export const checkedEnvelopeSchema = z.object({
  from: z.string(),
  to: z.string(),
  messageId: z.string(),
  senderTime: z.number().nullable(),
  mode: z.enum(['prekey_ecdh_v2', 'long_term_key']),
  prekeyId: z.string().nullable(),
  senderFingerprint: z.string(),
  /** Which own identity key it is encrypted to: fingerprint of the SPKI. */
  recipientKey: z.string(),
  /** Base64 of the point, the nonce, the ciphertext, the tag and the DER signature. */
  ephemeral: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
  tag: z.string(),
  signature: z.string(),
  /** Text of the additional data. */
  aad: z.string(),
  headers: metadataSchema.nullable(),
  /** What the authenticated headers say the payload's type is; null when they say nothing. */
  payloadType: z.string().nullable(),
  context: metadataSchema.nullable(),
});
export type CheckedEnvelope = z.infer<typeof checkedEnvelopeSchema>;

/** For whom a row is checked. */
export interface Receiver {
  readonly ownAid: string;
  /** Fingerprint of every own certificate ever held whose key we have → fingerprint of that key (SPKI). */
  readonly ownKeys: ReadonlyMap<string, string>;
}

const outerSchema = z.object({
  message_id: z.string().default(''),
  from: z.string().default(''),
  to: z.string().default(''),
  direction: z.string().nullish(),
  context: z.unknown().optional(),
  payload: z.unknown().optional(),
});
type OuterRow = z.infer<typeof outerSchema>;

const scalar = z.union([z.string(), z.number(), z.null()]).optional();
const aadShape: Record<AadKey, typeof scalar> = {
  encryption_mode: scalar,
  ephemeral_public_key: scalar,
  from: scalar,
  message_id: scalar,
  prekey_id: scalar,
  recipient_cert_fingerprint: scalar,
  sender_cert_fingerprint: scalar,
  suite: scalar,
  timestamp: scalar,
  to: scalar,
};
const aadSchema = z.object(aadShape);

/** Whether a row carries an envelope of this generation (`protocol/02 §16`): by content, never by the row's flags. */
export function isV1Row(row: Readonly<Record<string, unknown>>): boolean {
  const payload = asJsonObject(row['payload']);
  if (payload?.['type'] !== 'e2ee.encrypted') return false;
  return payload['version'] === undefined || payload['version'] === '1';
}

/**
 * Everything that can be judged without a key: form, version, target, direction, and that the additional data says
 * what the row and the envelope say (`protocol/02 §5.4`, stricter where it recommends so). Never throws.
 */
export function checkIncoming(
  row: Readonly<Record<string, unknown>>,
  receiver: Receiver,
): CheckedEnvelope | Refusal {
  try {
    return check(row, receiver);
  } catch (thrown) {
    // Canonical JSON recurses: a hostile depth of nesting ends here instead of stopping the inbox.
    return refuse('malformed_envelope', thrown instanceof Error ? thrown.name : 'not readable');
  }
}

function check(row: Readonly<Record<string, unknown>>, receiver: Receiver): CheckedEnvelope | Refusal {
  const outer = outerSchema.safeParse(row);
  if (!outer.success) return refuse('malformed_envelope', 'row has a wrong form');
  const parsed = envelopeV1Schema.safeParse(outer.data.payload);
  if (!parsed.success) return refuse('malformed_envelope', describe(parsed.error));
  const aad = aadSchema.safeParse(parsed.data.aad);
  if (!aad.success) return refuse('malformed_envelope', describe(aad.error, 'aad'));
  const envelope = parsed.data;

  const form = formProblem(envelope);
  if (form !== null) return form;
  const target = targetProblem(outer.data, receiver.ownAid);
  if (target !== null) return target;
  const mismatch = mismatchedKey(outer.data, envelope, aad.data);
  if (mismatch !== null) return refuse('aad_mismatch', `aad.${mismatch} differs`);
  const recipient = normalFingerprint(asText(aad.data.recipient_cert_fingerprint));
  const recipientKey = receiver.ownKeys.get(recipient);
  if (recipientKey === undefined) {
    return refuse('recipient_certificate_unknown', `encrypted to ${recipient.slice(0, 71)}`);
  }
  return withMetadata(outer.data, envelope, aad.data, recipientKey);
}

/** Version, suite, mode and sizes (`protocol/02 §5.4` recommendations). */
function formProblem(envelope: EnvelopeV1): Refusal | null {
  if (envelope.version !== undefined && envelope.version !== '1') {
    return refuse('unknown_generation', `envelope version ${envelope.version.slice(0, 20)}`);
  }
  if (envelope.suite !== SUITE) return refuse('malformed_envelope', 'unknown suite');
  const mode = envelope.encryption_mode;
  if (mode !== 'prekey_ecdh_v2' && mode !== 'long_term_key') {
    return refuse('malformed_envelope', 'unknown encryption mode');
  }
  if (mode === 'prekey_ecdh_v2' && !envelope.prekey_id) return refuse('malformed_envelope', 'no prekey id');
  if (envelope.sender_signature === '') return refuse('signature_invalid', 'not signed');
  if (!hasLength(envelope.nonce, NONCE_BYTES)) return refuse('malformed_envelope', 'nonce is not 12 bytes');
  if (!hasLength(envelope.tag, TAG_BYTES)) return refuse('malformed_envelope', 'tag is not 16 bytes');
  if (!hasLength(envelope.ephemeral_public_key, POINT_BYTES)) {
    return refuse('malformed_envelope', 'ephemeral key is not 65 bytes');
  }
  return null;
}

/**
 * Who the row is for. What the gateway says of the direction earns no trust: a copy of an own message is known by
 * its sender, and a row that contradicts itself is refused (`protocol/02 §5.4`, `protocol/04 §16`).
 */
function targetProblem(row: OuterRow, ownAid: string): Refusal | null {
  const direction = (row.direction ?? '').trim().toLowerCase();
  const own = row.from === ownAid;
  if (direction === 'outbound_sync' && !own)
    return refuse('sender_mismatch', 'a copy of somebody else’s message');
  if (row.to === ownAid) return null;
  const copy = own && (direction === 'outbound_sync' || direction === '');
  return copy ? null : refuse('wrong_recipient', `addressed to ${row.to.slice(0, 80)}`);
}

/** The first key of the additional data that does not say what the row or the envelope says, or null. */
function mismatchedKey(row: OuterRow, envelope: EnvelopeV1, aad: Aad): AadKey | null {
  const expected: Readonly<Partial<Record<AadKey, string>>> = {
    from: row.from,
    to: row.to,
    message_id: row.message_id,
    encryption_mode: envelope.encryption_mode,
    suite: envelope.suite,
    ephemeral_public_key: envelope.ephemeral_public_key,
    prekey_id: envelope.prekey_id ?? '',
    sender_cert_fingerprint: normalFingerprint(envelope.sender_cert_fingerprint ?? ''),
  };
  for (const key of AAD_KEYS) {
    const wanted = expected[key];
    if (wanted === undefined) continue;
    const given = asText(aad[key]);
    if ((key === 'sender_cert_fingerprint' ? normalFingerprint(given) : given) !== wanted) return key;
  }
  return row.from === '' ? 'from' : row.message_id === '' ? 'message_id' : null;
}

function withMetadata(
  row: OuterRow,
  envelope: EnvelopeV1,
  aad: Aad,
  recipientKey: string,
): CheckedEnvelope | Refusal {
  const headers = splitMetadata(envelope.protected_headers);
  if (headers === 'invalid') return refuse('metadata_invalid', 'protected headers without a valid form');
  const context = splitMetadata(envelope.context);
  if (context === 'invalid') return refuse('metadata_invalid', 'protected context without a valid form');
  if (context !== null) {
    const outer = asJsonObject(row.context);
    if (outer === null || canonicalJson(withoutAuth(outer), 'null') !== context.text) {
      return refuse('metadata_invalid', 'context differs from the one of the row');
    }
  }
  const payloadType = headers?.body['payload_type'];
  const mode = envelope.encryption_mode === 'long_term_key' ? 'long_term_key' : 'prekey_ecdh_v2';
  return {
    from: row.from,
    to: row.to,
    messageId: row.message_id,
    senderTime: Number.isInteger(aad.timestamp) ? Number(aad.timestamp) : null,
    mode,
    prekeyId: mode === 'prekey_ecdh_v2' ? (envelope.prekey_id ?? '') : null,
    senderFingerprint: normalFingerprint(envelope.sender_cert_fingerprint ?? ''),
    recipientKey,
    ephemeral: envelope.ephemeral_public_key,
    nonce: envelope.nonce,
    ciphertext: envelope.ciphertext,
    tag: envelope.tag,
    signature: envelope.sender_signature,
    aad: aadText(aad),
    headers: headers === null ? null : { body: headers.text, tag: headers.tag },
    payloadType: payloadType === undefined ? null : jsonText(payloadType),
    context: context === null ? null : { body: context.text, tag: context.tag },
  };
}

function asText(value: Aad[AadKey]): string {
  return value === undefined || value === null ? '' : String(value);
}

function describe(error: z.ZodError, prefix = 'envelope'): string {
  const path = error.issues[0]?.path.map(String).join('.') ?? '';
  return `${prefix}${path === '' ? '' : `.${path}`} has a wrong form`;
}
