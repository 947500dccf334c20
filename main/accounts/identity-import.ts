import { issuerOf } from '../../shared/aun/aid';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import { hueOfPublicKey } from '../identity/hue';
import type { IdentityStore, PendingIdentity } from '../identity/identity-store';
import type { StoredIdentity } from '../identity/identity';
import type { IdentityMaterial } from '../ports/identity';
import type { AccountStore, StoreHost } from '../ports/store';
import type { Vault } from '../ports/vault';
import { AunError } from '../runtime/errors';
import type { Random } from '../runtime/runtime';
import { newEntry } from './account-list';
import type { AccountEntry } from './account-list';
import { databaseFiles, databaseKey } from './database-key';
import { eraseFolder } from './erase-folder';
import type { KeyGate } from './key-gate';
import type { NetworkRecord } from './network-registry';

/** What an import works with. */
export interface ImportParts {
  readonly identities: IdentityStore;
  readonly keyGate: KeyGate;
  readonly store: StoreHost;
  readonly vault: Vault;
  readonly random: Random;
  /** @throws AunError `already_exists` */
  readonly refuseHeld: (aid: string) => void;
  readonly adopt: (entry: AccountEntry) => Promise<AccountSnapshot>;
}

/**
 * Reads an identity from outside. It hands the keys to `open`, which puts them on disk and gives an empty database for
 * the history; what it returns is handed on.
 */
export type ImportReader<T> = (open: (material: IdentityMaterial) => Promise<AccountStore>) => Promise<T>;

/**
 * The one way in for identities from backups, folders of the SDKs and custody services (`protocol/06 §7`): keys and
 * history are complete on disk before the identity gets its place, and nothing is left behind when it fails. The
 * database is new, and so is the device id.
 * @throws AunError `already_exists`, `invalid_request` when the identity is of another network, what `read` throws
 */
export async function importIdentity<T>(
  parts: ImportParts,
  network: NetworkRecord,
  displayName: string,
  read: ImportReader<T>,
): Promise<{ readonly snapshot: AccountSnapshot; readonly result: T }> {
  const { identity, result } = await parts.keyGate.write(() => place(parts, network, read));
  const snapshot = await parts.adopt({
    ...newEntry({
      aid: identity.aid,
      network: network.id,
      displayName,
      hue: hueOfPublicKey(identity.publicKeySpki),
    }),
    unproven: true,
  });
  return { snapshot, result };
}

async function place<T>(
  parts: ImportParts,
  network: NetworkRecord,
  read: ImportReader<T>,
): Promise<{ readonly identity: StoredIdentity; readonly result: T }> {
  const { identities, vault, random } = parts;
  let pending: PendingIdentity | null = null;
  let store: AccountStore | null = null;
  try {
    const result = await read(async (material) => {
      if (pending !== null) throw new AunError('internal', 'one import, one identity');
      parts.refuseHeld(material.aid);
      if (issuerOf(material.aid) !== network.issuer) {
        throw new AunError('invalid_request', `${material.aid} does not live on ${network.issuer}`, {
          detail: { issuer: issuerOf(material.aid) },
        });
      }
      pending = await identities.beginImport(material);
      const key = await databaseKey(pending.folder, vault, random);
      store = await parts.store.open(databaseFiles(pending.folder).database, key);
      return store;
    });
    await closed(store);
    store = null;
    return { identity: await identities.promote(begun(pending), null), result };
  } catch (thrown) {
    await closed(store);
    await dropped(pending);
    throw thrown;
  }
}

function begun(pending: PendingIdentity | null): PendingIdentity {
  if (pending === null) throw new AunError('internal', 'there was no identity to import');
  return pending;
}

async function closed(store: AccountStore | null): Promise<void> {
  await store?.close();
}

async function dropped(pending: PendingIdentity | null): Promise<void> {
  if (pending !== null) await eraseFolder(pending.folder);
}
