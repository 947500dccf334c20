import type { Aid } from '../../shared/aun/aid';
import type { Certificate, CertificateVerifier, PkiSource } from '../ports/identity';
import { AunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import { parseCertificate, spkiOf } from './certificate';
import type { StoredIdentity } from './identity';
import type { IdentityStore } from './identity-store';

/**
 * Changes the key of an identity (`protocol/01 §7.6`). The new key is on disk, wrapped, before `rekey` asks the network
 * for its certificate; afterwards it becomes the active one, and the old key stays with its certificates for old
 * messages. The identity that comes back replaces the one in use: whoever holds the old object must take it. When
 * `rekey` fails the new key stays, because the network may have taken it; {@link recoverRekey} finds out, and a
 * repeat uses it again.
 * @throws AunError what `rekey` throws; `certificate_mismatch`; `not_found`; vault errors
 */
export async function rekeyIdentity(parts: {
  readonly store: IdentityStore;
  readonly aid: Aid;
  /** Has the network certify a key, given as b64 of the SPKI DER; the certificate is verified already. */
  readonly rekey: (newPublicKeySpki: string) => Promise<Certificate>;
  readonly logger: Logger;
}): Promise<StoredIdentity> {
  const { store, aid, logger } = parts;
  const next = await store.beginRekey(aid);
  logger.log('info', 'rekey.started', { aid });
  const certificate = await parts.rekey(next.publicKeySpki);
  const identity = await store.commitRekey(next, certificate);
  logger.log('info', 'rekey.ended', { aid });
  return identity;
}

/** How an interrupted change of key ended. `kept`: not registered as far as anybody can say; ask again later. */
export type RekeyRecovery =
  | { readonly outcome: 'nothing' | 'kept' }
  | { readonly outcome: 'committed'; readonly identity: StoredIdentity };

/**
 * Ends a change of key that was interrupted: when the network's certificate of this name carries the waiting key, that
 * key becomes the active one; otherwise it stays, however old it is: a gateway with an old answer, or a lying one, must not be
 * able to make us throw away the only key that owns the name. The next change of key uses it. Call it at start, and again when signing in with the present key is refused.
 * @throws AunError certificate and vault errors; a network that cannot be reached is `kept`, not an error
 */
export async function recoverRekey(parts: {
  readonly store: IdentityStore;
  readonly aid: Aid;
  readonly pki: Pick<PkiSource, 'certificate'>;
  readonly verifier: Pick<CertificateVerifier, 'verifyOwn'>;
  readonly logger: Logger;
}): Promise<RekeyRecovery> {
  const { store, aid, pki, verifier, logger } = parts;
  const next = await store.pendingRekey(aid);
  if (next === null) return { outcome: 'nothing' };
  let pem: string | null;
  try {
    pem = await pki.certificate(aid);
  } catch (thrown) {
    logger.log('info', 'rekey.unknown', { aid, error: thrown });
    return { outcome: 'kept' };
  }
  const certificate = await verifiedFor(next, pem, verifier);
  if (certificate === null) return { outcome: 'kept' };
  const identity = await store.commitRekey(next, certificate);
  logger.log('info', 'rekey.recovered', { aid });
  return { outcome: 'committed', identity };
}

/**
 * The certificate that the network names for a name now, verified, when it carries this key; null when it carries
 * another one or there is none. @throws AunError certificate errors; gateway errors when nobody can be asked
 */
export async function certificateOfKey(parts: {
  readonly aid: Aid;
  /** b64 of the SPKI DER. */
  readonly publicKeySpki: string;
  readonly pki: Pick<PkiSource, 'certificate'>;
  readonly verifier: Pick<CertificateVerifier, 'verifyOwn'>;
}): Promise<Certificate | null> {
  return verifiedFor(parts, await parts.pki.certificate(parts.aid), parts.verifier);
}

async function verifiedFor(
  { aid, publicKeySpki }: { readonly aid: Aid; readonly publicKeySpki: string },
  pem: string | null,
  verifier: Pick<CertificateVerifier, 'verifyOwn'>,
): Promise<Certificate | null> {
  if (pem === null || keyOf(pem) !== publicKeySpki) return null;
  return verifier.verifyOwn(aid, pem, publicKeySpki);
}

function keyOf(pem: string): string | null {
  try {
    return spkiOf(parseCertificate(pem));
  } catch (thrown) {
    if (thrown instanceof AunError) return null;
    throw thrown;
  }
}
