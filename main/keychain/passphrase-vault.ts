import { scrypt } from 'node:crypto';
import { z } from 'zod';
import { AunError } from '../runtime/errors';
import type { Random } from '../runtime/runtime';
import type { VaultBackend } from './backend';
import { seal, unreadable, unseal } from './blob';
import { keyName } from './key-name';

/** Cost of turning a passphrase into a key: 128 MiB and a noticeable part of a second. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
/** Refused for stored parameters: more than this would be an attack on memory, less an attack on the passphrase. */
const LIMITS = { minN: 2 ** 14, maxN: 2 ** 20 } as const;

/**
 * What is kept of a passphrase: parameters, and a random master key sealed under it. Opening the seal proves the
 * passphrase; changing the passphrase seals the same master key anew.
 */
export const passphraseRecordSchema = z.object({
  kdf: z.literal('scrypt'),
  n: z.number().int().min(LIMITS.minN).max(LIMITS.maxN),
  r: z.literal(8),
  p: z.literal(1),
  salt: z.string().min(16),
  master: z.object({
    vault: z.literal(1),
    backend: z.literal('passphrase'),
    key: z.string(),
    nonce: z.string(),
    ciphertext: z.string(),
    tag: z.string(),
  }),
});
export type PassphraseRecord = z.infer<typeof passphraseRecordSchema>;

/** Derives in the thread pool: the caller's thread stays free. */
function derive(passphrase: string, salt: Buffer, n: number): Promise<Buffer> {
  const maxmem = 256 * n * COST.r;
  return new Promise((resolve, reject) => {
    // Both spellings of one accent are the same passphrase.
    scrypt(passphrase.normalize('NFC'), salt, 32, { N: n, r: COST.r, p: COST.p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

const MASTER = { backend: 'passphrase', key: 'master' } as const;

/** Makes the record for a passphrase, with a new master key or (when the passphrase changes) the old one. */
export async function makePassphraseRecord(
  passphrase: string,
  random: Random,
  master: Buffer = random.bytes(32),
): Promise<{ record: PassphraseRecord; master: Buffer }> {
  const salt = random.bytes(16);
  const key = await derive(passphrase, salt, COST.N);
  const sealed = seal(master, key, MASTER, random);
  key.fill(0);
  const record: PassphraseRecord = {
    kdf: 'scrypt',
    n: COST.N,
    r: COST.r,
    p: COST.p,
    salt: salt.toString('base64'),
    master: { ...sealed, backend: 'passphrase' },
  };
  return { record, master };
}

/** Opens the record with a passphrase. @throws AunError `vault_wrong_passphrase` */
export async function openPassphraseRecord(record: PassphraseRecord, passphrase: string): Promise<Buffer> {
  const key = await derive(passphrase, Buffer.from(record.salt, 'base64'), record.n);
  try {
    return unseal(record.master, key);
  } catch (thrown) {
    throw new AunError('vault_wrong_passphrase', 'the passphrase does not open the vault', { cause: thrown });
  } finally {
    key.fill(0);
  }
}

/** The vault under an opened master key. */
export interface PassphraseBackend extends VaultBackend {
  /** Destroys the key in memory. Whoever still holds this backend finds it locked, never wrapping under a blank key. */
  forget(): void;
}

/** Builds the vault over a copy of the master key. */
export function createPassphraseBackend(master: Buffer, random: Random): PassphraseBackend {
  const key = Buffer.from(master);
  const name = { backend: 'passphrase', key: keyName(master) } as const;
  let forgotten = false;
  /** Checked and used within one turn: nothing can lock in between. @throws AunError `vault_locked` */
  function opened(): Buffer {
    if (forgotten) throw new AunError('vault_locked', 'the vault was locked');
    return key;
  }
  return {
    label: 'passphrase',
    protected: true,
    async wrap(plain) {
      return seal(plain, opened(), name, random);
    },
    async unwrap(blob) {
      if (blob.backend !== 'passphrase' || blob.key !== name.key)
        throw unreadable('the secret was wrapped by another vault');
      return unseal(blob, opened());
    },
    forget() {
      forgotten = true;
      key.fill(0);
    },
  };
}
