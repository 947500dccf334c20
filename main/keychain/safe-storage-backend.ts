import { AunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import type { VaultBackend } from './backend';
import { unreadable } from './blob';

/**
 * The part of Electron's safeStorage that is used. The asynchronous calls exist only in new versions, the synchronous
 * ones are on their way out, and version 25 cannot name its backend: everything is optional.
 */
export interface SafeStorage {
  isEncryptionAvailable?: () => boolean;
  encryptString?: (plain: string) => Buffer;
  decryptString?: (encrypted: Buffer) => string;
  isAsyncEncryptionAvailable?: () => Promise<boolean>;
  encryptStringAsync?: (plain: string) => Promise<Buffer>;
  decryptStringAsync?: (encrypted: Buffer) => Promise<{ readonly result: string }>;
  getSelectedStorageBackend?: () => string;
}

/** One way of calling, whichever the version offers. */
interface Calls {
  available(): Promise<boolean>;
  encrypt(plain: string): Promise<Buffer>;
  decrypt(encrypted: Buffer): Promise<string>;
}

function callsOf(storage: SafeStorage): Calls | null {
  if (
    storage.isAsyncEncryptionAvailable !== undefined &&
    storage.encryptStringAsync !== undefined &&
    storage.decryptStringAsync !== undefined
  ) {
    const { isAsyncEncryptionAvailable, encryptStringAsync, decryptStringAsync } = storage;
    return {
      available: () => isAsyncEncryptionAvailable.call(storage),
      encrypt: (plain) => encryptStringAsync.call(storage, plain),
      decrypt: async (encrypted) => (await decryptStringAsync.call(storage, encrypted)).result,
    };
  }
  const { isEncryptionAvailable, encryptString, decryptString } = storage;
  if (isEncryptionAvailable === undefined || encryptString === undefined || decryptString === undefined)
    return null;
  return {
    available: async () => isEncryptionAvailable.call(storage),
    encrypt: async (plain) => encryptString.call(storage, plain),
    decrypt: async (encrypted) => decryptString.call(storage, encrypted),
  };
}

function labelOf(storage: SafeStorage, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'keychain';
  if (platform === 'win32') return 'dpapi';
  const selected = storage.getSelectedStorageBackend?.();
  return selected === undefined || selected === 'unknown' ? 'keyring' : selected;
}

const PROBE = 'parley probe';
/** On Linux: encrypted with a password that everybody knows. */
const PLAIN_PREFIX = 'v10';

/** Whether the store gives back what it was given, under a key that is worth something. */
async function protects(calls: Calls, platform: NodeJS.Platform): Promise<boolean> {
  if (!(await calls.available())) return false;
  const probe = await calls.encrypt(PROBE);
  if (platform === 'linux' && probe.subarray(0, 3).toString('latin1') === PLAIN_PREFIX) return false;
  return (await calls.decrypt(probe)) === PROBE;
}

/**
 * The operating system's secret store behind safeStorage, or null where it is missing, broken, or (`basic_text`) no
 * protection at all. To be called after the app is ready.
 */
export async function openSafeStorage(
  storage: SafeStorage,
  platform: NodeJS.Platform,
  logger: Logger,
): Promise<VaultBackend | null> {
  const calls = callsOf(storage);
  const label = labelOf(storage, platform);
  if (calls === null || label === 'basic_text') return null;
  try {
    if (!(await protects(calls, platform))) return null;
  } catch (thrown) {
    logger.log('warn', 'vault.system_store_unusable', { label, error: thrown });
    return null;
  }
  return {
    label,
    protected: true,
    async wrap(plain) {
      try {
        const encrypted = await calls.encrypt(Buffer.from(plain).toString('base64'));
        return { vault: 1, backend: 'os', store: label, ciphertext: encrypted.toString('base64') };
      } catch (thrown) {
        throw new AunError('vault_unavailable', `${label} did not encrypt`, {
          retryable: true,
          cause: thrown,
        });
      }
    },
    async unwrap(blob) {
      if (blob.backend !== 'os') throw unreadable('the secret was wrapped by another vault');
      try {
        return Buffer.from(await calls.decrypt(Buffer.from(blob.ciphertext, 'base64')), 'base64');
      } catch (thrown) {
        throw new AunError('key_unreadable', `${label} did not decrypt a secret of ${blob.store}`, {
          cause: thrown,
        });
      }
    },
  };
}
