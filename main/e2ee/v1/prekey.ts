import { prekeySchema } from '../../../shared/aun/wire';
import type { WirePrekey } from '../../../shared/aun/wire';
import type { Certificate } from '../../ports/identity';
import {
  decodeBase64,
  isPointOnCurve,
  isSignatureValid,
  normalFingerprint,
  pointOfSpki,
  privateKeyFromScalar,
  randomScalar,
  spkiOf,
} from './primitives';
import { createPublicKey } from 'node:crypto';
import type { Random } from '../../runtime/runtime';

/** Device id that stands for "none" in answers of old clients; nothing can be addressed to it (`protocol/02 §2.2`). */
export const PLACEHOLDER_DEVICE = 'aun_device_id';
/** Age from which a peer's prekey is worth a warning, never a refusal (`protocol/02 §2.1`), ms. */
export const PREKEY_WARNING_AGE = 30 * 24 * 3_600_000;

/** A new prekey before it is uploaded. The caller stores the private half first and wipes it here. */
export interface GeneratedPrekey {
  readonly privateKeyPkcs8: Uint8Array;
  readonly upload: {
    readonly prekey_id: string;
    readonly public_key: string;
    readonly signature: string;
    /** Unix ms. */
    readonly created_at: number;
  };
}

/** The text under a prekey's signature; without a time it is the old two-part form (`protocol/02 §2.1`). */
export function prekeyText(id: string, publicKey: string, createdAt: number | null | undefined): string {
  return createdAt === null || createdAt === undefined
    ? `${id}|${publicKey}`
    : `${id}|${publicKey}|${createdAt}`;
}

/** Makes and signs a prekey (`protocol/02 §2.1`). `now` is Unix ms. */
export function generatePrekey(
  random: Random,
  now: number,
  sign: (data: Uint8Array) => Uint8Array,
): GeneratedPrekey {
  const scalar = randomScalar((length) => random.bytes(length));
  const privateKey = privateKeyFromScalar(scalar);
  scalar.fill(0);
  const id = random.uuid();
  const publicKey = spkiOf(createPublicKey(privateKey)).toString('base64');
  const createdAt = Math.trunc(now);
  const signature = sign(Buffer.from(prekeyText(id, publicKey, createdAt), 'utf8'));
  return {
    privateKeyPkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }),
    upload: {
      prekey_id: id,
      public_key: publicKey,
      signature: Buffer.from(signature).toString('base64'),
      created_at: createdAt,
    },
  };
}

/** A prekey as served, in normal form: absent members are absent, the fingerprint is lower case. */
export interface PeerPrekey {
  readonly id: string;
  readonly publicKey: string;
  readonly signature: string;
  readonly createdAt: number | null;
  readonly certificateFingerprint: string | null;
  readonly deviceId: string;
}

/** Brings the entries of a `get_prekey` answer into order as `protocol/02 §2.2` says. */
export function normalizePrekeys(entries: readonly unknown[]): PeerPrekey[] {
  const valid: PeerPrekey[] = [];
  for (const entry of entries) {
    const parsed = prekeySchema.safeParse(entry);
    if (parsed.success) valid.push(fromWire(parsed.data));
  }
  if (valid.length <= 1) {
    return valid.map((entry) => (entry.deviceId === '' ? { ...entry, deviceId: PLACEHOLDER_DEVICE } : entry));
  }
  const byDevice = new Map<string, PeerPrekey>();
  for (const entry of valid) {
    if (entry.deviceId === '' || entry.deviceId === PLACEHOLDER_DEVICE) continue;
    if (!byDevice.has(entry.deviceId)) byDevice.set(entry.deviceId, entry);
  }
  return [...byDevice.values()];
}

function fromWire(wire: WirePrekey): PeerPrekey {
  return {
    id: wire.prekey_id,
    publicKey: wire.public_key,
    signature: wire.signature,
    createdAt: wire.created_at ?? null,
    certificateFingerprint: wire.cert_fingerprint ? normalFingerprint(wire.cert_fingerprint) : null,
    deviceId: wire.device_id ?? '',
  };
}

/** What is wrong with a prekey, or its checked point. */
export type PrekeyVerdict =
  | { readonly ok: true; readonly point: Buffer }
  | {
      readonly ok: false;
      readonly problem: 'cert_fingerprint_mismatch' | 'signature_invalid' | 'public_key_invalid';
    };

/**
 * Judges a prekey against the certificate of its owner: named certificate, signature in the three-part or the old
 * two-part form, and a public key that is a point on P-256 (`protocol/02 §2.1`, `§3.1`).
 */
export function verifyPrekey(
  prekey: PeerPrekey,
  certificate: Pick<Certificate, 'fingerprint' | 'publicKey'>,
): PrekeyVerdict {
  if (prekey.certificateFingerprint !== null && prekey.certificateFingerprint !== certificate.fingerprint) {
    return { ok: false, problem: 'cert_fingerprint_mismatch' };
  }
  const signature = decodeBase64(prekey.signature);
  const text = Buffer.from(prekeyText(prekey.id, prekey.publicKey, prekey.createdAt), 'utf8');
  if (signature === null || !isSignatureValid(certificate.publicKey, text, signature)) {
    return { ok: false, problem: 'signature_invalid' };
  }
  const spki = decodeBase64(prekey.publicKey);
  const point = spki === null ? null : pointOfSpki(spki);
  if (point === null || !isPointOnCurve(point)) return { ok: false, problem: 'public_key_invalid' };
  return { ok: true, point };
}

/** Whether a prekey is old enough for a warning. `now` is Unix ms. */
export function isOldPrekey(prekey: PeerPrekey, now: number): boolean {
  return prekey.createdAt !== null && now - prekey.createdAt > PREKEY_WARNING_AGE;
}
