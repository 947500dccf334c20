import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { SdkError } from './errors';
import { isDict, textOf } from './json';
import type { Dict } from './json';
import { generateKey, signText, spkiText, verifyText } from './primitives';

/** Placeholder the generation gives a single prekey without a device id; never routable. */
export const PLACEHOLDER_DEVICE = 'aun_device_id';
const RETENTION_MS = 7 * 24 * 3600 * 1000;
const RETENTION_COUNT = 7;

/** One peer device's public prekey as `message.e2ee.get_prekey` returns it (protocol/02 §2.2). */
export interface PrekeyMaterial {
  prekey_id: string;
  public_key: string;
  signature: string;
  created_at?: number;
  cert_fingerprint?: string;
  device_id: string;
}

/** A private prekey as kept in the data folder. */
export interface StoredPrekey {
  prekey_id: string;
  device_id: string;
  created_at: number;
  private_key_pem: string;
}

/** The text a prekey signature covers; without a creation time the older two-part form. */
export function prekeyText(prekeyId: string, publicKey: string, createdAt: number | undefined): string {
  return createdAt === undefined
    ? `${prekeyId}|${publicKey}`
    : `${prekeyId}|${publicKey}|${String(createdAt)}`;
}

export function verifyPrekey(prekey: PrekeyMaterial, ownerKey: KeyObject): boolean {
  return verifyText(
    ownerKey,
    prekeyText(prekey.prekey_id, prekey.public_key, prekey.created_at),
    prekey.signature,
  );
}

/** A new prekey: what is stored, and the parameters of the upload. */
export function createPrekey(
  identityKey: KeyObject,
  certFingerprint: string,
  deviceId: string,
  nowMs: number,
): { stored: StoredPrekey; upload: Dict } {
  const pair = generateKey();
  const prekeyId = randomUUID();
  const publicKey = spkiText(pair.publicKey);
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    stored: { prekey_id: prekeyId, device_id: deviceId, created_at: nowMs, private_key_pem: String(pem) },
    upload: {
      prekey_id: prekeyId,
      public_key: publicKey,
      signature: signText(identityKey, prekeyText(prekeyId, publicKey, nowMs)),
      created_at: nowMs,
      ...(certFingerprint ? { cert_fingerprint: certFingerprint } : {}),
      ...(deviceId ? { device_id: deviceId } : {}),
    },
  };
}

/** What stays after a new prekey was added: per device the 7 newest, and everything younger than 7 days. */
export function retainPrekeys(all: StoredPrekey[], deviceId: string, nowMs: number): StoredPrekey[] {
  const own = all.filter((entry) => entry.device_id === deviceId).sort((a, b) => b.created_at - a.created_at);
  const dropped = new Set(
    own
      .filter((entry, index) => index >= RETENTION_COUNT && entry.created_at < nowMs - RETENTION_MS)
      .map((entry) => entry.prekey_id),
  );
  return all.filter((entry) => !dropped.has(entry.prekey_id));
}

/** Reads a `get_prekey` reply the way the SDK does; throws `ValidationError` where it would. */
export function readPrekeyReply(reply: unknown, aid: string): PrekeyMaterial[] {
  if (!isDict(reply)) throw invalid(aid);
  if (reply['found'] === false) return [];
  if (Array.isArray(reply['device_prekeys'])) {
    const list = normalisePrekeys(reply['device_prekeys']);
    if (list.length > 0) return list;
  }
  if (typeof reply['found'] !== 'boolean') throw invalid(aid);
  if (reply['prekey'] !== undefined && reply['prekey'] !== null) {
    const single = normalisePrekeys([reply['prekey']]);
    if (single.length > 0) return single;
  }
  throw invalid(aid);
}

function invalid(aid: string): SdkError {
  return new SdkError('ValidationError', `invalid prekey response for ${aid}`);
}

/** Drops unusable entries and repeats, and fills the placeholder for a lone entry without a device id. */
export function normalisePrekeys(entries: unknown[]): PrekeyMaterial[] {
  const usable: PrekeyMaterial[] = [];
  for (const entry of entries) {
    if (!isDict(entry)) continue;
    const prekeyId = textOf(entry['prekey_id']).trim();
    const publicKey = textOf(entry['public_key']).trim();
    const signature = textOf(entry['signature']).trim();
    if (!prekeyId || !publicKey || !signature) continue;
    const fingerprint = textOf(entry['cert_fingerprint']).trim().toLowerCase();
    usable.push({
      prekey_id: prekeyId,
      public_key: publicKey,
      signature,
      device_id: textOf(entry['device_id']).trim(),
      ...(typeof entry['created_at'] === 'number' ? { created_at: entry['created_at'] } : {}),
      ...(fingerprint ? { cert_fingerprint: fingerprint } : {}),
    });
  }
  const [only] = usable;
  if (usable.length === 1 && only) {
    return [{ ...only, device_id: only.device_id || PLACEHOLDER_DEVICE }];
  }
  const seen = new Set<string>();
  return usable.filter((entry) => {
    if (!isRoutable(entry) || seen.has(entry.device_id)) return false;
    seen.add(entry.device_id);
    return true;
  });
}

/** True for a prekey that belongs to a named device. */
export function isRoutable(prekey: PrekeyMaterial): boolean {
  return prekey.device_id !== '' && prekey.device_id !== PLACEHOLDER_DEVICE;
}
