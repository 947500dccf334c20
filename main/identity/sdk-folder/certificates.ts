import path from 'node:path';
import type { Certificate } from '../../ports/identity';
import { AunError } from '../../runtime/errors';
import { parseCertificate } from '../certificate';
import { below, namesIn, readOrdinaryFile } from './safe-read';

const MAX_CERTIFICATE_BYTES = 64 * 1024;
/** Certificates of one identity that are looked at, those of other people included. */
const MAX_CERTIFICATES = 500;

/** The certificates in an identity's folder of the SDKs. */
export interface FoundCertificates {
  /** `cert.pem`: a certificate, or why there is none. */
  readonly active: Certificate | 'missing' | 'unreadable';
  /** Everything readable in `certs/`, of other people too. */
  readonly kept: readonly Certificate[];
}

function parse(pem: Buffer): Certificate | 'unreadable' {
  try {
    return parseCertificate(pem.toString('utf8'));
  } catch (thrown) {
    if (thrown instanceof AunError) return 'unreadable';
    throw thrown;
  }
}

/** Reads `public/cert.pem` and `public/certs/` of an identity's folder; nothing is verified. */
export async function readCertificates(folder: string): Promise<FoundCertificates> {
  const publicFolder = await below(folder, 'public');
  if (publicFolder === null) return { active: 'missing', kept: [] };
  const pem = await readOrdinaryFile(path.join(publicFolder, 'cert.pem'), MAX_CERTIFICATE_BYTES);
  const certs = path.join(publicFolder, 'certs');
  const names = (await namesIn(certs, 'file')).filter((name) => /^sha256_[0-9a-f]{64}\.pem$/i.test(name));
  const kept: Certificate[] = [];
  for (const name of names.slice(0, MAX_CERTIFICATES)) {
    const bytes = await readOrdinaryFile(path.join(certs, name), MAX_CERTIFICATE_BYTES);
    const certificate = bytes === null ? 'unreadable' : parse(bytes);
    if (certificate !== 'unreadable') kept.push(certificate);
  }
  return { active: pem === null ? 'missing' : parse(pem), kept };
}
