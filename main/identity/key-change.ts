import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Aid } from '../../shared/aun/aid';
import type { Certificate } from '../ports/identity';
import type { Vault } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { syncFolder, writeFileAtomically } from '../runtime/files';
import type { Clock } from '../runtime/runtime';
import { checkBelongs, keepCertificate, writeCertificate } from './identity';
import {
  ACTIVE_KEY,
  formerKeyName,
  keyFileNames,
  nextKeyName,
  privateFolder,
  readKeyText,
} from './identity-folder';
import { generateIdentityKeys, openKeyFile, parseKeyFile, sealKeyFile } from './key-file';
import type { IdentityKeys } from './key-file';

/** A new key that is on disk but that the network has not certified yet (`protocol/01 §7.6`). */
export interface NextKey extends IdentityKeys {
  readonly aid: Aid;
  readonly folder: string;
  /** Its file in the private folder. */
  readonly name: string;
  /** When it was made, Unix ms. */
  readonly at: number;
}

/** The newest readable key that waits to become the active one, or null. @throws the vault's errors */
export async function findNextKey(aid: Aid, folder: string, vault: Vault): Promise<NextKey | null> {
  for (const { name, at } of (await keyFileNames(folder)).next) {
    const text = await readKeyText(folder, name);
    if (text === null) continue;
    try {
      return { aid, folder, name, at, ...(await openKeyFile(text, vault)) };
    } catch (thrown) {
      // It may be the key that the network knows by now: it stays where it is, and a new beginning is possible.
      if (!(thrown instanceof AunError) || thrown.code !== 'key_unreadable') throw thrown;
    }
  }
  return null;
}

/**
 * A key for the identity to change to: the one that an earlier try left, or a fresh one. It is on disk, wrapped, when
 * this resolves. @throws AunError `not_found` without a present key; the vault's errors
 */
export async function beginKeyChange(aid: Aid, folder: string, vault: Vault, clock: Clock): Promise<NextKey> {
  if ((await readKeyText(folder)) === null) throw new AunError('not_found', `there is no key for ${aid}`);
  const begun = await findNextKey(aid, folder, vault);
  if (begun !== null) return begun;
  const keys = await generateIdentityKeys();
  const at = clock.now();
  const name = nextKeyName(at);
  await writeFileAtomically(path.join(privateFolder(folder), name), await sealKeyFile(keys, vault));
  return { aid, folder, name, at, ...keys };
}

/** Number for the key of now among the former ones; the one it has already when a crash came after the copy. */
async function formerNumber(folder: string, publicKeySpki: string): Promise<number> {
  const { former } = await keyFileNames(folder);
  for (const { name, number } of former) {
    const copy = parseKeyFile((await readKeyText(folder, name)) ?? '');
    if (copy?.public_key_der_b64 === publicKeySpki) return number;
  }
  return (former[0]?.number ?? 0) + 1;
}

/**
 * The steps that make the new key the active one, in order. A crash after any of them leaves a whole identity, the old
 * one or the new one: the certificate is kept, the key of now is copied among the former ones, one rename changes the
 * key, the active certificate follows (the next load does that where a crash came first), leftovers go.
 */
export function keyChangeSteps(next: NextKey, certificate: Certificate): readonly (() => Promise<void>)[] {
  const { aid, folder, name, publicKeySpki } = next;
  const keys = privateFolder(folder);
  const present = async () => {
    const text = await readKeyText(folder);
    const file = text === null ? null : parseKeyFile(text);
    if (text === null || file === null) throw new AunError('key_unreadable', `the key of ${aid} is damaged`);
    return { text, isOld: file.public_key_der_b64 !== publicKeySpki, spki: file.public_key_der_b64 };
  };
  return [
    () => keepCertificate(folder, certificate),
    async () => {
      const { text, isOld, spki } = await present();
      if (!isOld) return;
      await writeFileAtomically(path.join(keys, formerKeyName(await formerNumber(folder, spki))), text);
    },
    async () => {
      if (!(await present()).isOld) return;
      await rename(path.join(keys, name), path.join(keys, ACTIVE_KEY));
      await syncFolder(keys);
    },
    () => writeCertificate(folder, certificate),
    () => dropNextKeys(folder),
  ];
}

/** Makes the new key the active one. @throws AunError `certificate_mismatch`, `key_unreadable` */
export async function commitKeyChange(next: NextKey, certificate: Certificate): Promise<void> {
  checkBelongs(next.aid, next.publicKeySpki, certificate);
  for (const step of keyChangeSteps(next, certificate)) await step();
}

/** Forgets keys that never became active: another one did. */
async function dropNextKeys(folder: string): Promise<void> {
  const { next } = await keyFileNames(folder);
  for (const { name } of next) await rm(path.join(privateFolder(folder), name), { force: true });
  if (next.length > 0) await syncFolder(privateFolder(folder));
}
