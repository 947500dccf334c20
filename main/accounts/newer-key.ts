import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import { attachmentFiles } from '../identity/backup';
import type { IdentityStore, PendingIdentity } from '../identity/identity-store';
import { readPrivateKey } from '../identity/import-material';
import type { Certificate, IdentityMaterial } from '../ports/identity';
import { exportKinds, noRows } from '../ports/store';
import type { AccountStore, ExportKind, StoreHost } from '../ports/store';
import type { Vault } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { makePrivateFolder } from '../runtime/files';
import type { Random } from '../runtime/runtime';
import type { AccountEntry } from './account-list';
import { attachmentFolder, databaseFiles, databaseKey } from './database-key';
import type { KeyGate } from './key-gate';

/** Rows that are carried from one database to the other at a time. */
const PAGE_ROWS = 500;

/** An identity that is here and whose key another device replaced, as whoever holds the slots offers it. */
export interface OutdatedIdentity {
  /** What its network says now of a key of it, given as b64 of the SPKI DER; null when another one is the active one. */
  certificateOf(publicKeySpki: string): Promise<Certificate | null>;
  /** Changes what the list of accounts keeps of it. */
  keep(changed: Partial<Pick<AccountEntry, 'archived' | 'unproven' | 'online'>>): Promise<void>;
  /** Closes it and does `work` before anything opens it again. */
  apart<T>(work: () => Promise<T>): Promise<T>;
  /** Opens it; `changed`: with another key, which its notes to self are told. */
  reopen(changed: boolean): Promise<AccountSnapshot>;
}

/** What was new in the database of the identity. */
export type MergedRows = Readonly<Record<ExportKind, number>>;

/** A newer key on disk, with what came along, put aside. */
export interface StagedKey {
  readonly pending: PendingIdentity;
  readonly held: OutdatedIdentity;
  readonly certificate: Certificate;
}

/**
 * The certificate of the key that was brought, if that key is the active one of the identity on its network: the only
 * keys that may replace one that is here. @throws AunError `already_exists`, certificate and gateway errors
 */
export async function certificateOfNewer(
  held: OutdatedIdentity,
  material: IdentityMaterial,
): Promise<Certificate> {
  const certificate = await held.certificateOf(readPrivateKey(material.privateKeyPem).publicKeySpki);
  if (certificate === null)
    throw new AunError('already_exists', 'the key that was brought is not the active one of this identity', {
      detail: { where: 'window', key: 'not_active' },
    });
  return certificate;
}

/**
 * Gives an identity that is here the newer key that was put aside: rows and files it does not have yet are added, then
 * the key changes as in `protocol/01 §7.6`, and the identity opens again. Nothing is undone by a failure half-way, and
 * nothing has to be: rows that came are the identity's own, and the key changes in one step that the next start ends.
 */
export async function bringNewerKey(
  parts: {
    readonly identities: IdentityStore;
    readonly keyGate: KeyGate;
    readonly store: StoreHost;
    readonly vault: Vault;
    readonly random: Random;
  },
  { pending, held, certificate }: StagedKey,
): Promise<{ readonly snapshot: AccountSnapshot; readonly merged: MergedRows }> {
  const { identities, keyGate, vault, random } = parts;
  const folder = identities.folderOf(pending.aid);
  const opened = async (of: string): Promise<AccountStore> => {
    const key = await databaseKey(of, vault, random);
    return parts.store.open(databaseFiles(of).database, key).finally(() => key.fill(0));
  };
  const change = async (): Promise<MergedRows> => {
    const merged = await carry(opened, pending.folder, folder);
    await moveFiles(attachmentFolder(pending.folder), attachmentFolder(folder));
    const next = await identities.stageNewerKey(pending);
    // Before the key changes: an archive never looks whether a key waits for it, and one that is unproven becomes an
    // archive again when nothing came of it.
    await held.keep({ archived: false, unproven: true, online: true });
    await identities.commitRekey(next, certificate);
    await held.keep({ unproven: false });
    return merged;
  };
  let merged: MergedRows;
  try {
    merged = await held.apart(() => keyGate.write(change));
  } catch (thrown) {
    await held.reopen(false);
    throw thrown;
  }
  return { merged, snapshot: await held.reopen(true) };
}

async function carry(
  opened: (folder: string) => Promise<AccountStore>,
  from: string,
  to: string,
): Promise<MergedRows> {
  const source = await opened(from);
  try {
    const target = await opened(to);
    try {
      return await mergeRows(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function mergeRows(source: AccountStore, target: AccountStore): Promise<MergedRows> {
  const merged = noRows();
  for (const kind of exportKinds) {
    let after: number | null = null;
    do {
      const { rows, next }: Awaited<ReturnType<AccountStore['exportRows']>> = await source.exportRows(
        kind,
        after,
        PAGE_ROWS,
      );
      if (rows.length > 0) merged[kind] += await target.importRows(kind, rows);
      after = next;
    } while (after !== null);
  }
  return merged;
}

/** Moves files that are not there yet. */
async function moveFiles(from: string, to: string): Promise<void> {
  const present = new Set<string>();
  for await (const { name } of attachmentFiles(to)) present.add(name);
  for await (const { name, path } of attachmentFiles(from)) {
    if (present.has(name)) continue;
    await makePrivateFolder(to);
    await rename(path, join(to, name));
  }
}
