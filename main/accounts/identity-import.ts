import { issuerOf } from '../../shared/aun/aid';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import { hueOfPublicKey } from '../identity/hue';
import type { IdentityStore, PendingIdentity } from '../identity/identity-store';
import type { IdentityMaterial } from '../ports/identity';
import type { AccountStore, StoreHost } from '../ports/store';
import type { Vault } from '../ports/vault';
import { AunError } from '../runtime/errors';
import type { Random } from '../runtime/runtime';
import { arrivalFile, newEntry } from './account-list';
import type { AccountEntry } from './account-list';
import { databaseFiles, databaseKey } from './database-key';
import { eraseFolder } from './erase-folder';
import type { KeyGate } from './key-gate';
import type { NetworkRecord } from './network-registry';
import { bringNewerKey, certificateOfNewer } from './newer-key';
import type { MergedRows, OutdatedIdentity, StagedKey } from './newer-key';

/** What an import works with. */
export interface ImportParts {
  readonly identities: IdentityStore;
  readonly keyGate: KeyGate;
  readonly store: StoreHost;
  readonly vault: Vault;
  readonly random: Random;
  /** The identity that is here, if its key may be replaced by a newer one. @throws AunError `already_exists` */
  readonly held: (aid: string) => OutdatedIdentity | null;
  readonly adopt: (entry: AccountEntry) => Promise<AccountSnapshot>;
}

/** Where an identity from outside is put together before it gets its place. */
export interface ImportPlace {
  /** Empty database of the identity. */
  readonly store: AccountStore;
  /** Folder that becomes the identity's. */
  readonly folder: string;
  /** The identity is here already: what is in database and folder is added to what it has. */
  readonly added: boolean;
  /** Settles what the list of accounts will keep of it, unless the identity is here already. */
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

/** An import that is complete on disk: an identity that has its place, or a newer key for one that is here. */
type Complete = { readonly entry: AccountEntry } | { readonly newer: StagedKey };

/** What an import came to. */
export interface Imported<T> {
  readonly snapshot: AccountSnapshot;
  readonly result: T;
  /** What was new to an identity that was here already; null for one that is new here. */
  readonly merged: MergedRows | null;
}

/**
 * The one way in for identities from backups, folders of the SDKs and custody services (`protocol/06 §7`): keys and
 * history are complete on disk before the identity gets its place, and nothing is left behind when it fails. The
 * database is new, and so is the device id; for an identity that is here and whose key was replaced elsewhere both stay,
 * and the key that is the active one now becomes its key.
 * @throws AunError `already_exists`, `invalid_request` when the identity is of another network, what `read` throws
 */
export async function importIdentity<T>(parts: ImportParts, read: ImportReader<T>): Promise<Imported<T>> {
  const { complete, result } = await parts.keyGate.write(() => place(parts, read));
  if ('entry' in complete) return { snapshot: await parts.adopt(complete.entry), result, merged: null };
  try {
    return { ...(await bringNewerKey(parts, complete.newer)), result };
  } finally {
    await eraseFolder(complete.newer.pending.folder);
  }
}

async function place<T>(
  parts: ImportParts,
  read: ImportReader<T>,
): Promise<{ readonly complete: Complete; readonly result: T }> {
  const draft = new ImportDraft(parts);
  try {
    const result = await read((material, network) => draft.open(material, network));
    return { complete: await draft.finish(), result };
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
  private newer: Omit<StagedKey, 'pending'> | null = null;

  constructor(private readonly parts: ImportParts) {}

  async open(material: IdentityMaterial, network: NetworkRecord): Promise<ImportPlace> {
    const { identities, vault, random } = this.parts;
    if (this.entry !== null) throw new AunError('internal', 'one import, one identity');
    const held = this.parts.held(material.aid);
    if (issuerOf(material.aid) !== network.issuer) {
      throw new AunError('invalid_request', `${material.aid} does not live on ${network.issuer}`, {
        detail: { issuer: issuerOf(material.aid) },
      });
    }
    if (held !== null) this.newer = { held, certificate: await certificateOfNewer(held, material) };
    const pending = await (held === null
      ? identities.beginImport(material)
      : identities.beginNewerKey(material));
    this.pending = pending;
    const { aid, folder } = pending;
    const hue = hueOfPublicKey(pending.publicKeySpki);
    this.entry = {
      ...newEntry({ aid, network: network.id, displayName: '', hue }),
      unproven: true,
    };
    const key = await databaseKey(folder, vault, random);
    const { database } = databaseFiles(folder);
    const store = await this.parts.store.open(database, key).finally(() => key.fill(0));
    this.store = store;
    return {
      store,
      folder,
      added: held !== null,
      keep: (changed) => {
        if (this.entry !== null) this.entry = { ...this.entry, ...changed };
      },
    };
  }

  async finish(): Promise<Complete> {
    const { entry, pending, newer } = this;
    if (entry === null || pending === null) throw new AunError('internal', 'there was no identity to import');
    await this.close();
    if (newer !== null) return { newer: { ...newer, pending } };
    // Another import of it may have got there first.
    this.parts.held(entry.aid);
    await arrivalFile(pending.folder).write(entry);
    await this.parts.identities.promote(pending, null);
    this.pending = null;
    return { entry };
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
