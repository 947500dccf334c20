import path from 'node:path';
import type { Aid } from '../../shared/aun/aid';
import { AunError } from '../runtime/errors';
import { makePrivateFolder, readFileIfPresent, writeFileAtomically } from '../runtime/files';
import type { Clock } from '../runtime/runtime';
import {
  ACTIVE_KEY,
  certificateFiles,
  formerKeyName,
  keyFileNames,
  nextKeyName,
  privateFolder,
  readKeyText,
} from './identity-folder';
import type { NextKey } from './key-change';
import { parseKeyFile } from './key-file';
import type { IdentityKeys } from './key-file';

/** SPKI (b64 of the DER) that a key file names; null when there is none or it is damaged. */
async function spkiIn(folder: string, name: string = ACTIVE_KEY): Promise<string | null> {
  return parseKeyFile((await readKeyText(folder, name)) ?? '')?.public_key_der_b64 ?? null;
}

/**
 * Refuses what is no newer key: there must be a key of this name, and another one.
 * @throws AunError `not_found`, `already_exists`
 */
export async function refuseSameKey(aid: Aid, folder: string, publicKeySpki: string): Promise<void> {
  if ((await readKeyText(folder)) === null)
    throw new AunError('not_found', `there is no key for ${aid} in this data folder`);
  if ((await spkiIn(folder)) === publicKeySpki)
    throw new AunError('already_exists', `this key of ${aid} is here already`);
}

/** Certificates are named by their content: those that are there already are the same. */
async function copyCertificates(from: string, to: string): Promise<void> {
  const target = path.join(to, 'public', 'certs');
  const present = new Set((await certificateFiles(to)).map((file) => path.basename(file)));
  for (const file of await certificateFiles(from)) {
    const pem = present.has(path.basename(file)) ? null : await readFileIfPresent(file);
    if (pem === null) continue;
    await makePrivateFolder(target);
    await writeFileAtomically(path.join(target, path.basename(file)), pem);
  }
}

/** Key files are copied as they are, wrapped; the oldest gets the lowest number. */
async function copyFormerKeys(from: string, to: string, publicKeySpki: string): Promise<void> {
  const held = await keyFileNames(to);
  const known = new Set([publicKeySpki, await spkiIn(to)]);
  for (const { name } of held.former) known.add(await spkiIn(to, name));
  let number = held.former[0]?.number ?? 0;
  for (const { name } of [...(await keyFileNames(from)).former].reverse()) {
    const text = await readKeyText(from, name);
    const spki = await spkiIn(from, name);
    if (text === null || spki === null || known.has(spki)) continue;
    known.add(spki);
    number += 1;
    await writeFileAtomically(path.join(privateFolder(to), formerKeyName(number)), text);
  }
}

/**
 * Puts the key of an import beside the one that is held, to become the active one (`protocol/01 §7.6`): certificates and
 * unknown former keys first, then the key itself as the newest of those that wait. From then on a crash loses nothing:
 * the next start finds the waiting key. @throws AunError `not_found`, `already_exists`, `key_unreadable`
 */
export async function stageNextKey(
  from: IdentityKeys & { readonly aid: Aid; readonly folder: string },
  folder: string,
  clock: Clock,
): Promise<NextKey> {
  const { aid, privateKey, publicKey, publicKeySpki } = from;
  await refuseSameKey(aid, folder, publicKeySpki);
  const text = await readKeyText(from.folder);
  if (text === null) throw new AunError('key_unreadable', `the key of ${aid} that was brought is gone`);
  await copyCertificates(from.folder, folder);
  await copyFormerKeys(from.folder, folder, publicKeySpki);
  const newest = (await keyFileNames(folder)).next[0]?.at ?? 0;
  const at = Math.max(clock.now(), newest + 1);
  const name = nextKeyName(at);
  await writeFileAtomically(path.join(privateFolder(folder), name), text);
  return { aid, folder, name, at, privateKey, publicKey, publicKeySpki };
}
