import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseAid, safeAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { Certificate, IdentityMaterial } from '../ports/identity';
import type { Vault, WrappedSecret } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { makePrivateFolder, syncFolder, writeFileAtomically } from '../runtime/files';
import type { Runtime } from '../runtime/runtime';
import { hueOfPublicKey } from './hue';
import { checkBelongs, keepCertificate, writeCertificate } from './identity';
import type { StoredIdentity } from './identity';
import {
  ACTIVE_KEY,
  formerKeyName,
  isPresent,
  keyFileNames,
  keySecret,
  privateFolder,
  readIdentity,
  readKeyText,
  subfolders,
} from './identity-folder';
import { checkMaterial } from './import-material';
import type { CheckedMaterial } from './import-material';
import { beginKeyChange, commitKeyChange, findNextKey } from './key-change';
import type { NextKey } from './key-change';
import { generateIdentityKeys, openKeyFile, parseKeyFile, sealKeyFile } from './key-file';
import type { IdentityKeys } from './key-file';
import { refuseSameKey, stageNextKey } from './newer-key';
import { moveIntoPlace, pendingName, readPendingName } from './pending-folder';
import type { PendingFolder, PendingKind } from './pending-folder';

/** What can be told of an identity without its vault. */
export interface IdentitySummary {
  readonly aid: Aid;
  readonly publicKeySpki: string;
  readonly hue: number;
  /** Folder of the identity: its database lives here too. */
  readonly folder: string;
}

/** An identity that is on disk but not in its place yet: a registration (`protocol/01 §7.1`) or an import. */
export interface PendingIdentity extends IdentityKeys {
  readonly aid: Aid;
  /** What is put into it (a database, for example) comes with it. */
  readonly folder: string;
  readonly kind: PendingKind;
  /** The certificate that an import brought, not verified; null for registrations. */
  readonly certificate: Certificate | null;
}

/** The identities in `{data}/AIDs`, in the layout of `protocol/01 §2`. */
export interface IdentityStore {
  /** Folder of an identity, there or not. */
  folderOf(aid: Aid): string;
  /** Identities with a usable key file, sorted by address. Damaged ones are in {@link IdentityStore.damaged}. */
  list(): Promise<IdentitySummary[]>;
  /** Folders that hold a key file that is not readable as one; nothing is changed in them. */
  damaged(): Promise<string[]>;
  /** Whether there is a key file, readable or not. */
  has(aid: Aid): Promise<boolean>;
  /** @throws AunError `not_found`, `key_unreadable`, and the vault's errors; files stay as they are */
  load(aid: Aid): Promise<StoredIdentity>;
  /** The newest readable unfinished registration of a name, or null. @throws AunError the vault's errors */
  pending(aid: Aid): Promise<PendingIdentity | null>;
  /** Makes a key pair; it is on disk when this resolves. */
  begin(aid: Aid): Promise<PendingIdentity>;
  /**
   * Takes an identity from outside: keys, former keys and certificates, whole and wrapped, but not in its place yet.
   * Imports of the same name that were interrupted are deleted.
   * @throws AunError `already_exists`, `invalid_aid`, `key_unreadable`, `certificate_invalid`, `certificate_mismatch`
   */
  beginImport(material: IdentityMaterial): Promise<PendingIdentity>;
  /**
   * Takes a newer key of an identity that is held already, with what came along, put aside like an import: nothing of the
   * identity changes. @throws AunError `not_found` when none is held, `already_exists` when it is the key that is held, and
   * as {@link IdentityStore.beginImport}
   */
  beginNewerKey(material: IdentityMaterial): Promise<PendingIdentity>;
  /**
   * Puts such a key and the former keys that are unknown here beside the key of now, to be made the active one with
   * {@link IdentityStore.commitRekey}; an interruption is ended like one of a change of key. The folder stays.
   * @throws AunError `not_found`, `already_exists`
   */
  stageNewerKey(pending: PendingIdentity): Promise<NextKey>;
  /**
   * Ends a registration or an import: the folder becomes the identity's. An import may go without a certificate, or
   * with the one it brought, when the network cannot be asked.
   * @throws AunError `already_exists`, `certificate_mismatch`
   */
  promote(pending: PendingIdentity, certificate: Certificate | null): Promise<StoredIdentity>;
  /** Deletes an unfinished registration whose name went to somebody else, or an import that is not wanted. */
  discard(pending: PendingIdentity): Promise<void>;
  /** Deletes what interrupted imports left. Call it once at start, before anything is imported. */
  sweep(): Promise<void>;
  /** A key to change to, on disk. @throws AunError `not_found`, the vault's errors */
  beginRekey(aid: Aid): Promise<NextKey>;
  /** The key that an interrupted change left, or null. @throws AunError the vault's errors */
  pendingRekey(aid: Aid): Promise<NextKey | null>;
  /** The new key becomes the active one, the old one a former one. @throws AunError `certificate_mismatch` */
  commitRekey(next: NextKey, certificate: Certificate): Promise<StoredIdentity>;
  /** Every wrapped private key: active, former, waiting, of registrations and of imports. */
  secrets(): Promise<WrappedSecret[]>;
}

/** Opens the identities below a data folder. */
export function createIdentityStore(options: {
  readonly dataDir: string;
  readonly vault: Vault;
  readonly runtime: Runtime;
}): IdentityStore {
  const { dataDir, vault, runtime } = options;
  const logger = runtime.logger.with({ part: 'identity' });
  const root = path.join(dataDir, 'AIDs');
  const pendingRoot = path.join(root, '_pending');
  const folderOf = (aid: Aid): string => path.join(root, safeAid(aid));
  const warn = (event: string, fields: Readonly<Record<string, unknown>>): void =>
    logger.log('warn', event, fields);
  /** Folders of imports that this store made: somebody may be putting an identity together in them. */
  const underWay = new Set<string>();
  let writing: Promise<unknown> = Promise.resolve();

  /** Key files change one after the other. */
  function turn<T>(work: () => Promise<T>): Promise<T> {
    const next = writing.then(work);
    writing = next.catch(() => undefined);
    return next;
  }

  /** Folders that may be identities: named like an address; names with `_` in front belong to nobody. */
  async function candidates(): Promise<{ aid: Aid; folder: string }[]> {
    return (await subfolders(root)).sort().flatMap((name) => {
      const aid = name === '_pending' ? null : parseAid(name);
      return aid === null || safeAid(aid) !== name ? [] : [{ aid, folder: path.join(root, name) }];
    });
  }

  async function list(): Promise<IdentitySummary[]> {
    const found: IdentitySummary[] = [];
    for (const { aid, folder } of await candidates()) {
      const text = await readKeyText(folder);
      const file = text === null ? null : parseKeyFile(text);
      if (file === null) continue;
      const publicKeySpki = file.public_key_der_b64;
      found.push({ aid, folder, publicKeySpki, hue: hueOfPublicKey(publicKeySpki) });
    }
    return found;
  }

  async function load(aid: Aid): Promise<StoredIdentity> {
    const folder = folderOf(aid);
    const text = await readKeyText(folder);
    if (text === null) throw new AunError('not_found', `there is no key for ${aid} in this data folder`);
    return readIdentity({ aid, folder, keys: await openKeyFile(text, vault), vault }, warn);
  }

  async function pendingFolders(): Promise<PendingFolder[]> {
    return (await subfolders(pendingRoot))
      .flatMap((name) => readPendingName(pendingRoot, name) ?? [])
      .sort((left, right) => right.startedAt - left.startedAt);
  }

  async function pending(aid: Aid): Promise<PendingIdentity | null> {
    for (const { path: folder, kind, safeAid: name } of await pendingFolders()) {
      if (name !== safeAid(aid) || kind !== 'registration') continue;
      const text = await readKeyText(folder);
      // The key file is written as a whole and before anything is sent: a folder without one registered nothing.
      if (text === null) continue;
      try {
        return { aid, folder, kind, certificate: null, ...(await openKeyFile(text, vault)) };
      } catch (thrown) {
        // Kept as it is, but it must not stand in the way of a new beginning.
        if (!(thrown instanceof AunError) || thrown.code !== 'key_unreadable') throw thrown;
        warn('identity.pending_unreadable', { aid, folder: path.basename(folder) });
      }
    }
    return null;
  }

  async function makePending(aid: Aid, kind: PendingKind): Promise<string> {
    const seconds = Math.floor(runtime.clock.now() / 1000);
    const suffix = runtime.random.bytes(4).toString('hex');
    const folder = path.join(pendingRoot, pendingName(safeAid(aid), kind, suffix, seconds));
    if (kind === 'import') underWay.add(folder);
    await makePrivateFolder(privateFolder(folder));
    return folder;
  }

  /** The key file is the last to be written: without it the folder is nothing. */
  async function finishPending(folder: string, keys: IdentityKeys): Promise<void> {
    await writeFileAtomically(path.join(privateFolder(folder), ACTIVE_KEY), await sealKeyFile(keys, vault));
    for (const parent of [folder, pendingRoot, root, dataDir]) await syncFolder(parent);
  }

  async function begin(aid: Aid): Promise<PendingIdentity> {
    const keys = await generateIdentityKeys();
    const folder = await makePending(aid, 'registration');
    await finishPending(folder, keys);
    return { aid, folder, kind: 'registration', certificate: null, ...keys };
  }

  /** What is being put together by another import of the same name stays: it may be the one that succeeds. */
  async function dropImports(of: Aid | null): Promise<void> {
    for (const { path: folder, kind, safeAid: name } of await pendingFolders())
      if (kind === 'import' && !underWay.has(folder) && (of === null || name === safeAid(of)))
        await rm(folder, { recursive: true, force: true });
  }

  async function refuseKnown(aid: Aid): Promise<void> {
    if (await isPresent(path.join(privateFolder(folderOf(aid)), ACTIVE_KEY)))
      throw new AunError('already_exists', `there is a key for ${aid} in this data folder already`);
  }

  async function beginImport(
    material: IdentityMaterial,
    refuse: (aid: Aid, keys: IdentityKeys) => Promise<void>,
  ): Promise<PendingIdentity> {
    const checked = checkMaterial(material);
    const { aid, keys, certificate } = checked;
    await refuse(aid, keys);
    await dropImports(aid);
    const folder = await makePending(aid, 'import');
    try {
      await writeImport(folder, checked);
    } catch (thrown) {
      await rm(folder, { recursive: true, force: true });
      throw thrown;
    }
    return { aid, folder, kind: 'import', certificate, ...keys };
  }

  async function writeImport(folder: string, checked: CheckedMaterial): Promise<void> {
    const { keys, certificate, older, former } = checked;
    for (const [index, each] of former.entries()) {
      const file = path.join(privateFolder(folder), formerKeyName(former.length - index));
      await writeFileAtomically(file, await sealKeyFile(each.keys, vault));
      for (const old of each.certificates) await keepCertificate(folder, old);
    }
    for (const old of older) await keepCertificate(folder, old);
    if (certificate !== null) await writeCertificate(folder, certificate);
    await finishPending(folder, keys);
  }

  async function promote(unfinished: PendingIdentity, given: Certificate | null): Promise<StoredIdentity> {
    const { aid, folder, privateKey, publicKey, publicKeySpki } = unfinished;
    if (given === null && unfinished.kind === 'registration')
      throw new AunError('certificate_mismatch', `the registration of ${aid} ended without a certificate`);
    if (given !== null) checkBelongs(aid, publicKeySpki, given);
    await refuseKnown(aid);
    if (given !== null) await writeCertificate(folder, given);
    const target = folderOf(aid);
    await moveIntoPlace(folder, target);
    return readIdentity({ aid, folder: target, keys: { privateKey, publicKey, publicKeySpki }, vault }, warn);
  }

  async function secretsOf(folder: string): Promise<WrappedSecret[]> {
    const { active, former, next } = await keyFileNames(folder);
    const present = [...(active ? [ACTIVE_KEY] : []), ...[...former, ...next].map(({ name }) => name)];
    const found: WrappedSecret[] = [];
    for (const name of present) {
      if (parseKeyFile((await readKeyText(folder, name)) ?? '') === null) continue;
      const label = path.relative(dataDir, path.join(privateFolder(folder), name));
      found.push(keySecret(folder, name, label, turn));
    }
    return found;
  }

  return {
    folderOf,
    list,
    async damaged() {
      const usableFolders = new Set((await list()).map(({ folder }) => folder));
      const found: string[] = [];
      for (const { folder } of await candidates())
        if (!usableFolders.has(folder) && (await readKeyText(folder)) !== null) found.push(folder);
      return found;
    },
    has: (aid) => isPresent(path.join(privateFolder(folderOf(aid)), ACTIVE_KEY)),
    load,
    pending,
    begin,
    beginImport: (material) => beginImport(material, refuseKnown),
    beginNewerKey: (material) =>
      beginImport(material, (aid, keys) => refuseSameKey(aid, folderOf(aid), keys.publicKeySpki)),
    stageNewerKey: (pendingKey) =>
      turn(() => stageNextKey(pendingKey, folderOf(pendingKey.aid), runtime.clock)),
    promote: (unfinished, certificate) => turn(() => promote(unfinished, certificate)),
    discard: (unfinished) => rm(unfinished.folder, { recursive: true, force: true }),
    sweep: () => dropImports(null),
    beginRekey: (aid) => turn(() => beginKeyChange(aid, folderOf(aid), vault, runtime.clock)),
    pendingRekey: (aid) => findNextKey(aid, folderOf(aid), vault),
    async commitRekey(next, certificate) {
      await turn(() => commitKeyChange(next, certificate));
      return load(next.aid);
    },
    async secrets() {
      const places = [...(await candidates()).map(({ folder }) => folder)];
      for (const { path: folder } of await pendingFolders()) places.push(folder);
      return (await Promise.all(places.map(secretsOf))).flat();
    },
  };
}
