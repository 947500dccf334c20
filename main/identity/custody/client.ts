import { createPrivateKey, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import type { Aid } from '../../../shared/aun/aid';
import type { CertificateVerifier, Identity, IdentityMaterial } from '../../ports/identity';
import type { WebClient } from '../../ports/web';
import { AunError } from '../../runtime/errors';
import type { Logger } from '../../runtime/logger';
import type { Clock, Random } from '../../runtime/runtime';
import { makeRecoveryKey, secretBytes } from '../backup/secret';
import { parseCertificate, spkiOf } from '../certificate';
import { addressIn, placeOf } from './discovery';
import type { CustodyPlace } from './discovery';
import { openKeyEnvelope, readEnvelopeMetadata, sealKeyEnvelope } from './key-envelope';
import type { EnvelopePurpose } from './key-envelope';
import { callCustody, custodyRefused } from './service-call';

/** What the custody client works with. */
export interface CustodyOptions {
  readonly web: WebClient;
  /** Issuer of the network. */
  readonly issuer: string;
  /** The gateway is on this computer: its custody service may speak plain text and have a port of its own. */
  readonly local: boolean;
  readonly verifier: Pick<CertificateVerifier, 'verifyOwn'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** N of scrypt for new envelopes; absent: the one of `protocol/06 §6.3`. */
  readonly cost?: number;
}

/** A code on its way to a phone. */
export interface SentCode {
  readonly expiresInSeconds: number;
  /** Only services for development give the code away. */
  readonly debugCode: string | null;
}

/** What to type on the other device. */
export interface OfferedTransfer {
  readonly transferCode: string;
  /** 26 characters; show it with `groupRecoveryKey`. The service never sees it. */
  readonly oneTimePassword: string;
  /** Unix ms. */
  readonly expiresAt: number;
}

/**
 * Client of a custody service (`protocol/06 §6`): it keeps a key for us that it cannot open. Keep one client for a
 * network: an answer that a mistyped secret did not open can be tried again for ten minutes, though the service gives it
 * out only once. All calls throw AunError `custody_unavailable` where the network offers no such service,
 * `custody_wrong_code`, `custody_rate_limited`, `custody_refused` (with `reason` in the detail), and what the web client
 * throws.
 */
export interface CustodyClient {
  /** The service of the network, or null when there is none. `aid` is asked first where it is known. */
  find(aid: Aid | null): Promise<{ readonly host: string } | null>;
  /** Has a code sent: to bind the phone, with the token of `aid`; to restore `aid`, without one. */
  sendCode(request: { aid: Aid; phone: string; token: string | null }): Promise<SentCode>;
  /** Leaves the key under the phone, encrypted with `secret` (twelve characters or more). Returns when, in Unix ms. */
  backup(request: {
    identity: Identity;
    phone: string;
    code: string;
    secret: string;
    token: string;
  }): Promise<{ storedAt: number }>;
  /**
   * Fetches and opens a key; checked against its certificate and chain, not yet logged in with.
   * @throws AunError also `custody_foreign_envelope`, `backup_wrong_passphrase`, `certificate_mismatch`, and the verifier's
   */
  restore(request: { aid: Aid; phone: string; code: string; secret: string }): Promise<IdentityMaterial>;
  /** Leaves the key for another device of the same user. */
  offerTransfer(request: { identity: Identity; token: string }): Promise<OfferedTransfer>;
  /** Takes such a key over; throws as {@link CustodyClient.restore} does. */
  claimTransfer(request: {
    aid: Aid;
    transferCode: string;
    oneTimePassword: string;
  }): Promise<IdentityMaterial>;
}

const DISCOVERY_TIMEOUT_MS = 5_000;
const MAX_DOCUMENT_BYTES = 64 * 1024;
const MIN_SECRET = 12;
const PHONE = /^\+[1-9]\d{6,14}$/;
const TRANSFER_CODE = /^[A-Z0-9]{4,32}$/;
/** How long an answer stays at hand whose secret did not fit, in ms. */
const HELD_MS = 10 * 60_000;
const MAX_HELD = 4;

const sentSchema = z.object({
  expires_in_seconds: z.number().int().positive().max(86_400).catch(300),
  debug_code: z.string().max(12).optional().catch(undefined),
});
const objectSchema = z.looseObject({});
const materialSchema = z.object({
  aid: z.string(),
  cert_pem: z.string().max(32_768),
  key_pem: z.string().max(65_536),
  metadata: z.unknown().optional(),
});
const transferSchema = z.object({
  transfer_code: z.string().transform((code) => code.toUpperCase()),
  expires_in_seconds: z.number().positive().max(86_400).catch(300),
});

type Material = z.infer<typeof materialSchema>;

/** Opens the client of one network. */
export function createCustodyClient(options: CustodyOptions): CustodyClient {
  const { web, issuer, local, verifier, clock, random } = options;
  const logger = options.logger.with({ part: 'custody' });
  const places = new Map<string, CustodyPlace>();
  const held = new Map<string, { readonly material: Material; readonly until: number }>();

  async function ask(host: string): Promise<CustodyPlace | null> {
    const answer = await web.request({
      host,
      method: 'GET',
      path: '/.well-known/aun-custody',
      headers: { accept: 'application/json' },
      timeoutMs: DISCOVERY_TIMEOUT_MS,
      maxBytes: MAX_DOCUMENT_BYTES,
    });
    const found =
      answer.status >= 200 && answer.status <= 299 ? addressIn(answer.body.toString('utf8')) : null;
    if (found === null) return null;
    const place = placeOf(found, { issuer, local });
    if (typeof place !== 'string') return place;
    logger.log('warn', 'custody.address_refused', { host, reason: place });
    return null;
  }

  /** @throws what the web client throws, when nobody could be asked */
  async function locate(aid: Aid | null): Promise<CustodyPlace | null> {
    const known = places.get(aid ?? '');
    if (known !== undefined) return known;
    let trouble: unknown = null;
    let answered = false;
    for (const host of [...(aid === null ? [] : [aid]), `aid_custody.${issuer}`]) {
      try {
        const place = await ask(host);
        answered = true;
        if (place === null) continue;
        places.set(aid ?? '', place);
        return place;
      } catch (thrown) {
        if (!(thrown instanceof AunError)) throw thrown;
        trouble = thrown;
      }
    }
    if (!answered) throw trouble;
    return null;
  }

  async function call<Output>(
    aid: Aid,
    path: string,
    body: Readonly<Record<string, unknown>>,
    schema: z.ZodType<Output>,
    token?: string,
  ): Promise<Output> {
    const place = await locate(aid);
    if (place === null) throw new AunError('custody_unavailable', 'this network offers no custody service');
    return callCustody(web, place, { path, body, token }, schema);
  }

  async function envelopeFor(identity: Identity, purpose: EnvelopePurpose, secret: string) {
    const certificate = identity.certificate();
    if (certificate === null)
      throw new AunError('certificate_mismatch', 'the identity has no certificate to go with its key');
    const pem = identity.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const binding = { purpose, aid: identity.aid, fingerprint: certificate.fingerprint };
    const { key, metadata } = await sealKeyEnvelope(binding, pem, secret, random, options.cost);
    return { cert: certificate.pem, key, metadata };
  }

  /** The service gives material out once: what it gave is kept at hand until a secret has opened it. */
  async function open(
    aid: Aid,
    purpose: EnvelopePurpose,
    name: string,
    secret: string,
    fetch: () => Promise<Material>,
  ): Promise<IdentityMaterial> {
    const now = clock.now();
    for (const [key, { until }] of held) if (until <= now) held.delete(key);
    const material = held.get(name)?.material ?? (await fetch());
    if (held.size >= MAX_HELD) held.clear();
    held.set(name, { material, until: now + HELD_MS });
    const identity = await openMaterial(aid, purpose, material, secret);
    held.delete(name);
    return identity;
  }

  /** The checks of `protocol/06 §6.3`, the cheap ones first. */
  async function openMaterial(
    aid: Aid,
    purpose: EnvelopePurpose,
    material: Material,
    secret: string,
  ): Promise<IdentityMaterial> {
    const certificate = parseCertificate(material.cert_pem);
    if (material.aid !== aid || certificate.commonName !== aid)
      throw new AunError('certificate_mismatch', 'the service gave out the key of somebody else');
    const binding = { purpose, aid, fingerprint: certificate.fingerprint };
    readEnvelopeMetadata(material.metadata, binding);
    await verify(aid, certificate.pem, spkiOf(certificate));
    const envelope = { key: material.key_pem, metadata: material.metadata };
    const opened = await openKeyEnvelope(binding, envelope, secret);
    const privateKeyPem = pemFor(opened, spkiOf(certificate));
    return {
      aid,
      privateKeyPem,
      certificatePem: certificate.pem,
      olderCertificatePems: [],
      formerKeys: [],
      gatewayUrl: null,
    };
  }

  /** A certificate that has merely expired since is still the way to a fresh one. */
  async function verify(aid: Aid, pem: string, spki: string): Promise<void> {
    try {
      await verifier.verifyOwn(aid, pem, spki);
    } catch (thrown) {
      if (!(thrown instanceof AunError) || thrown.detail['reason'] !== 'expired') throw thrown;
      logger.log('info', 'custody.certificate_expired', { aid });
    }
  }

  return {
    async find(aid) {
      const place = await locate(aid);
      return place === null ? null : { host: place.host };
    },
    async sendCode({ aid, phone, token }) {
      const number = normalPhone(phone);
      const body = { phone: number, ...(token === null ? { aid } : {}) };
      const sent = await call(aid, 'accounts/send-code', body, sentSchema, token ?? undefined);
      return { expiresInSeconds: sent.expires_in_seconds, debugCode: sent.debug_code ?? null };
    },
    async backup({ identity, phone, code, secret, token }) {
      if (secret.length < MIN_SECRET) throw new AunError('invalid_request', 'the secret is too short');
      const number = normalPhone(phone);
      const envelope = await envelopeFor(identity, 'backup', secret);
      const body = { phone: number, code: code.trim(), ...envelope };
      await call(identity.aid, 'accounts/bind-phone', body, objectSchema, token);
      logger.log('info', 'custody.stored', { aid: identity.aid });
      return { storedAt: clock.now() };
    },
    async restore({ aid, phone, code, secret }) {
      const body = { phone: normalPhone(phone), code: code.trim(), aid };
      const name = `phone|${aid}|${body.phone}|${body.code}`;
      return open(aid, 'backup', name, secret, () =>
        call(aid, 'accounts/restore-phone', body, materialSchema),
      );
    },
    async offerTransfer({ identity, token }) {
      const { aid } = identity;
      const oneTimePassword = makeRecoveryKey(random);
      const envelope = await envelopeFor(identity, 'device-transfer', oneTimePassword);
      const begun = clock.now();
      const transfer = await call(aid, 'transfers', { aid }, transferSchema, token);
      const { transfer_code: transferCode } = transfer;
      if (!TRANSFER_CODE.test(transferCode))
        throw new AunError('protocol_error', 'the custody service gave out a code that is none');
      await call(aid, `transfers/${transferCode}/materials`, { aid, ...envelope }, objectSchema, token);
      logger.log('info', 'custody.transfer_offered', { aid });
      return { transferCode, oneTimePassword, expiresAt: begun + transfer.expires_in_seconds * 1000 };
    },
    async claimTransfer({ aid, transferCode, oneTimePassword }) {
      const code = transferCode.replace(/[\s\p{Pd}]/gu, '').toUpperCase();
      if (!TRANSFER_CODE.test(code)) throw custodyRefused('transfer_not_found', 'this is no transfer code');
      // The service destroys what it gives out: a password that cannot be one must not cost the user the transfer.
      if (!isOneTimePassword(oneTimePassword))
        throw new AunError('backup_wrong_passphrase', 'this is no one-time password');
      return open(aid, 'device-transfer', `transfer|${aid}|${code}`, oneTimePassword, () =>
        call(aid, 'transfers/claim', { aid, transfer_code: code }, materialSchema),
      );
    },
  };
}

function normalPhone(typed: string): string {
  const phone = typed.replace(/[\s().\p{Pd}]/gu, '');
  if (!PHONE.test(phone))
    throw custodyRefused('invalid_phone', 'this is no phone number with a country code');
  return phone;
}

function isOneTimePassword(typed: string): boolean {
  const bytes = secretBytes(typed);
  const fits = /^[A-Z2-7]{26}$/.test(bytes.toString('latin1'));
  bytes.fill(0);
  return fits;
}

/** The key as PKCS#8 PEM when it is the one of the certificate. @throws AunError `certificate_mismatch` */
function pemFor(text: string, spki: string): string {
  try {
    const key = createPrivateKey(text);
    const found = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
    if (found === spki) return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    // Not a key at all: said below.
  }
  throw new AunError('certificate_mismatch', 'the stored key does not belong to its certificate');
}
