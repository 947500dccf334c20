import type { Aid } from '../../shared/aun/aid';
import { wireErrorClass } from '../../shared/aun/errors';
import { createAidResultSchema } from '../../shared/aun/wire';
import type { Certificate, CertificateVerifier, PkiSource } from '../ports/identity';
import { AunError, RpcError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import { parseCertificate, spkiOf } from './certificate';
import type { StoredIdentity } from './identity';
import type { IdentityStore, PendingIdentity } from './identity-store';

/** What registration needs from the network. */
export interface RegistrationPorts {
  /** Calls one RPC on a short socket (`protocol/01 §7`). Same errors as {@link RpcCaller}. */
  readonly rpc: (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly pki: Pick<PkiSource, 'certificate'>;
  readonly verifier: Pick<CertificateVerifier, 'verifyOwn'>;
  readonly logger: Logger;
}

interface OwnKey {
  readonly aid: Aid;
  readonly publicKeySpki: string;
}

/** What the network says of a name, seen from a key. */
type Standing = { readonly kind: 'free' | 'foreign' } | { readonly kind: 'own'; readonly pem: string };

async function standingOf(ports: RegistrationPorts, key: OwnKey | null, aid: Aid): Promise<Standing> {
  const pem = await ports.pki.certificate(aid);
  if (pem === null) return { kind: 'free' };
  // Whoever holds the name: a certificate that cannot be read is not ours either.
  const spki = key === null ? null : readableSpki(pem);
  return key !== null && spki === key.publicKeySpki ? { kind: 'own', pem } : { kind: 'foreign' };
}

function readableSpki(pem: string): string | null {
  try {
    return spkiOf(parseCertificate(pem));
  } catch (thrown) {
    if (thrown instanceof AunError) return null;
    throw thrown;
  }
}

function isTaken(thrown: unknown): boolean {
  return thrown instanceof RpcError && thrown.wireMessage.includes('already exists');
}

function nameTaken(aid: Aid): AunError {
  return new AunError('name_taken', `${aid} belongs to somebody else`);
}

function keyElsewhere(aid: Aid): AunError {
  return new AunError('own_key_elsewhere', `${aid} is registered with another key than the one kept here`);
}

/**
 * Registers a key under its name and gives back the checked certificate: right key, right name, full chain
 * (`protocol/01 §7.1`). Repeating it is harmless, the gateway answers with the same certificate.
 * @throws AunError what `occupied` makes when the name belongs to another key; gateway and certificate errors
 */
async function certify(
  ports: RegistrationPorts,
  key: OwnKey,
  occupied: (aid: Aid) => AunError,
): Promise<Certificate> {
  const { aid, publicKeySpki } = key;
  let pem: string;
  try {
    const result = await ports.rpc('auth.create_aid', { aid, public_key: publicKeySpki, curve: 'P-256' });
    const parsed = createAidResultSchema.safeParse(result);
    if (!parsed.success)
      throw new AunError('protocol_error', 'auth.create_aid: the result holds no certificate');
    pem = parsed.data.cert;
  } catch (thrown) {
    if (!isTaken(thrown)) throw thrown;
    const standing = await standingOf(ports, key, aid);
    if (standing.kind !== 'own') throw occupied(aid);
    pem = standing.pem;
  }
  return checkedOwn(ports, key, pem);
}

/**
 * Checks the own certificate as the network just gave it out. One that is not valid yet tells that our clock is behind,
 * not that the certificate is bad.
 */
async function checkedOwn(ports: RegistrationPorts, key: OwnKey, pem: string): Promise<Certificate> {
  try {
    return await ports.verifier.verifyOwn(key.aid, pem, key.publicKeySpki);
  } catch (thrown) {
    if (!(thrown instanceof AunError) || thrown.detail['reason'] !== 'not_yet_valid') throw thrown;
    throw new AunError('clock_skew', 'the clock of this computer is behind that of the network', {
      detail: { ...thrown.detail, cause: thrown.message },
      cause: thrown,
    });
  }
}

/** The gateway looked at the request and will never accept it, so nothing was registered. */
function isRefusal(thrown: unknown): boolean {
  if (!(thrown instanceof RpcError) || thrown.retryable) return false;
  return wireErrorClass(thrown.wireCode) === 'validation';
}

async function finish(
  ports: RegistrationPorts,
  store: IdentityStore,
  pending: PendingIdentity,
  standing: Standing,
): Promise<StoredIdentity> {
  const { aid } = pending;
  if (standing.kind === 'foreign') {
    await store.discard(pending);
    throw nameTaken(aid);
  }
  try {
    const certificate =
      standing.kind === 'own'
        ? await checkedOwn(ports, pending, standing.pem)
        : await certify(ports, pending, nameTaken);
    return await store.promote(pending, certificate);
  } catch (thrown) {
    const foreign = thrown instanceof AunError && thrown.code === 'name_taken';
    if (foreign || isRefusal(thrown)) await store.discard(pending);
    throw thrown;
  }
}

/** Gives an identity that is on disk its certificate back, registering its key again where the network lost it. */
async function complete(ports: RegistrationPorts, identity: StoredIdentity): Promise<StoredIdentity> {
  const standing = await standingOf(ports, identity, identity.aid);
  if (standing.kind === 'foreign') throw keyElsewhere(identity.aid);
  const certificate =
    standing.kind === 'own'
      ? await checkedOwn(ports, identity, standing.pem)
      : await certify(ports, identity, keyElsewhere);
  await identity.adoptCertificate(certificate.pem);
  return identity;
}

/**
 * Makes an identity of this name, or finishes one that was begun before (`protocol/01 §7.1`, §11): the key is on disk
 * before anything is sent, and an interruption at any moment is healed by calling this again. An identity that is
 * complete on disk is returned without asking the network.
 * @throws AunError `name_taken` (somebody else's), `own_key_elsewhere` (we hold a key, the network knows another),
 *   `key_unreadable`, `certificate_invalid`, `clock_skew`, gateway and vault errors
 */
export async function registerIdentity(
  ports: RegistrationPorts,
  store: IdentityStore,
  aid: Aid,
): Promise<StoredIdentity> {
  if (await store.has(aid)) {
    const identity = await store.load(aid);
    return identity.certificate() === null ? complete(ports, identity) : identity;
  }
  const begun = await store.pending(aid);
  if (begun !== null) {
    ports.logger.log('info', 'registration.resumed', { aid });
    return finish(ports, store, begun, await standingOf(ports, begun, aid));
  }
  const standing = await standingOf(ports, null, aid);
  if (standing.kind !== 'free') throw nameTaken(aid);
  return finish(ports, store, await store.begin(aid), standing);
}

/**
 * Registers the key of an existing identity again, for a network that lost the registration, or fetches its current
 * certificate (`protocol/01 §11`).
 * @throws AunError `own_key_elsewhere`, `certificate_invalid`, `certificate_revoked`, `clock_skew`, gateway errors
 */
export async function registerAgain(ports: RegistrationPorts, identity: StoredIdentity): Promise<void> {
  await complete(ports, identity);
}
