import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ManagedVault, VaultState, WrappedSecret } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { makePrivateFolder, readFileIfPresent, systemErrorCode, writeFileAtomically } from '../runtime/files';
import type { Runtime } from '../runtime/runtime';
import { openAttemptThrottle } from './attempt-throttle';
import type { OpenSystemBackend, VaultBackend } from './backend';
import { blobBytes, parseBlob, unreadable } from './blob';
import type { BackendName, Blob } from './blob';
import { createFileVault, keyFileOf } from './file-vault';
import {
  createPassphraseBackend,
  makePassphraseRecord,
  openPassphraseRecord,
  passphraseRecordSchema,
} from './passphrase-vault';
import type { PassphraseBackend, PassphraseRecord } from './passphrase-vault';

const recordSchema = z.object({
  vault: z.literal(1),
  /** Backend that wraps new secrets. */
  backend: z.enum(['file', 'passphrase', 'os']),
  passphrase: passphraseRecordSchema.nullable(),
});
type VaultRecord = z.infer<typeof recordSchema>;

/** The vault of a data folder: chooses the backend, knows the others as far as old blobs need them. */
export interface VaultManager extends ManagedVault {
  /** Called after every change of the state. */
  onChange(listener: (state: VaultState) => void): void;
}

function recordFileOf(dataDir: string): string {
  return path.join(dataDir, 'vault.json');
}

async function readRecord(dataDir: string): Promise<VaultRecord | null> {
  const bytes = await readFileIfPresent(recordFileOf(dataDir));
  if (bytes === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (thrown) {
    throw unreadable('vault.json in the data folder is damaged', thrown);
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) throw unreadable('vault.json in the data folder was written by another version');
  return parsed.data;
}

/**
 * Opens the vault of a data folder. A passphrase, once set, wins; else the operating system's secret store; else a
 * key file, which says of itself that it protects nothing. The choice is recorded: a folder whose secrets belong to
 * the operating system's store never falls back to the key file in silence.
 * @throws AunError `key_unreadable` when the record is damaged (it is left as it is)
 */
export async function openVaultManager(options: {
  readonly dataDir: string;
  readonly runtime: Runtime;
  /** Null where there is no such store (plain Node). */
  readonly openSystem: OpenSystemBackend | null;
}): Promise<VaultManager> {
  const { dataDir, runtime } = options;
  const logger = runtime.logger.with({ part: 'vault' });
  const throttle = await openAttemptThrottle({ dataDir, clock: runtime.clock, logger });
  const listeners = new Set<(state: VaultState) => void>();
  const stored = await readRecord(dataDir);
  const file = createFileVault(dataDir, runtime.random);
  const system = await (options.openSystem?.() ?? Promise.resolve(null));
  let record: VaultRecord = stored ?? {
    vault: 1,
    backend: system === null ? 'file' : 'os',
    passphrase: null,
  };
  let recorded = stored !== null;
  let master: Buffer | null = null;
  let passphraseBackend: PassphraseBackend | null = null;
  logger.log('info', 'vault.opened', { backend: record.backend, system: system?.label ?? 'none' });

  function backendOf(name: BackendName): VaultBackend {
    if (name === 'file') return file;
    if (name === 'os') {
      if (system !== null) return system;
      throw new AunError('vault_unavailable', 'the secret store of the operating system cannot be reached', {
        retryable: true,
      });
    }
    if (passphraseBackend !== null) return passphraseBackend;
    if (record.passphrase === null)
      throw unreadable('the secret is under a passphrase that this folder does not know');
    throw new AunError('vault_locked', 'the vault needs its passphrase');
  }

  async function save(next: VaultRecord): Promise<void> {
    await makePrivateFolder(dataDir);
    await writeFileAtomically(recordFileOf(dataDir), `${JSON.stringify(next, null, 2)}\n`);
    record = next;
    recorded = true;
  }

  function status(): VaultState {
    const passphraseSet = record.passphrase !== null;
    const common = {
      // A folder that has a passphrase is locked even while a move to it or from it is half done: some secrets need it.
      locked: passphraseSet && passphraseBackend === null,
      passphraseSet,
      systemStore: system?.protected === true ? system.label : null,
    };
    if (record.backend === 'passphrase') return { backend: 'passphrase', protected: true, ...common };
    if (record.backend === 'file') return { backend: 'file', protected: false, ...common };
    return { backend: system?.label ?? 'unavailable', protected: system?.protected ?? false, ...common };
  }

  /** Also what a half-done move has left outside the passphrase stays closed while the folder is locked. */
  function refuseLocked(): void {
    if (status().locked) throw new AunError('vault_locked', 'the vault needs its passphrase');
  }

  function changed(): void {
    const state = status();
    for (const listener of listeners) listener(state);
  }

  async function unwrapBlob(blob: Blob): Promise<Buffer> {
    return backendOf(blob.backend).unwrap(blob);
  }

  /** Wraps and reads back: what is returned has proved that it can be opened. */
  async function wrapVerified(backend: VaultBackend, plain: Uint8Array): Promise<Blob> {
    const blob = await backend.wrap(plain);
    const again = await backend.unwrap(parseBlob(blobBytes(blob)));
    const same = again.equals(plain);
    again.fill(0);
    if (!same) throw new AunError('vault_unavailable', 'the vault did not give back what was put into it');
    return blob;
  }

  async function rewrap(secret: WrappedSecret, name: BackendName): Promise<void> {
    const old = parseBlob(await secret.read());
    if (old.backend === name) return;
    const plain = await unwrapBlob(old);
    try {
      await secret.replace(blobBytes(await wrapVerified(backendOf(name), plain)));
    } finally {
      plain.fill(0);
    }
  }

  /** Fails before anything is changed when one of the secrets cannot be opened. */
  async function checkReadable(secrets: readonly WrappedSecret[]): Promise<void> {
    for (const secret of secrets) (await unwrapBlob(parseBlob(await secret.read()))).fill(0);
  }

  /** No secret is left that the key file could open. */
  async function dropKeyFile(): Promise<void> {
    try {
      await unlink(keyFileOf(dataDir));
    } catch (thrown) {
      if (systemErrorCode(thrown) !== 'ENOENT') logger.log('warn', 'vault.key_file_stays', { error: thrown });
    }
  }

  function open(opened: Buffer): void {
    passphraseBackend?.forget();
    // After a change of the passphrase it is the same key in another place.
    master?.fill(0);
    master = opened;
    passphraseBackend = createPassphraseBackend(opened, runtime.random);
  }

  function close(): void {
    passphraseBackend?.forget();
    passphraseBackend = null;
    master?.fill(0);
    master = null;
  }

  /** @throws AunError `vault_locked` when the vault is locked meanwhile; nothing has changed then */
  async function adoptPassphrase(passphrase: string): Promise<PassphraseRecord> {
    const before = passphraseBackend;
    // A copy: locking meanwhile blanks the key, and a blank one under the new passphrase would lose every secret.
    const held = master === null ? undefined : Buffer.from(master);
    const made = await makePassphraseRecord(passphrase, runtime.random, held);
    if (passphraseBackend !== before) {
      made.master.fill(0);
      throw new AunError('vault_locked', 'the vault was locked while its passphrase was being changed');
    }
    open(made.master);
    return made.record;
  }

  /** Wraps every secret by the operating system's store, each read back before its old wrapping goes. */
  async function moveToSystem(secrets: readonly WrappedSecret[]): Promise<void> {
    await checkReadable(secrets);
    await save({ ...record, backend: 'os' });
    for (const secret of secrets) await rewrap(secret, 'os');
  }

  async function keyFileExists(): Promise<boolean> {
    return (await readFileIfPresent(keyFileOf(dataDir))) !== null;
  }

  return {
    status,
    async wrap(plain) {
      refuseLocked();
      const blob = await wrapVerified(backendOf(record.backend), plain);
      if (!recorded) await save(record);
      return blobBytes(blob);
    },
    async unwrap(wrapped) {
      refuseLocked();
      return unwrapBlob(parseBlob(wrapped));
    },
    unlock(passphrase) {
      return throttle.turn(async (prove) => {
        const stored = record.passphrase;
        if (stored === null || passphraseBackend !== null) return;
        open(await prove(() => openPassphraseRecord(stored, passphrase)));
        changed();
      });
    },
    lock() {
      if (record.passphrase === null)
        throw new AunError('invalid_request', 'there is no passphrase that could unlock the vault again');
      close();
      changed();
    },
    checkPassphrase(passphrase) {
      return throttle.turn(async (prove) => {
        const stored = record.passphrase;
        if (stored === null) throw new AunError('invalid_request', 'no passphrase is set');
        (await prove(() => openPassphraseRecord(stored, passphrase))).fill(0);
      });
    },
    removePassphrase(secrets) {
      return throttle.turn(async () => {
        if (record.passphrase === null) return;
        if (passphraseBackend === null)
          throw new AunError('vault_locked', 'the vault needs its present passphrase first');
        if (system?.protected !== true)
          throw new AunError('vault_unavailable', 'this computer offers no protected place for keys');
        await moveToSystem(secrets);
        await save({ ...record, passphrase: null });
        close();
        changed();
      });
    },
    upgrade(secrets) {
      return throttle.turn(async () => {
        if (system?.protected !== true || record.passphrase !== null) return false;
        // A move that broke off left the key file behind; it is ended now.
        if (record.backend !== 'file' && !(await keyFileExists())) return false;
        await moveToSystem(secrets);
        await dropKeyFile();
        changed();
        return true;
      });
    },
    setPassphrase(passphrase, secrets) {
      return throttle.turn(async () => {
        if (record.passphrase !== null && passphraseBackend === null)
          throw new AunError('vault_locked', 'the vault needs its present passphrase first');
        await checkReadable(secrets);
        // The passphrase is on disk before the first secret is under it, and new secrets use it only when all are.
        await save({ ...record, passphrase: await adoptPassphrase(passphrase) });
        for (const secret of secrets) await rewrap(secret, 'passphrase');
        await save({ ...record, backend: 'passphrase' });
        await dropKeyFile();
        changed();
      });
    },
    onChange(listener) {
      listeners.add(listener);
    },
  };
}
