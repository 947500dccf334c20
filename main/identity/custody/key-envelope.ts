import { createCipheriv, createDecipheriv } from 'node:crypto';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { z } from 'zod';
import type { Aid } from '../../../shared/aun/aid';
import { AunError } from '../../runtime/errors';
import type { Random } from '../../runtime/runtime';
import { deriveBackupKey, KEY_SALT_BYTES, newKeyDerivation } from '../backup/key-derivation';
import { secretBytes } from '../backup/secret';

/** What an envelope is for; bound into it. */
export type EnvelopePurpose = 'backup' | 'device-transfer';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** Argon2id runs on the main thread in slices this long, in ms; harder ones than these limits would take minutes. */
const SLICE_MS = 4;
const ARGON = { memoryKiB: 2 ** 18, passes: 10, lanes: 16, work: 2 ** 20 };

/** The metadata that travels beside the ciphertext of "aun-key-envelope v1" (`protocol/06 §6.3`). */
export const envelopeMetadataSchema = z.object({
  envelope_version: z.literal(1),
  purpose: z.enum(['backup', 'device-transfer']),
  encryption: z.literal('aes-256-gcm'),
  kdf: z.enum(['scrypt', 'argon2id']),
  kdf_params: z.record(z.string(), z.number()),
  salt: z.base64(),
  nonce: z.base64(),
  cert_fingerprint: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  aad: z.literal('aun-key-envelope-v1'),
  device: z.string().optional(),
});
/** Metadata of an envelope we understand. */
export type EnvelopeMetadata = z.infer<typeof envelopeMetadataSchema>;

/** An encrypted private key as a custody service keeps it. */
export interface KeyEnvelope {
  /** b64 of ciphertext and tag. */
  readonly key: string;
  readonly metadata: EnvelopeMetadata;
}

/** What an envelope is bound to. */
export interface EnvelopeBinding {
  readonly purpose: EnvelopePurpose;
  readonly aid: Aid;
  /** `sha256:` + hex of the leaf's DER. */
  readonly fingerprint: string;
}

function associatedData({ purpose, aid, fingerprint }: EnvelopeBinding): Buffer {
  return Buffer.from(`aun-key-envelope|1|${purpose}|${aid}|${fingerprint}`, 'utf8');
}

function foreign(message: string, cause?: unknown): AunError {
  return new AunError('custody_foreign_envelope', message, { cause });
}

/** PEM with single line feeds and exactly one at its end. */
function normalPem(pem: string): string {
  return `${pem.replace(/\r\n?/g, '\n').replace(/\n+$/, '')}\n`;
}

/**
 * Encrypts a private key (PKCS#8 PEM) for a custody service. `cost` is scrypt's N; only test vectors use another than the
 * default.
 */
export async function sealKeyEnvelope(
  binding: EnvelopeBinding,
  privateKeyPem: string,
  secret: string,
  random: Pick<Random, 'bytes'>,
  cost?: number,
): Promise<KeyEnvelope> {
  const derivation = newKeyDerivation(random.bytes(KEY_SALT_BYTES), cost);
  const nonce = random.bytes(NONCE_BYTES);
  const key = await deriveBackupKey(secret, derivation);
  const plain = Buffer.from(normalPem(privateKeyPem), 'utf8');
  try {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(binding));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const { N, r, p, salt } = derivation;
    return {
      key: sealed.toString('base64'),
      metadata: {
        envelope_version: 1,
        purpose: binding.purpose,
        encryption: 'aes-256-gcm',
        kdf: 'scrypt',
        kdf_params: { N, r, p },
        salt,
        nonce: nonce.toString('base64'),
        cert_fingerprint: binding.fingerprint,
        aad: 'aun-key-envelope-v1',
        device: 'Desktop',
      },
    };
  } finally {
    key.fill(0);
    plain.fill(0);
  }
}

/**
 * Whether metadata is that of an envelope we understand and fits what it should be bound to.
 * @throws AunError `custody_foreign_envelope`
 */
export function readEnvelopeMetadata(value: unknown, binding: EnvelopeBinding): EnvelopeMetadata {
  const parsed = envelopeMetadataSchema.safeParse(value);
  if (!parsed.success) throw foreign('the key was stored by another program in a form of its own');
  const metadata = parsed.data;
  if (metadata.purpose !== binding.purpose || metadata.cert_fingerprint !== binding.fingerprint)
    throw foreign('the key was stored for another purpose or certificate');
  return metadata;
}

/**
 * Opens an envelope: the private key as PEM.
 * @throws AunError `custody_foreign_envelope` for one that is not ours to read, `backup_wrong_passphrase` when the secret
 *   does not fit or anything was changed: the two cannot be told apart
 */
export async function openKeyEnvelope(
  binding: EnvelopeBinding,
  envelope: { readonly key: string; readonly metadata: unknown },
  secret: string,
): Promise<string> {
  const metadata = readEnvelopeMetadata(envelope.metadata, binding);
  const nonce = Buffer.from(metadata.nonce, 'base64');
  const sealed = Buffer.from(envelope.key, 'base64');
  if (nonce.length !== NONCE_BYTES || sealed.length <= TAG_BYTES)
    throw foreign('parts of the stored key have unexpected lengths');
  const key = await derive(metadata, secret);
  const body = sealed.subarray(0, -TAG_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(binding));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(body), decipher.final()]);
    const pem = plain.toString('utf8');
    plain.fill(0);
    return pem;
  } catch (cause) {
    throw new AunError('backup_wrong_passphrase', 'the secret does not open the stored key', { cause });
  } finally {
    key.fill(0);
  }
}

async function derive(metadata: EnvelopeMetadata, secret: string): Promise<Buffer> {
  if (metadata.kdf === 'argon2id') return deriveArgon(metadata, secret);
  const { N = 0, r = 0, p = 0 } = metadata.kdf_params;
  try {
    return await deriveBackupKey(secret, { alg: 'scrypt', N, r, p, salt: metadata.salt });
  } catch (thrown) {
    if (!(thrown instanceof AunError)) throw thrown;
    throw foreign('parameters of the key derivation are out of bounds', thrown);
  }
}

async function deriveArgon({ kdf_params: params, salt }: EnvelopeMetadata, secret: string): Promise<Buffer> {
  const { m = 0, t = 0, p = 0 } = params;
  const saltBytes = Buffer.from(salt, 'base64');
  const sound =
    [m, t, p].every(Number.isInteger) &&
    p >= 1 &&
    p <= ARGON.lanes &&
    m >= 8 * p &&
    m <= ARGON.memoryKiB &&
    t >= 1 &&
    t <= ARGON.passes &&
    m * t <= ARGON.work &&
    saltBytes.length >= 8 &&
    saltBytes.length <= 64;
  if (!sound) throw foreign('parameters of the key derivation are out of bounds');
  const bytes = secretBytes(secret);
  try {
    return Buffer.from(
      await argon2idAsync(bytes, saltBytes, { m, t, p, dkLen: KEY_BYTES, asyncTick: SLICE_MS }),
    );
  } finally {
    bytes.fill(0);
  }
}
