import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AunError } from '../../runtime/errors';
import { secretBytes } from './secret';

const scryptAsync = promisify<Buffer, Uint8Array, number, object, Buffer>(scrypt);

const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** What a file may ask of us (`protocol/06 §6.3`), and the memory that may cost, so that no file can exhaust the computer. */
const LIMITS = { N: 2 ** 20, r: 32, p: 16, memory: 2 ** 30 };

/** How the key is derived, as it stands in a file. */
export const keyDerivationSchema = z.object({
  alg: z.string(),
  N: z.number().int(),
  r: z.number().int(),
  p: z.number().int(),
  salt: z.base64(),
});
export type KeyDerivation = z.infer<typeof keyDerivationSchema>;

/** Parameters for a new file (`protocol/06 §6.3`). `cost` is N; only test vectors use another than the default. */
export function newKeyDerivation(salt: Uint8Array, cost = 2 ** 17): KeyDerivation {
  return { alg: 'scrypt', N: cost, r: 8, p: 1, salt: Buffer.from(salt).toString('base64') };
}

/** Length of the salt of a new file. */
export const KEY_SALT_BYTES = SALT_BYTES;

/**
 * Derives the 32-byte key of a file from a passphrase or recovery key, off the main thread. The caller wipes it.
 * @throws AunError `backup_too_new` for a derivation this version does not know, `backup_damaged` for parameters out of bounds
 */
export async function deriveBackupKey(secret: string, derivation: KeyDerivation): Promise<Buffer> {
  const { alg, N, r, p } = derivation;
  if (alg !== 'scrypt') throw new AunError('backup_too_new', `unknown key derivation ${JSON.stringify(alg)}`);
  const salt = Buffer.from(derivation.salt, 'base64');
  const memory = 128 * N * r;
  const sound =
    salt.length === SALT_BYTES &&
    N >= 2 &&
    Number.isInteger(Math.log2(N)) &&
    N <= LIMITS.N &&
    r >= 1 &&
    r <= LIMITS.r &&
    p >= 1 &&
    p <= LIMITS.p &&
    memory <= LIMITS.memory;
  if (!sound) throw new AunError('backup_damaged', 'parameters of the key derivation are out of bounds');
  const bytes = secretBytes(secret);
  try {
    // Node refuses what needs more than this; the working memory comes on top of the large table.
    const maxmem = memory + 128 * r * (p + 2) + 2 ** 20;
    return await scryptAsync(bytes, salt, KEY_BYTES, { N, r, p, maxmem });
  } finally {
    bytes.fill(0);
  }
}
