import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseAid, safeAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { Certificate } from '../ports/identity';
import type { Vault, WrappedSecret } from '../ports/vault';
import { AunError } from '../runtime/errors';
import {
  makePrivateFolder,
  readFileIfPresent,
  syncFolder,
  systemErrorCode,
  writeFileAtomically,
} from '../runtime/files';
import type { Runtime } from '../runtime/runtime';
import { parseCertificate } from './certificate';
import { hueOfPublicKey } from './hue';
import { checkBelongs, createIdentity, writeCertificate } from './identity';
import type { StoredCertificateProblem, StoredIdentity } from './identity';
import {
  generateIdentityKeys,
  keyFileText,
  openKeyFile,
  parseKeyFile,
  sealKeyFile,
  wrappedKey,
} from './key-file';
import type { IdentityKeys } from './key-file';

/** What can be told of an identity without its vault. */
export interface IdentitySummary {
  readonly aid: Aid;
  readonly publicKeySpki: string;
  readonly hue: number;
  /** Folder of the identity: its database lives here too. */
  readonly folder: string;
}

/** A key pair that is on disk but whose registration has not ended (`protocol/01 §7.1`, scheme of 0.5.4). */
export interface PendingIdentity extends IdentityKeys {
  readonly aid: Aid;
  readonly folder: string;
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
  /** Ends a registration: the folder becomes the identity's. @throws AunError `already_exists`, `certificate_mismatch` */
  promote(pending: PendingIdentity, certificate: Certificate): Promise<StoredIdentity>;
  /** Deletes an unfinished registration whose name went to somebody else. */
  discard(pending: PendingIdentity): Promise<void>;
  /** Every wrapped private key, finished or not. */
  secrets(): Promise<WrappedSecret[]>;
}

async function folders(parent: string): Promise<string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}

function keyFilePath(folder: string): string {
  return path.join(folder, 'private', 'key.json');
}

async function readKeyFile(folder: string): Promise<string | null> {
  return (await readFileIfPresent(keyFilePath(folder)))?.toString('utf8') ?? null;
}

/** Own certificates for this very key among `public/certs/`; others in there are passed over. */
async function readOwnCertificates(aid: Aid, folder: string, publicKeySpki: string): Promise<Certificate[]> {
  const certs = path.join(folder, 'public', 'certs');
  const names = await readdir(certs).catch((thrown: unknown) => {
    if (systemErrorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  });
  const found: Certificate[] = [];
  for (const name of names.filter((each) => /^sha256_[0-9a-f]{64}\.pem$/.test(each))) {
    const pem = await readFileIfPresent(path.join(certs, name));
    if (pem === null) continue;
    const certificate = usable(aid, publicKeySpki, pem.toString('utf8'));
    if (typeof certificate !== 'string') found.push(certificate);
  }
  return found.sort((left, right) => right.notBefore - left.notBefore);
}

function usable(aid: Aid, publicKeySpki: string, pem: string): Certificate | StoredCertificateProblem {
  try {
    const certificate = parseCertificate(pem);
    checkBelongs(aid, publicKeySpki, certificate);
    return certificate;
  } catch (thrown) {
    if (!(thrown instanceof AunError)) throw thrown;
    return thrown.code === 'certificate_mismatch' ? 'mismatch' : 'damaged';
  }
}

/** Opens the identities below a data folder. */
export function createIdentityStore(options: {
  readonly dataDir: string;
  readonly vault: Vault;
  readonly runtime: Runtime;
}): IdentityStore {
  const { vault, runtime } = options;
  const logger = runtime.logger.with({ part: 'identity' });
  const root = path.join(options.dataDir, 'AIDs');
  const pendingRoot = path.join(root, '_pending');
  const folderOf = (aid: Aid): string => path.join(root, safeAid(aid));

  /** Folders that may be identities: named like an address; names with `_` in front belong to nobody. */
  async function candidates(): Promise<{ aid: Aid; folder: string }[]> {
    const names = (await folders(root)).sort();
    return names.flatMap((name) => {
      const aid = name === '_pending' ? null : parseAid(name);
      return aid === null || safeAid(aid) !== name ? [] : [{ aid, folder: path.join(root, name) }];
    });
  }

  async function list(): Promise<IdentitySummary[]> {
    const found: IdentitySummary[] = [];
    for (const { aid, folder } of await candidates()) {
      const text = await readKeyFile(folder);
      const file = text === null ? null : parseKeyFile(text);
      if (file === null) continue;
      const publicKeySpki = file.public_key_der_b64;
      found.push({ aid, folder, publicKeySpki, hue: hueOfPublicKey(publicKeySpki) });
    }
    return found;
  }

  async function assemble(aid: Aid, folder: string, keys: IdentityKeys): Promise<StoredIdentity> {
    const kept = await readOwnCertificates(aid, folder, keys.publicKeySpki);
    const pem = await readFileIfPresent(path.join(folder, 'public', 'cert.pem'));
    const active = pem === null ? 'missing' : usable(aid, keys.publicKeySpki, pem.toString('utf8'));
    if (typeof active === 'string') {
      logger.log('warn', 'identity.certificate_unusable', { aid, problem: active });
      return createIdentity({ aid, folder, keys, certificates: kept, problem: active });
    }
    const others = kept.filter((other) => other.fingerprint !== active.fingerprint);
    return createIdentity({ aid, folder, keys, certificates: [active, ...others], problem: null });
  }

  async function load(aid: Aid): Promise<StoredIdentity> {
    const folder = folderOf(aid);
    const text = await readKeyFile(folder);
    if (text === null) throw new AunError('not_found', `there is no key for ${aid} in this data folder`);
    return assemble(aid, folder, await openKeyFile(text, vault));
  }

  async function pendingFolders(): Promise<{ name: string; startedAt: number }[]> {
    return (await folders(pendingRoot))
      .map((name) => ({ name, startedAt: Number(/-[0-9a-f]{8}-(\d+)$/.exec(name)?.[1] ?? -1) }))
      .filter(({ startedAt }) => startedAt >= 0)
      .sort((left, right) => right.startedAt - left.startedAt);
  }

  async function pending(aid: Aid): Promise<PendingIdentity | null> {
    for (const { name } of await pendingFolders()) {
      if (name.replace(/-[0-9a-f]{8}-\d+$/, '') !== safeAid(aid)) continue;
      const folder = path.join(pendingRoot, name);
      const text = await readKeyFile(folder);
      // The key file is written as a whole and before anything is sent: a folder without one registered nothing.
      if (text === null) continue;
      try {
        return { aid, folder, ...(await openKeyFile(text, vault)) };
      } catch (thrown) {
        // Kept as it is, but it must not stand in the way of a new beginning.
        if (!(thrown instanceof AunError) || thrown.code !== 'key_unreadable') throw thrown;
        logger.log('warn', 'identity.pending_unreadable', { aid, folder: name });
      }
    }
    return null;
  }

  async function begin(aid: Aid): Promise<PendingIdentity> {
    const keys = await generateIdentityKeys();
    const seconds = Math.floor(runtime.clock.now() / 1000);
    const suffix = runtime.random.bytes(4).toString('hex');
    const folder = path.join(pendingRoot, `${safeAid(aid)}-${suffix}-${seconds}`);
    const content = await sealKeyFile(keys, vault);
    await makePrivateFolder(path.join(folder, 'private'));
    await writeFileAtomically(keyFilePath(folder), content);
    for (const parent of [folder, pendingRoot, root, options.dataDir]) await syncFolder(parent);
    return { aid, folder, ...keys };
  }

  /** Renames the pending folder; where the identity's folder is there already (public files only), its private part. */
  async function move(from: string, to: string): Promise<void> {
    try {
      await rename(from, to);
    } catch (thrown) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(thrown) ?? '')) throw thrown;
      await rename(path.join(from, 'private'), path.join(to, 'private'));
      await syncFolder(to);
    }
    await syncFolder(root);
  }

  async function promote(unfinished: PendingIdentity, certificate: Certificate): Promise<StoredIdentity> {
    const { aid, folder, privateKey, publicKey, publicKeySpki } = unfinished;
    checkBelongs(aid, publicKeySpki, certificate);
    const target = folderOf(aid);
    if ((await readKeyFile(target)) !== null)
      throw new AunError('already_exists', `there is a key for ${aid} in this data folder already`);
    await writeCertificate(folder, certificate);
    await move(folder, target);
    await writeCertificate(target, certificate);
    await rm(folder, { recursive: true, force: true });
    return assemble(aid, target, { privateKey, publicKey, publicKeySpki });
  }

  function secretIn(folder: string): WrappedSecret {
    const file = keyFilePath(folder);
    const parsed = async () => {
      const content = parseKeyFile((await readKeyFile(folder)) ?? '');
      if (content === null) throw new AunError('key_unreadable', 'a key file is damaged');
      return content;
    };
    return {
      name: path.relative(options.dataDir, file),
      read: async () => wrappedKey(await parsed()),
      replace: async (wrapped) =>
        writeFileAtomically(file, keyFileText((await parsed()).public_key_der_b64, wrapped)),
    };
  }

  return {
    folderOf,
    list,
    async damaged() {
      const usableFolders = new Set((await list()).map(({ folder }) => folder));
      const found: string[] = [];
      for (const { folder } of await candidates())
        if (!usableFolders.has(folder) && (await readKeyFile(folder)) !== null) found.push(folder);
      return found;
    },
    has: async (aid) =>
      stat(keyFilePath(folderOf(aid))).then(
        () => true,
        () => false,
      ),
    load,
    pending,
    begin,
    promote,
    discard: (unfinished) => rm(unfinished.folder, { recursive: true, force: true }),
    async secrets() {
      const own = (await list()).map(({ folder }) => folder);
      const unfinished: string[] = [];
      for (const { name } of await pendingFolders()) {
        const folder = path.join(pendingRoot, name);
        if (parseKeyFile((await readKeyFile(folder)) ?? '') !== null) unfinished.push(folder);
      }
      return [...own, ...unfinished].map(secretIn);
    },
  };
}
