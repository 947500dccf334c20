import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { safeAid } from '../../../shared/aun/aid';
import type { IdentityMaterial } from '../../ports/identity';
import { AunError } from '../../runtime/errors';
import { makePrivateFolder, syncFolder, systemErrorCode, writeFileAtomically } from '../../runtime/files';
import { systemClock, systemRandom } from '../../runtime/runtime';
import type { Clock, Random } from '../../runtime/runtime';
import { parseCertificate } from '../certificate';
import { certificateFileName } from '../identity';
import { fieldKey, masterKey, PRIVATE_KEY_NAME, sealRecord } from './file-protection';
import { writeSdkDatabase } from './sdk-database';

/** Where time and randomness come from. */
export interface WriteOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Writes an identity as a data folder that SDK 0.2.20 and 0.5.4 load with `password` as their seed password
 * (`protocol/01 §2`). The folder must be new or empty; it is there as a whole or not at all, readable by its owner only.
 * Device id, tokens and cursors are not in it: the SDK makes its own.
 * @throws AunError `already_exists` for a folder with something in it, `invalid_request` without a password,
 *   `certificate_invalid`, `disk_full`
 */
export async function writeSdkFolder(
  target: string,
  identity: IdentityMaterial,
  password: string,
  options: WriteOptions = {},
): Promise<void> {
  // Without a password the SDKs of the newer generation would use a key that everybody knows.
  if (password === '') throw new AunError('invalid_request', 'a data folder needs a seed password');
  const { clock = systemClock, random = systemRandom } = options;
  const place = path.resolve(target);
  await requireFree(place);
  await makePrivateFolder(path.dirname(place));
  const draft = path.join(
    path.dirname(place),
    `.${path.basename(place)}.${random.bytes(6).toString('hex')}.tmp`,
  );
  try {
    await fill(path.join(draft, 'AIDs', safeAid(identity.aid)), identity, password, { clock, random });
    for (const folder of [path.join(draft, 'AIDs'), draft]) await syncFolder(folder);
    await moveInto(draft, place);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** @throws AunError `already_exists` */
async function requireFree(place: string): Promise<void> {
  const entries = await readdir(place).catch((thrown: unknown) => {
    const code = systemErrorCode(thrown);
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new AunError('already_exists', 'there is a file of that name');
    throw thrown;
  });
  if (entries.length > 0) throw new AunError('already_exists', 'the folder is not empty');
}

/** An empty folder in the way is removed first, which fails when somebody put something into it meanwhile. */
async function moveInto(draft: string, place: string): Promise<void> {
  try {
    await rmdir(place).catch((thrown: unknown) => {
      if (systemErrorCode(thrown) !== 'ENOENT') throw thrown;
    });
    await rename(draft, place);
  } catch (thrown) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(thrown) ?? '')) throw thrown;
    throw new AunError('already_exists', 'the folder is not empty', { cause: thrown });
  }
  await syncFolder(path.dirname(place));
}

async function fill(
  folder: string,
  identity: IdentityMaterial,
  password: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<void> {
  const keys = path.join(folder, 'private');
  const certs = path.join(folder, 'public', 'certs');
  await makePrivateFolder(keys);
  await makePrivateFolder(certs);
  const seed = Buffer.from(password, 'utf8');
  const master = await masterKey(seed);
  seed.fill(0);
  try {
    const key = fieldKey(master, identity.aid, PRIVATE_KEY_NAME);
    await writeFileAtomically(path.join(keys, 'key.json'), keyFile(key, identity.privateKeyPem, random));
    // Newest first with us, numbered from the oldest with them.
    for (const [index, former] of [...identity.formerKeys].reverse().entries()) {
      const name = `key.json.v${index + 1}`;
      await writeFileAtomically(path.join(keys, name), keyFile(key, former.privateKeyPem, random));
    }
    key.fill(0);
  } finally {
    master.fill(0);
  }
  await writeCertificates(folder, identity);
  const { aid, gatewayUrl } = identity;
  if (gatewayUrl !== null)
    await writeSdkDatabase(path.join(folder, 'aun.db'), { aid, gatewayUrl, now: clock.now() });
  for (const each of [keys, certs, path.join(folder, 'public'), folder]) await syncFolder(each);
}

async function writeCertificates(folder: string, identity: IdentityMaterial): Promise<void> {
  const { certificatePem: active, olderCertificatePems: older, formerKeys } = identity;
  const all = [
    ...(active === null ? [] : [active]),
    ...older,
    ...formerKeys.flatMap((former) => former.certificatePems),
  ];
  for (const pem of all) {
    const certificate = parseCertificate(pem);
    const file = path.join(folder, 'public', 'certs', certificateFileName(certificate));
    await writeFileAtomically(file, certificate.pem);
  }
  if (active !== null)
    await writeFileAtomically(path.join(folder, 'public', 'cert.pem'), parseCertificate(active).pem);
}

/** A `key.json` in the form of the Node SDKs. */
function keyFile(key: Uint8Array, privateKeyPem: string, random: Random): string {
  const privateKey = createPrivateKey(privateKeyPem);
  const plain = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { scheme, ...parts } = sealRecord(key, plain, random);
  plain.fill(0);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const content = {
    public_key_der_b64: publicKey.toString('base64'),
    curve: 'P-256',
    private_key_protection: { scheme, name: PRIVATE_KEY_NAME, persisted: true, ...parts },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
