import path from 'node:path';
import { safeAid } from '../../../shared/aun/aid';
import type { Aid } from '../../../shared/aun/aid';
import type { Certificate, IdentityMaterial } from '../../ports/identity';
import { AunError } from '../../runtime/errors';
import { spkiOf } from '../certificate';
import { readCertificates } from './certificates';
import type { FoundCertificates } from './certificates';
import { olderKeyFiles, openKey, readKeyFile } from './key-reader';
import type { OpenedKey } from './key-reader';
import { sdkRoot } from './read-folder';
import { below } from './safe-read';
import { readSdkDatabase } from './sdk-database';
import { createSeedRing } from './seeds';
import type { SeedRing } from './seeds';

/** Why a key of an SDK folder stays closed; `reason` in the detail of `sdk_key_unreadable`. */
export type SdkKeyFault = 'no_key' | 'damaged' | 'scheme' | 'not_p256' | 'no_seed_fits';

function unreadable(aid: string, reason: SdkKeyFault, message: string): AunError {
  return new AunError('sdk_key_unreadable', message, { detail: { aid, reason } });
}

/**
 * Takes an identity out of a data folder of the SDKs (`protocol/01 §2.1`): tries the password, the seed file, seed files
 * that were migrated, and the empty seed. Only reads; nothing that comes back has been verified.
 * @throws AunError `sdk_folder_not_found`, `sdk_key_unreadable`
 */
export async function openSdkIdentity(chosen: string, aid: Aid, password: string): Promise<IdentityMaterial> {
  const root = await sdkRoot(chosen);
  const folder = await below(root, 'AIDs', safeAid(aid));
  const keys = folder === null ? null : await below(folder, 'private');
  if (folder === null || keys === null)
    throw unreadable(aid, 'no_key', 'there is no key of this identity in the folder');
  const seeds = createSeedRing(root, password);
  try {
    const opened = await openActive(path.join(keys, 'key.json'), aid, seeds);
    const certificates = await readCertificates(folder);
    const formerKeys = await openFormer(keys, aid, seeds, opened, certificates);
    return {
      aid,
      privateKeyPem: opened.privateKeyPem,
      ...ownCertificates(aid, opened, certificates),
      formerKeys,
      gatewayUrl: await gatewayUrl(folder),
    };
  } finally {
    seeds.forget();
  }
}

async function openActive(file: string, aid: Aid, seeds: SeedRing): Promise<OpenedKey> {
  const content = await readKeyFile(file);
  if (content === 'absent' || content === 'public')
    throw unreadable(aid, 'no_key', 'there is no private key of this identity in the folder');
  if (content === 'damaged') throw unreadable(aid, 'damaged', 'the key file is damaged');
  if (content.protection.kind === 'foreign')
    throw unreadable(aid, 'scheme', 'the key is protected by a scheme nobody knows here');
  const opened = await openKey(content, aid, seeds);
  if (opened === 'locked') throw unreadable(aid, 'no_seed_fits', 'no seed opens the key, or it was changed');
  if (opened === 'unusable') throw unreadable(aid, 'not_p256', 'what the key file holds is no P-256 key');
  return opened;
}

/** Certificates of a name for one key, the newest first. */
function certificatesFor(aid: Aid, spki: string, candidates: readonly Certificate[]): Certificate[] {
  return candidates
    .filter((certificate) => certificate.commonName === aid && spkiOf(certificate) === spki)
    .sort((left, right) => right.notBefore - left.notBefore);
}

/** The active certificate when it is for this key, else the newest kept one that is, and the others. */
function ownCertificates(
  aid: Aid,
  key: OpenedKey,
  { active, kept }: FoundCertificates,
): { certificatePem: string | null; olderCertificatePems: string[] } {
  const own = certificatesFor(aid, key.spki, kept);
  const [current] = typeof active === 'object' ? certificatesFor(aid, key.spki, [active]) : [];
  const chosen = current ?? own[0];
  const older = own.filter((certificate) => certificate.fingerprint !== chosen?.fingerprint);
  return { certificatePem: chosen?.pem ?? null, olderCertificatePems: older.map(({ pem }) => pem) };
}

/** Replaced keys that open too; those that do not are left where they are. */
async function openFormer(
  privateFolder: string,
  aid: Aid,
  seeds: SeedRing,
  active: OpenedKey,
  { kept }: FoundCertificates,
): Promise<IdentityMaterial['formerKeys']> {
  const known = new Set([active.spki]);
  const former: { privateKeyPem: string; certificatePems: string[] }[] = [];
  for (const file of await olderKeyFiles(privateFolder)) {
    const content = await readKeyFile(file);
    if (typeof content === 'string') continue;
    const opened = await openKey(content, aid, seeds);
    if (typeof opened === 'string' || known.has(opened.spki)) continue;
    known.add(opened.spki);
    const certificates = certificatesFor(aid, opened.spki, kept);
    former.push({ privateKeyPem: opened.privateKeyPem, certificatePems: certificates.map(({ pem }) => pem) });
  }
  return former;
}

async function gatewayUrl(folder: string): Promise<string | null> {
  // Where the database cannot be read, discovery finds the gateway; the listing has said so already.
  const facts = await readSdkDatabase(path.join(folder, 'aun.db')).catch(() => null);
  return facts?.gatewayUrl ?? null;
}
