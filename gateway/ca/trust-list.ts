import { sign } from 'node:crypto';
import { canonicalJson } from '../../shared/aun/canonical-json';
import type { CertificateAuthority } from './authority';

const WEEK = 7 * 24 * 3_600_000;

/** The trust-root list of `protocol/01 §8.1` with the local root, signed by the P-256 list key. `now` in ms. */
export function trustRootList(authority: CertificateAuthority, now: number) {
  const { root } = authority;
  const list = {
    version: 1,
    issued_at: new Date(now).toISOString(),
    next_update: new Date(now + WEEK).toISOString(),
    authority_cert_pem: authority.listCertificate.pem,
    root_cas: [
      {
        id: 'aun-local-dev-root',
        name: 'AUN Local Dev Root CA',
        organization: 'local',
        certificate: root.pem,
        fingerprint_sha256: root.fingerprint.replace('sha256:', ''),
        status: 'active',
        valid_from: new Date(root.notBefore).toISOString(),
        valid_until: new Date(root.notAfter).toISOString(),
      },
    ],
  };
  const key = authority.listKeys.privateKey;
  const signature = sign('sha256', Buffer.from(canonicalJson(list), 'utf8'), { key, dsaEncoding: 'der' });
  return { ...list, authority_signature: signature.toString('base64') };
}
