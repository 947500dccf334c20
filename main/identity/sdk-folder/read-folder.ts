import path from 'node:path';
import { parseAid } from '../../../shared/aun/aid';
import type { Held, SdkIdentity, SdkProblem } from '../../../shared/model/backup';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import type { Logger } from '../../runtime/logger';
import { systemClock } from '../../runtime/runtime';
import type { Clock } from '../../runtime/runtime';
import { spkiOf } from '../certificate';
import { readCertificates } from './certificates';
import type { FoundCertificates } from './certificates';
import { olderKeyFiles, openKey, readKeyFile } from './key-reader';
import type { OpenedKey, SdkKeyFile } from './key-reader';
import { below, isFolder, namesIn } from './safe-read';
import { createSeedRing } from './seeds';
import type { SeedRing } from './seeds';
import { readSdkDatabase } from './sdk-database';
import type { SdkDatabaseFacts } from './sdk-database';

/** What the listing needs from outside. */
export interface ReadOptions {
  /** Where this installation holds an identity already. */
  readonly held?: (aid: string) => Held;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Folders under `AIDs` that are looked at. */
const MAX_FOLDERS = 1000;
const MAX_NAME = 320;

/**
 * The data folder that a chosen path means: the folder itself, or its parent when `AIDs` was chosen.
 * @throws AunError `sdk_folder_not_found`
 */
export async function sdkRoot(chosen: string): Promise<string> {
  const whole = path.resolve(chosen);
  if (await isFolder(path.join(whole, 'AIDs'))) return whole;
  if (path.basename(whole) === 'AIDs' && (await isFolder(whole))) return path.dirname(whole);
  throw new AunError('sdk_folder_not_found', 'there is no data folder of the SDKs at this place');
}

/**
 * Lists the identities in a data folder of either SDK generation (`protocol/01 §2`): folders with a private key, sorted
 * by address. Only reads, follows no links, asks for no password.
 * @throws AunError `sdk_folder_not_found`
 */
export async function readSdkFolder(chosen: string, options: ReadOptions = {}): Promise<SdkIdentity[]> {
  const root = await sdkRoot(chosen);
  const traits = await folderTraits(root);
  const seeds = createSeedRing(root, '');
  const peerFolders = new Set<string>();
  const found: { identity: SdkIdentity; peers: Set<string> }[] = [];
  try {
    for (const name of (await namesIn(path.join(root, 'AIDs'), 'folder')).slice(0, MAX_FOLDERS)) {
      // Registrations and bindings that never ended are kept here too; an address may begin with `_` all the same.
      if (name.startsWith('_') && parseAid(name) === null) continue;
      const folder = path.join(root, 'AIDs', name);
      const keyFolder = await below(folder, 'private');
      const file = keyFolder === null ? 'absent' : await readKeyFile(path.join(keyFolder, 'key.json'));
      if (file === 'absent' || file === 'public') {
        if ((await below(folder, 'public', 'certs')) !== null) peerFolders.add(name);
        continue;
      }
      found.push(await describe({ name, folder, file, seeds, traits, options }));
    }
  } finally {
    seeds.forget();
  }
  return found.map(({ identity, peers }) => ({
    ...identity,
    peers: new Set([...peers, ...peerFolders]).size,
  }));
}

interface FolderTraits {
  readonly older: boolean;
  readonly newer: boolean;
}

/** Signs of a generation that concern the whole folder. */
async function folderTraits(root: string): Promise<FolderTraits> {
  const files = await namesIn(root, 'file');
  const folders = await namesIn(root, 'folder');
  const newer =
    files.some((name) => name.startsWith('.seed.migrated')) ||
    (await isFolder(path.join(root, 'AIDs', '_pending'))) ||
    (await isFolder(path.join(root, 'locks', 'identity')));
  return { older: folders.includes('.aun_backup') || files.includes('.seed'), newer };
}

async function describe(given: {
  name: string;
  folder: string;
  file: SdkKeyFile | 'damaged';
  seeds: SeedRing;
  traits: FolderTraits;
  options: ReadOptions;
}): Promise<{ identity: SdkIdentity; peers: Set<string> }> {
  const { name, folder, file, seeds, options } = given;
  const aid = parseAid(name);
  const opened = file === 'damaged' ? 'locked' : await openKey(file, name, seeds);
  const certificates = await readCertificates(folder);
  const spki = typeof opened === 'object' ? opened.spki : file === 'damaged' ? null : file.statedSpki;
  const older = await olderKeyFiles(path.join(folder, 'private'));
  const database = await databaseFacts(folder, options.logger ?? silentLogger);
  const others = certificates.kept.map(({ commonName }) => commonName).filter((each) => each !== name);
  const identity: SdkIdentity = {
    aid: name.slice(0, MAX_NAME),
    protection: protectionOf(file, opened),
    generation: generationOf(given.traits, opened, older.length > 0 || database?.newGeneration === true),
    certificate: certificateState(name, certificates, spki, (options.clock ?? systemClock).now()),
    notAfter: typeof certificates.active === 'object' ? certificates.active.notAfter : null,
    olderKeys: older.length,
    peers: 0,
    gatewayUrl: database?.gatewayUrl ?? null,
    held: aid === null ? 'no' : (options.held?.(aid) ?? 'no'),
    problem: problemOf(aid !== null, file, opened),
  };
  return { identity, peers: new Set(others) };
}

async function databaseFacts(folder: string, logger: Logger): Promise<SdkDatabaseFacts | null> {
  try {
    return await readSdkDatabase(path.join(folder, 'aun.db'));
  } catch (thrown) {
    // All it could have told is a gateway that discovery finds as well.
    const reason = thrown instanceof Error ? thrown.message : 'unknown';
    logger.log('warn', 'sdk_folder.database_skipped', { identity: path.basename(folder), reason });
    return null;
  }
}

type Opening = OpenedKey | 'locked' | 'unusable';

function protectionOf(file: SdkKeyFile | 'damaged', opened: Opening): SdkIdentity['protection'] {
  if (file === 'damaged' || file.protection.kind === 'foreign') return 'unknown';
  if (file.protection.kind === 'plain') return 'plain';
  if (opened === 'locked') return 'password';
  if (opened === 'unusable') return 'unknown';
  if (opened.source === 'empty_seed') return 'empty_seed';
  return opened.source === 'password' ? 'password' : 'seed_file';
}

/** A guess from what each generation leaves behind. */
function generationOf(
  traits: FolderTraits,
  opened: Opening,
  newerIdentity: boolean,
): SdkIdentity['generation'] {
  const source = typeof opened === 'object' ? opened.source : null;
  if (newerIdentity || source === 'empty_seed' || source === 'migrated_seed_file') return '0.5';
  if (source === 'seed_file' && !traits.newer) return '0.2';
  if (traits.newer !== traits.older) return traits.newer ? '0.5' : '0.2';
  return 'unknown';
}

function certificateState(
  name: string,
  { active }: FoundCertificates,
  spki: string | null,
  now: number,
): SdkIdentity['certificate'] {
  if (typeof active === 'string') return active;
  if (active.commonName !== name || (spki !== null && spkiOf(active) !== spki)) return 'mismatch';
  return active.notAfter < now ? 'expired' : 'valid';
}

function problemOf(addressOk: boolean, file: SdkKeyFile | 'damaged', opened: Opening): SdkProblem | null {
  if (!addressOk) return 'address';
  if (file === 'damaged') return 'key_damaged';
  if (file.protection.kind === 'foreign') return 'key_scheme';
  return opened === 'unusable' ? 'key_type' : null;
}
