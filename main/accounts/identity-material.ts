import type { Identity, IdentityMaterial } from '../ports/identity';

/** An identity in the form in which it leaves this computer, to be encrypted at once by whoever asks for it. */
export function materialOf(identity: Identity, gatewayUrl: string | null): IdentityMaterial {
  const certificate = identity.certificate();
  const others = identity.certificates().filter((other) => other.fingerprint !== certificate?.fingerprint);
  return {
    aid: identity.aid,
    privateKeyPem: pemOf(identity.privateKey),
    certificatePem: certificate?.pem ?? null,
    olderCertificatePems: others.map(({ pem }) => pem),
    formerKeys: identity.formerKeys().map((former) => ({
      privateKeyPem: pemOf(former.privateKey),
      certificatePems: former.certificates.map(({ pem }) => pem),
    })),
    gatewayUrl,
  };
}

function pemOf(key: Identity['privateKey']): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
