import { issuerOf } from '../../shared/aun/aid';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import { hueOfPublicKey } from '../identity/hue';
import type { IdentityStore, PendingIdentity } from '../identity/identity-store';
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

/** Where an identity from outside is put together before it gets its place. */
export interface ImportPlace {
  /** Empty database of the identity. */
  readonly store: AccountStore;
  /** Folder that becomes the identity's. */
  readonly folder: string;
  /** Settles what the list of accounts will keep of it. */
  keep(
    changed: Partial<Pick<AccountEntry, 'displayName' | 'chosenHue' | 'notifications' | 'advanced'>>,
  ): void;
}

/**
 * Reads an identity from outside. It hands the keys to `open`, once, which puts them on disk and says where the rest
 * goes; what it returns is handed on.
 */
export type ImportReader<T> = (
  open: (material: IdentityMaterial, network: NetworkRecord) => Promise<ImportPlace>,
) => Promise<T>;

/** An import whose identity has its place. */
interface Placed<T> {
  readonly entry: AccountEntry;
  readonly result: T;
}

/**
 * The one way in for identities from backups, folders of the SDKs and custody services (`protocol/06 §7`): keys and
 * history are complete on disk before the identity gets its place, and nothing is left behind when it fails. The
 * database is new, and so is the device id.
 * @throws AunError `already_exists`, `invalid_request` when the identity is of another network, what `read` throws
 */
export async function importIdentity<T>(
  parts: ImportParts,
  read: ImportReader<T>,
): Promise<{ readonly snapshot: AccountSnapshot; readonly result: T }> {
  const { entry, result } = await parts.keyGate.write(() => place(parts, read));
  return { snapshot: await parts.adopt(entry), result };
}

async function place<T>(parts: ImportParts, read: ImportReader<T>): Promise<Placed<T>> {
  const draft = new ImportDraft(parts);
  try {
    const result = await read((material, network) => draft.open(material, network));
    return { entry: await draft.finish(), result };
  } catch (thrown) {
    await draft.discard();
    throw thrown;
  }
}

/** An identity from outside on its way in. */
class ImportDraft {
  private pending: PendingIdentity | null = null;
  private store: AccountStore | null = null;
  private entry: AccountEntry | null = null;

  constructor(private readonly parts: ImportParts) {}

  async open(material: IdentityMaterial, network: NetworkRecord): Promise<ImportPlace> {
    const { identities, vault, random } = this.parts;
    if (this.entry !== null) throw new AunError('internal', 'one import, one identity');
    this.parts.refuseHeld(material.aid);
    if (issuerOf(material.aid) !== network.issuer) {
      throw new AunError('invalid_request', `${material.aid} does not live on ${network.issuer}`, {
        detail: { issuer: issuerOf(material.aid) },
      });
    }
    const pending = await identities.beginImport(material);
    this.pending = pending;
    const { aid, folder } = pending;
    const hue = hueOfPublicKey(pending.publicKeySpki);
    this.entry = {
      ...newEntry({ aid, network: network.id, displayName: '', hue }),
      unproven: true,
    };
    const key = await databaseKey(folder, vault, random);
    const store = await this.parts.store.open(databaseFiles(folder).database, key);
    this.store = store;
    return {
      store,
      folder,
      keep: (changed) => {
        if (this.entry !== null) this.entry = { ...this.entry, ...changed };
      },
    };
  }

  async finish(): Promise<AccountEntry> {
    const { entry, pending } = this;
    if (entry === null || pending === null) throw new AunError('internal', 'there was no identity to import');
    await this.close();
    await this.parts.identities.promote(pending, null);
    this.pending = null;
    return entry;
  }

  async discard(): Promise<void> {
    await this.close();
    if (this.pending !== null) await eraseFolder(this.pending.folder);
  }

  private async close(): Promise<void> {
    const { store } = this;
    this.store = null;
    await store?.close();
  }
}
