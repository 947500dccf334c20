import { X509Certificate } from 'node:crypto';
import type { CertificateVerifier } from './certificate-verifier';
import type { DataDir } from './data-dir';
import { pemBlocks } from './der';
import { SdkError, messageOf } from './errors';
import { gatewayHttp, httpText } from './http';
import type { NetworkOptions } from './http';
import { readPrekeyReply } from './prekeys';
import type { PrekeyMaterial } from './prekeys';
import { certificateFingerprint, spkiFingerprint } from './primitives';

const CACHE_MS = 3600 * 1000;
const STALE_MS = 7200 * 1000;
const CERT_TIMEOUT_MS = 30_000;

interface CachedCertificate {
  certificate: X509Certificate;
  validatedAt: number;
}

interface CachedPrekeys {
  list: PrekeyMaterial[];
  at: number;
}

export interface PeerMaterialOptions {
  ownAid: string;
  gatewayUrl: string;
  data: DataDir;
  network: NetworkOptions;
  verifier: CertificateVerifier;
  now: () => number;
  call: (method: string, params: Record<string, unknown>) => Promise<unknown>;
}

/** Certificates and prekeys of peers with the SDK's hour-long caches (protocol/02 §2.2, §7). */
export class PeerMaterial {
  readonly #options: PeerMaterialOptions;
  readonly #certificates = new Map<string, CachedCertificate>();
  readonly #fetching = new Map<string, Promise<X509Certificate>>();
  readonly #lists = new Map<string, CachedPrekeys>();
  /** One entry per AID, refreshed by every send: after an hour of chatting it stands in for the whole list. */
  readonly #single = new Map<string, CachedPrekeys>();

  constructor(options: PeerMaterialOptions) {
    this.#options = options;
  }

  /** A verified certificate of the AID, of exactly that fingerprint when one is given. */
  async certificate(aid: string, fingerprint = ''): Promise<X509Certificate> {
    const key = fingerprint ? `${aid}#${fingerprint}` : aid;
    const known = this.#certificates.get(key);
    const age = known ? this.#options.now() - known.validatedAt : Infinity;
    if (known && age <= CACHE_MS) return known.certificate;
    const running = this.#fetching.get(key);
    if (running) return running;
    const fetching = this.#fetch(aid, fingerprint).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    try {
      const certificate = await fetching;
      this.#certificates.set(key, { certificate, validatedAt: this.#options.now() });
      return certificate;
    } catch (error) {
      if (known && age <= STALE_MS) return known.certificate;
      throw error;
    }
  }

  /** Makes sure a sender's certificate is at hand; false when it cannot be had. */
  async ensureSender(aid: string, fingerprint: string): Promise<boolean> {
    try {
      await this.certificate(aid, fingerprint);
      return true;
    } catch {
      return false;
    }
  }

  /** Any certificate of the AID that was verified in this session, the newest one first. */
  cached(aid: string): X509Certificate | null {
    const plain = this.#certificates.get(aid);
    if (plain) return plain.certificate;
    const named = [...this.#certificates].filter(([key]) => key.startsWith(`${aid}#`));
    return named.at(-1)?.[1].certificate ?? null;
  }

  /** The certificate with exactly that DER fingerprint, from memory or disk. */
  stored(aid: string, fingerprint: string): X509Certificate | null {
    for (const key of [`${aid}#${fingerprint}`, aid]) {
      const known = this.#certificates.get(key)?.certificate;
      if (known && certificateFingerprint(known) === fingerprint) return known;
    }
    const record = this.#options.data.load(aid);
    const pem = record.certificates[fingerprint] ?? record.certPem;
    if (!pem) return null;
    const certificate = new X509Certificate(pem);
    return certificateFingerprint(certificate) === fingerprint ? certificate : null;
  }

  /** The peer's device prekeys, cached for an hour. Empty when the peer has none. */
  async prekeys(aid: string): Promise<PrekeyMaterial[]> {
    const now = this.#options.now();
    const list = this.#lists.get(aid);
    if (list && now - list.at <= CACHE_MS) return list.list;
    const single = this.#single.get(aid);
    if (single && now - single.at <= CACHE_MS) return single.list;
    let reply: unknown;
    try {
      reply = await this.#options.call('message.e2ee.get_prekey', { aid });
    } catch (error) {
      throw new SdkError('ValidationError', `failed to fetch peer prekey for ${aid}: ${messageOf(error)}`);
    }
    const fresh = readPrekeyReply(reply, aid);
    if (fresh.length > 0) this.#lists.set(aid, { list: fresh, at: now });
    return fresh;
  }

  /** Notes the prekey a send used. */
  touch(aid: string, prekey: PrekeyMaterial): void {
    this.#single.set(aid, { list: [prekey], at: this.#options.now() });
  }

  /** Drops everything cached about the peer, before the one repeat of a send. */
  forget(aid: string): void {
    this.#lists.delete(aid);
    this.#single.delete(aid);
    for (const key of this.#certificates.keys()) {
      if (key === aid || key.startsWith(`${aid}#`)) this.#certificates.delete(key);
    }
  }

  async #fetch(aid: string, fingerprint: string): Promise<X509Certificate> {
    if (fingerprint && !fingerprint.startsWith('sha256:')) {
      throw new SdkError('ValidationError', `unsupported cert fingerprint for ${aid}`);
    }
    const gateway = this.#gatewayOf(aid);
    const url = gatewayHttp(gateway, `/pki/cert/${encodeURIComponent(aid)}`);
    const get = (address: string): Promise<string> =>
      httpText(address, this.#options.network, CERT_TIMEOUT_MS);
    const text = fingerprint
      ? await get(`${url}?cert_fingerprint=${encodeURIComponent(fingerprint)}`).catch(() => get(url))
      : await get(url);
    const pem = pemBlocks(text)[0] ?? '';
    const certificate = new X509Certificate(pem);
    if (
      fingerprint &&
      certificateFingerprint(certificate) !== fingerprint &&
      spkiFingerprint(certificate) !== fingerprint
    ) {
      throw new SdkError(
        'ValidationError',
        `peer cert fingerprint mismatch for ${aid}: expected=${fingerprint}`,
        {
          localCode: 'PEER_CERT_FINGERPRINT_MISMATCH',
        },
      );
    }
    try {
      await this.#options.verifier.verify(certificate, gateway, aid);
    } catch (error) {
      throw new SdkError('ValidationError', `peer cert verification failed for ${aid}: ${messageOf(error)}`);
    }
    this.#options.data.update(aid, (record) => {
      record.certificates[certificateFingerprint(certificate)] = pem;
    });
    return certificate;
  }

  /** The peer's gateway by textual replacement of the issuer (protocol/01 §6.2). */
  #gatewayOf(aid: string): string {
    const issuerOf = (name: string): string => name.slice(name.indexOf('.') + 1);
    const own = `gateway.${issuerOf(this.#options.ownAid)}`;
    const peer = `gateway.${issuerOf(aid)}`;
    return own === peer ? this.#options.gatewayUrl : this.#options.gatewayUrl.replace(own, peer);
  }
}
