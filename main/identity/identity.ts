import { sign } from 'node:crypto';
import path from 'node:path';
import type { Aid } from '../../shared/aun/aid';
import type { Certificate, FormerKey, Identity } from '../ports/identity';
import { AunError } from '../runtime/errors';
import { makePrivateFolder, writeFileAtomically } from '../runtime/files';
import { parseCertificate, spkiOf } from './certificate';
import type { IdentityKeys } from './key-file';

/** What is wrong with the stored active certificate, if anything (`protocol/01 §2.3`). */
export type StoredCertificateProblem = 'missing' | 'damaged' | 'mismatch';

/** An identity loaded from disk. */
export interface StoredIdentity extends Identity {
  /** Why there is no usable active certificate, or null when there is one. Adopting a certificate clears it. */
  certificateProblem(): StoredCertificateProblem | null;
}

/** File of a certificate among `public/certs/` (`protocol/01 §2`). */
export function certificateFileName(certificate: Certificate): string {
  return `${certificate.fingerprint.replace(':', '_')}.pem`;
}

/**
 * Writes a certificate into an identity's folder: first among all own certificates, then as the active one, so that an
 * interruption never leaves an active certificate that is not kept.
 */
export async function writeCertificate(folder: string, certificate: Certificate): Promise<void> {
  await keepCertificate(folder, certificate);
  await writeFileAtomically(path.join(folder, 'public', 'cert.pem'), certificate.pem);
}

/** Writes a certificate among all own ones; which one is active does not change. */
export async function keepCertificate(folder: string, certificate: Certificate): Promise<void> {
  const all = path.join(folder, 'public', 'certs');
  await makePrivateFolder(all);
  await writeFileAtomically(path.join(all, certificateFileName(certificate)), certificate.pem);
}

/** Refuses a certificate that is for another name or another key. @throws AunError `certificate_mismatch` */
export function checkBelongs(aid: Aid, publicKeySpki: string, certificate: Certificate): void {
  if (certificate.commonName !== aid || spkiOf(certificate) !== publicKeySpki)
    throw new AunError('certificate_mismatch', `the certificate is not for the key of ${aid}`);
}

/** Puts the parts of an identity together. `certificates` has the active one first when `problem` is null. */
export function createIdentity(parts: {
  readonly aid: Aid;
  readonly folder: string;
  readonly keys: IdentityKeys;
  readonly former: readonly FormerKey[];
  readonly certificates: readonly Certificate[];
  readonly problem: StoredCertificateProblem | null;
}): StoredIdentity {
  const { aid, folder, keys, former } = parts;
  let certificates = parts.certificates;
  let problem = parts.problem;
  let writing: Promise<void> = Promise.resolve();

  async function adopt(pem: string): Promise<void> {
    const certificate = parseCertificate(pem);
    checkBelongs(aid, keys.publicKeySpki, certificate);
    if (problem === null && certificates[0]?.fingerprint === certificate.fingerprint) return;
    await writeCertificate(folder, certificate);
    const others = certificates.filter((other) => other.fingerprint !== certificate.fingerprint);
    certificates = [certificate, ...others];
    problem = null;
  }

  return {
    aid,
    ...keys,
    certificate: () => (problem === null ? (certificates[0] ?? null) : null),
    certificates: () => certificates,
    formerKeys: () => former,
    certificateProblem: () => problem,
    adoptCertificate(pem) {
      // One after the other, so that the last one asked for is the active one.
      const turn = writing.then(() => adopt(pem));
      writing = turn.catch(() => undefined);
      return turn;
    },
    sign: (data) => sign('sha256', data, { key: keys.privateKey, dsaEncoding: 'der' }),
  };
}
