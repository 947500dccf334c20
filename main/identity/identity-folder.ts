import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Aid } from '../../shared/aun/aid';
import type { Certificate, FormerKey } from '../ports/identity';
import type { Vault, WrappedSecret } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { readFileIfPresent, systemErrorCode, writeFileAtomically } from '../runtime/files';
import { parseCertificate, spkiOf } from './certificate';
import { checkBelongs, createIdentity, writeCertificate } from './identity';
import type { StoredCertificateProblem, StoredIdentity } from './identity';
import { keyFileText, openKeyFile, parseKeyFile, wrappedKey } from './key-file';
import type { IdentityKeys } from './key-file';

/** Name of the file that holds the key of now. */
export const ACTIVE_KEY = 'key.json';
const FORMER_KEY = /^key\.json\.v(\d{1,6})$/;
const NEXT_KEY = /^key\.json\.next-(\d{1,16})$/;

/** Folder of an identity's key files. */
export function privateFolder(folder: string): string {
  return path.join(folder, 'private');
}

/** Name of the n-th former key; the SDKs name them so, too (`protocol/01 §2`). */
export function formerKeyName(number: number): string {
  return `${ACTIVE_KEY}.v${number}`;
}

/** Name of a key that the network has not certified yet; `at` is when it was made, Unix ms. */
export function nextKeyName(at: number): string {
  return `${ACTIVE_KEY}.next-${at}`;
}

/** Names of the folders inside `parent`; none when it does not exist. */
export async function subfolders(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch((thrown: unknown) => {
    if (systemErrorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((thrown: unknown) => {
    if (systemErrorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  });
}

/** Text of a key file, or null when there is none. */
export async function readKeyText(folder: string, name: string = ACTIVE_KEY): Promise<string | null> {
  return (await readFileIfPresent(path.join(privateFolder(folder), name)))?.toString('utf8') ?? null;
}

/** Whether a file or folder is there. */
export async function isPresent(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The key files of a folder by their part, former ones newest first. */
export interface KeyFileNames {
  readonly active: boolean;
  readonly former: readonly { readonly name: string; readonly number: number }[];
  readonly next: readonly { readonly name: string; readonly at: number }[];
}

/** Looks which key files a folder has. */
export async function keyFileNames(folder: string): Promise<KeyFileNames> {
  const present = await names(privateFolder(folder));
  const former = present.flatMap((name) => {
    const number = FORMER_KEY.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  const next = present.flatMap((name) => {
    const at = NEXT_KEY.exec(name)?.[1];
    return at === undefined ? [] : [{ name, at: Number(at) }];
  });
  return {
    active: present.includes(ACTIVE_KEY),
    former: former.sort((left, right) => right.number - left.number),
    next: next.sort((left, right) => right.at - left.at),
  };
}

function readable(aid: Aid, pem: string): Certificate | null {
  try {
    const certificate = parseCertificate(pem);
    return certificate.commonName === aid ? certificate : null;
  } catch (thrown) {
    if (thrown instanceof AunError) return null;
    throw thrown;
  }
}

/** Paths of the certificates in `public/certs/`; files with other names are passed over. */
export async function certificateFiles(folder: string): Promise<string[]> {
  const certs = path.join(folder, 'public', 'certs');
  const found = (await names(certs)).filter((name) => /^sha256_[0-9a-f]{64}\.pem$/.test(name));
  return found.map((name) => path.join(certs, name));
}

/** Certificates for this name among `public/certs/`, newest first; others in there are passed over. */
async function keptCertificates(aid: Aid, folder: string): Promise<Certificate[]> {
  const found: Certificate[] = [];
  for (const file of await certificateFiles(folder)) {
    const pem = await readFileIfPresent(file);
    const certificate = pem === null ? null : readable(aid, pem.toString('utf8'));
    if (certificate !== null) found.push(certificate);
  }
  return found.sort((left, right) => right.notBefore - left.notBefore);
}

/** The keys of before. One that cannot be opened is passed over and told: messages to it stay closed until it can. */
async function formerKeys(
  folder: string,
  vault: Vault,
  active: IdentityKeys,
  kept: readonly Certificate[],
  unreadable: (name: string) => void,
): Promise<FormerKey[]> {
  const found: FormerKey[] = [];
  for (const { name } of (await keyFileNames(folder)).former) {
    const text = await readKeyText(folder, name);
    if (text === null) continue;
    try {
      const { privateKey, publicKeySpki } = await openKeyFile(text, vault);
      // The copy of the key of now is there for a moment while it is being replaced.
      const known = [active, ...found].some((other) => other.publicKeySpki === publicKeySpki);
      if (known) continue;
      const certificates = kept.filter((certificate) => spkiOf(certificate) === publicKeySpki);
      found.push({ privateKey, publicKeySpki, certificates });
    } catch (thrown) {
      if (!(thrown instanceof AunError) || thrown.code !== 'key_unreadable') throw thrown;
      unreadable(name);
    }
  }
  return found;
}

function activeCertificate(
  aid: Aid,
  keys: IdentityKeys,
  pem: Buffer | null,
): Certificate | StoredCertificateProblem {
  if (pem === null) return 'missing';
  try {
    const certificate = parseCertificate(pem.toString('utf8'));
    checkBelongs(aid, keys.publicKeySpki, certificate);
    return certificate;
  } catch (thrown) {
    if (!(thrown instanceof AunError)) throw thrown;
    return thrown.code === 'certificate_mismatch' ? 'mismatch' : 'damaged';
  }
}

/** Whether the active certificate is still that of the key before, which was replaced a moment before a crash. */
function isOfFormerKey(aid: Aid, pem: Buffer | null, former: readonly FormerKey[]): boolean {
  const certificate = pem === null ? null : readable(aid, pem.toString('utf8'));
  if (certificate === null) return false;
  const spki = spkiOf(certificate);
  return former.some((key) => key.publicKeySpki === spki);
}

/**
 * Puts an identity together from its folder and its opened key. A change of key that a crash interrupted after the new
 * key became the active one is ended here (`protocol/01 §7.6`).
 * @throws the vault's errors
 */
export async function readIdentity(
  parts: { readonly aid: Aid; readonly folder: string; readonly keys: IdentityKeys; readonly vault: Vault },
  warn: (event: string, fields: Readonly<Record<string, unknown>>) => void,
): Promise<StoredIdentity> {
  const { aid, folder, keys, vault } = parts;
  const all = await keptCertificates(aid, folder);
  const former = await formerKeys(folder, vault, keys, all, (file) =>
    warn('identity.former_key_unreadable', { aid, file }),
  );
  const kept = all.filter((certificate) => spkiOf(certificate) === keys.publicKeySpki);
  const pem = await readFileIfPresent(path.join(folder, 'public', 'cert.pem'));
  let active = activeCertificate(aid, keys, pem);
  const [newest] = kept;
  if (active === 'mismatch' && newest !== undefined && isOfFormerKey(aid, pem, former)) {
    await writeCertificate(folder, newest);
    active = newest;
  }
  if (typeof active === 'string') {
    warn('identity.certificate_unusable', { aid, problem: active });
    return createIdentity({ aid, folder, keys, former, certificates: kept, problem: active });
  }
  const { fingerprint } = active;
  const others = kept.filter((other) => other.fingerprint !== fingerprint);
  return createIdentity({ aid, folder, keys, former, certificates: [active, ...others], problem: null });
}

/**
 * A wrapped key as the vault manages it. A key that another one replaced between reading and replacing is not touched:
 * its new owner would lose it.
 */
export function keySecret(
  folder: string,
  name: string,
  label: string,
  turn: <T>(work: () => Promise<T>) => Promise<T>,
): WrappedSecret {
  const parsed = async () => {
    const content = parseKeyFile((await readKeyText(folder, name)) ?? '');
    if (content === null) throw new AunError('key_unreadable', 'a key file is damaged or gone');
    return content;
  };
  let seen: string | null = null;
  return {
    name: label,
    async read() {
      const content = await parsed();
      seen = content.public_key_der_b64;
      return wrappedKey(content);
    },
    replace: (wrapped) =>
      turn(async () => {
        const { public_key_der_b64: publicKeySpki } = await parsed();
        if (seen !== null && seen !== publicKeySpki)
          throw new AunError('busy', 'the key was changed meanwhile', { retryable: true });
        await writeFileAtomically(
          path.join(privateFolder(folder), name),
          keyFileText(publicKeySpki, wrapped),
        );
      }),
  };
}
