import { X509Certificate } from 'node:crypto';
import type { Certificate } from '../ports/identity';
import { AunError, toAunError } from '../runtime/errors';
import type { LoginContext } from './login-context';

/** Finds a certificate that the network holds for an AID; null when it knows none. */
export type CertificateLookup = (aid: LoginContext['aid']) => Promise<string | null>;

/**
 * Adopts the certificate that a sign-in or refresh brought along, after full verification (`protocol/01 §7.3`, §13). One that
 * does not verify is left alone: the old one stays active.
 */
export async function adoptOfferedCertificates(
  context: LoginContext,
  offered: { readonly new_cert?: string | undefined; readonly active_cert?: string | undefined },
): Promise<void> {
  for (const pem of [offered.new_cert, offered.active_cert]) {
    if (pem === undefined || pem === '') continue;
    try {
      const verified = await context.verifier.verifyOwn(context.aid, pem, context.identity.publicKeySpki);
      if (verified.fingerprint !== context.identity.certificate()?.fingerprint)
        await context.identity.adoptCertificate(verified.pem);
      return;
    } catch (thrown) {
      context.runtime.logger.log('warn', 'certificate.offer-refused', { cause: toAunError(thrown).code });
    }
  }
}

/**
 * The active certificate, fetched from the network where this computer holds only the key (`protocol/01 §11`).
 * @throws AunError `not_found` when the network knows no such AID, `own_key_elsewhere` when its key is another one, and what
 * verification throws
 */
export async function ensureOwnCertificate(
  context: LoginContext,
  lookup: CertificateLookup,
): Promise<Certificate> {
  const held = context.identity.certificate();
  if (held !== null) return held;
  const pem = await lookup(context.aid);
  if (pem === null) throw new AunError('not_found', 'this identity is not registered on its network');
  if (!hasKey(pem, context.identity.publicKeySpki))
    throw new AunError('own_key_elsewhere', 'this name is registered with another key');
  const verified = await context.verifier.verifyOwn(context.aid, pem, context.identity.publicKeySpki);
  await context.identity.adoptCertificate(verified.pem);
  return verified;
}

function hasKey(pem: string, publicKeySpki: string): boolean {
  try {
    const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
    return spki.toString('base64') === publicKeySpki;
  } catch {
    return false;
  }
}
