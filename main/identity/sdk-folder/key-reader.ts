import { createPrivateKey, createPublicKey } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { FILE_SCHEME, fieldKey, fileRecordSchema, openRecord, PRIVATE_KEY_NAME } from './file-protection';
import type { FileRecord } from './file-protection';
import { namesIn, readOrdinaryFile } from './safe-read';
import type { SeedRing, SeedSource } from './seeds';

const MAX_KEY_FILE_BYTES = 64 * 1024;

const keyFileSchema = z.object({
  public_key_der_b64: z.string().optional(),
  private_key_protection: z.looseObject({ scheme: z.string() }).nullish(),
  private_key_pem: z.string().nullish(),
});

/** What a `key.json` of the SDKs holds. */
export interface SdkKeyFile {
  /** b64 of the SPKI DER as the file states it; may be wrong. */
  readonly statedSpki: string | null;
  readonly protection:
    | { readonly kind: 'sealed'; readonly record: FileRecord }
    | { readonly kind: 'plain'; readonly pem: string }
    | { readonly kind: 'foreign'; readonly scheme: string };
}

/** A private key out of a `key.json`, opened. */
export interface OpenedKey {
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
  /** b64 of the SPKI DER. */
  readonly spki: string;
  /** Null for a key that lay there in the clear. */
  readonly source: SeedSource | null;
}

function interpret(text: string): SdkKeyFile | 'damaged' | 'public' {
  let parsed;
  try {
    parsed = keyFileSchema.safeParse(JSON.parse(text));
  } catch {
    return 'damaged';
  }
  if (!parsed.success) return 'damaged';
  const { public_key_der_b64: stated, private_key_protection: sealed, private_key_pem: pem } = parsed.data;
  const statedSpki = stated ?? null;
  if (typeof pem === 'string' && pem !== '') return { statedSpki, protection: { kind: 'plain', pem } };
  if (sealed == null) return 'public';
  const record = fileRecordSchema.safeParse(sealed);
  if (record.success) return { statedSpki, protection: { kind: 'sealed', record: record.data } };
  if (sealed.scheme === FILE_SCHEME) return 'damaged';
  return { statedSpki, protection: { kind: 'foreign', scheme: sealed.scheme } };
}

/** Reads a `key.json`. `absent`: there is none; `public`: it has no private half; `damaged`: nobody can read it. */
export async function readKeyFile(file: string): Promise<SdkKeyFile | 'absent' | 'public' | 'damaged'> {
  const bytes = await readOrdinaryFile(file, MAX_KEY_FILE_BYTES);
  return bytes === null ? 'absent' : interpret(bytes.toString('utf8'));
}

/** Files of replaced keys beside `key.json` (`key.json.v1` …), the newest first. */
export async function olderKeyFiles(privateFolder: string): Promise<string[]> {
  const version = (name: string): number => Number(/^key\.json\.v(\d{1,6})$/.exec(name)?.[1] ?? -1);
  return (await namesIn(privateFolder, 'file'))
    .filter((name) => version(name) >= 0)
    .sort((left, right) => version(right) - version(left))
    .map((name) => path.join(privateFolder, name));
}

/** Reads a PEM private key; null unless it is a P-256 key. */
function p256(pem: string, source: SeedSource | null): OpenedKey | null {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return null;
    return {
      privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      spki: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
      source,
    };
  } catch {
    // Not a private key at all; the caller says so.
    return null;
  }
}

/**
 * Opens a key with the first seed that fits. `locked`: no seed does; `unusable`: what came out is no P-256 key.
 */
export async function openKey(
  file: SdkKeyFile,
  aid: string,
  seeds: SeedRing,
): Promise<OpenedKey | 'locked' | 'unusable'> {
  const { protection } = file;
  if (protection.kind === 'foreign') return 'locked';
  if (protection.kind === 'plain') return p256(protection.pem, null) ?? 'unusable';
  for await (const { source, master } of seeds.keys()) {
    const plain = openRecord(fieldKey(master, aid, PRIVATE_KEY_NAME), protection.record);
    if (plain === null) continue;
    const opened = p256(plain.toString('utf8'), source);
    plain.fill(0);
    return opened ?? 'unusable';
  }
  return 'locked';
}
