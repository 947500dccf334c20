import { canonicalJson } from '../../../shared/aun/canonical-json';
import type { EncryptionMode } from './primitives';

/** The ten members that are authenticated, whatever else the object carries (`protocol/02 §3.4`). */
export const AAD_KEYS = [
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
] as const;
export type AadKey = (typeof AAD_KEYS)[number];
/** A member as it may arrive; an absent one counts as null in the bytes. */
export type AadValue = string | number | null | undefined;
export type Aad = Readonly<Partial<Record<AadKey, AadValue>>>;

/** What we put into an envelope. `prekey_id` is left out in mode `long_term_key`. */
export interface OutgoingAad {
  readonly from: string;
  readonly to: string;
  readonly message_id: string;
  /** Unix ms, sender's clock. */
  readonly timestamp: number;
  readonly encryption_mode: EncryptionMode;
  readonly suite: string;
  readonly ephemeral_public_key: string;
  readonly recipient_cert_fingerprint: string;
  readonly sender_cert_fingerprint: string;
  readonly prekey_id?: string;
}

/** The text whose UTF-8 bytes are the additional data: exactly ten keys, absent ones as null (`protocol/02 §3.4`). */
export function aadText(aad: Aad): string {
  const exact: Partial<Record<AadKey, string | number | null>> = {};
  for (const key of AAD_KEYS) exact[key] = aad[key] ?? null;
  return canonicalJson(exact, 'null');
}

/** What the sender signs: ciphertext, tag and additional data in a row (`protocol/02 §3.5`). */
export function signedBytes(ciphertext: Uint8Array, tag: Uint8Array, aad: Uint8Array): Buffer {
  return Buffer.concat([ciphertext, tag, aad]);
}
