import { X509Certificate, createPrivateKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CertificateVerifier } from './certificate-verifier';
import type { DataDir, InstanceState } from './data-dir';
import { discoverGateway } from './discovery';
import { SdkError, isSdkError, messageOf } from './errors';
import { gatewayHttp, httpGet } from './http';
import type { NetworkOptions } from './http';
import { numberOf, textOf } from './json';
import type { Dict } from './json';
import { commonName, generateKey, signText, spkiText, verifyText } from './primitives';
import { shortCall } from './short-socket';
import type { ShortSocketTimes } from './short-socket';
import type { Timing } from './timing';

/** What `authenticate` gives and `connect` wants. */
export interface Credentials {
  aid: string;
  access_token: string;
  refresh_token: string;
  expires_at: number;
  gateway: string;
}

export interface OwnIdentity {
  key: KeyObject;
  certificate: X509Certificate;
}

export interface AuthFlowOptions {
  data: DataDir;
  network: NetworkOptions;
  verifier: CertificateVerifier;
  timing: Timing;
  deviceId: string;
  /** The preset of set-ups A and B (`client._gatewayUrl`). */
  gatewayUrl?: string;
  discoveryPort?: number;
  shortSocketTimes?: ShortSocketTimes;
}

const NAME = /^[a-z0-9_][a-z0-9_-]{3,63}$/;
/** A token with less left than this, in seconds, is not offered any more. */
const TOKEN_MARGIN_S = 30;

/** Registration, login and tokens of the 0.2.20 client, all on short sockets (protocol/01 §7). */
export class AuthFlow {
  readonly #options: AuthFlowOptions;
  #gatewayUrl: string;

  constructor(options: AuthFlowOptions) {
    this.#options = options;
    this.#gatewayUrl = options.gatewayUrl ?? '';
  }

  /** Registers the AID or finds it already registered with the local key; returns the certificate. */
  async createAid(aid: string): Promise<{ aid: string; cert: string }> {
    const name = aid.split('.')[0] ?? '';
    if (!NAME.test(name) || name.startsWith('guest'))
      throw new SdkError('ValidationError', `invalid aid: ${aid}`);
    const { data } = this.#options;
    let record = data.load(aid);
    if (record.privateKeyPem && record.certPem) return { aid, cert: record.certPem };
    if (!record.privateKeyPem) {
      // The key is on disk before the name is: a refused registration leaves it there, useless.
      const pair = generateKey();
      record = data.update(aid, (change) => {
        change.privateKeyPem = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
        change.publicKeySpki = spkiText(pair.publicKey);
      });
    }
    const cert = await this.#registerOrRecover(aid, record.publicKeySpki);
    data.update(aid, (change) => {
      change.certPem = cert;
    });
    return { aid, cert };
  }

  /** Cached tokens when both are usable, otherwise a full login. */
  async authenticate(aid: string, slotId: string): Promise<Credentials> {
    const gateway = await this.gatewayUrl(aid);
    await this.#ensureCertificate(aid);
    const cached = this.instance(aid, slotId);
    if (cached.access_token && cached.refresh_token && this.#stillValid(cached, false)) {
      return this.#credentials(aid, gateway, cached);
    }
    try {
      return await this.#login(aid, slotId, gateway);
    } catch (error) {
      const text = messageOf(error);
      if (!text.includes('not registered') && !text.includes('public key mismatch')) throw error;
      const result = await this.#short(gateway, 'auth.create_aid', this.#registration(aid));
      this.#options.data.update(aid, (change) => {
        change.certPem = textOf(result['cert']);
      });
      return this.#login(aid, slotId, gateway);
    }
  }

  /** Exchanges the refresh token of that slot; `AuthError` when there is none or it is refused. */
  async refresh(aid: string, slotId: string): Promise<Credentials> {
    const gateway = await this.gatewayUrl(aid);
    const token = this.instance(aid, slotId).refresh_token;
    if (!token) throw new SdkError('AuthError', 'missing refresh_token');
    const result = await this.#short(gateway, 'auth.refresh_token', { refresh_token: token });
    if (result['success'] !== true)
      throw new SdkError('AuthError', textOf(result['error']) || 'refresh failed');
    await this.#takeCertificates(aid, gateway, result);
    return this.#saveTokens(aid, slotId, gateway, result);
  }

  /** The cached access token of the slot if it may still be offered (strategy 2 of protocol/01 §5.5). */
  cachedToken(aid: string, slotId: string): string | null {
    const cached = this.instance(aid, slotId);
    return cached.access_token && this.#stillValid(cached, true) ? cached.access_token : null;
  }

  /** After `connect` only the access token is stored for the slot: no expiry, no refresh token. */
  rememberAccessToken(aid: string, slotId: string, token: string): void {
    this.#options.data.update(aid, (change) => {
      const key = this.#instanceKey(slotId);
      change.instances[key] = { ...change.instances[key], access_token: token };
    });
  }

  instance(aid: string, slotId: string): InstanceState {
    return this.#options.data.load(aid).instances[this.#instanceKey(slotId)] ?? {};
  }

  /** Preset, else the URL cached with the AID, else discovery (then cached). A wrong cached URL is never dropped. */
  async gatewayUrl(aid: string): Promise<string> {
    if (!this.#gatewayUrl) this.#gatewayUrl = this.#options.data.load(aid).gatewayUrl;
    if (!this.#gatewayUrl) {
      this.#gatewayUrl = await discoverGateway(aid, this.#options.network, this.#options.discoveryPort);
      const url = this.#gatewayUrl;
      this.#options.data.update(aid, (change) => {
        change.gatewayUrl = url;
      });
    }
    return this.#gatewayUrl;
  }

  /** Key and certificate in use now; a certificate of another key counts as missing. */
  identity(aid: string): OwnIdentity {
    const record = this.#options.data.load(aid);
    if (!record.privateKeyPem || !record.certPem) {
      throw new SdkError('StateError', `no local identity for ${aid}, call createAid first`);
    }
    return { key: createPrivateKey(record.privateKeyPem), certificate: new X509Certificate(record.certPem) };
  }

  async #registerOrRecover(aid: string, spki: string): Promise<string> {
    const gateway = await this.gatewayUrl(aid);
    try {
      const result = await this.#short(gateway, 'auth.create_aid', this.#registration(aid));
      return textOf(result['cert']);
    } catch (error) {
      if (!messageOf(error).includes('already exists')) throw error;
      const pem = await this.#registeredCertificate(aid, gateway);
      if (pem && spkiText(new X509Certificate(pem).publicKey) === spki) return pem;
      throw new SdkError('StateError', `${aid} is already registered and its local certificate missing`);
    }
  }

  #registration(aid: string): Dict {
    return { aid, public_key: this.#options.data.load(aid).publicKeySpki, curve: 'P-256' };
  }

  async #registeredCertificate(aid: string, gateway: string): Promise<string | null> {
    const url = gatewayHttp(gateway, `/pki/cert/${encodeURIComponent(aid)}`);
    const reply = await httpGet(url, this.#options.network, 5000);
    return reply.status >= 200 && reply.status < 300 ? reply.body : null;
  }

  async #ensureCertificate(aid: string): Promise<void> {
    const record = this.#options.data.load(aid);
    if (!record.privateKeyPem)
      throw new SdkError('StateError', `no local identity for ${aid}, call createAid first`);
    const matches = (pem: string): boolean =>
      spkiText(new X509Certificate(pem).publicKey) === record.publicKeySpki;
    if (record.certPem && matches(record.certPem)) return;
    const pem = await this.#registeredCertificate(aid, await this.gatewayUrl(aid));
    if (!pem || !matches(pem))
      throw new SdkError('StateError', `certificate of ${aid} missing, call createAid first`);
    this.#options.data.update(aid, (change) => {
      change.certPem = pem;
    });
  }

  async #login(aid: string, slotId: string, gateway: string): Promise<Credentials> {
    const { key } = this.identity(aid);
    const cert = this.#options.data.load(aid).certPem;
    const clientNonce = randomBytes(12).toString('base64');
    const first = await this.#short(gateway, 'auth.aid_login1', { aid, cert, client_nonce: clientNonce });
    const authCertificate = new X509Certificate(textOf(first['auth_cert']));
    await this.#options.verifier.verify(authCertificate, gateway);
    const curve = authCertificate.publicKey.asymmetricKeyDetails?.namedCurve;
    const hash = curve === 'secp384r1' ? 'sha384' : 'sha256';
    const proof = textOf(first['client_nonce_signature']);
    if (!verifyText(authCertificate.publicKey, clientNonce, proof, hash)) {
      throw new SdkError('AuthError', 'server auth signature verification failed');
    }
    const nonce = textOf(first['nonce']);
    const requestId = textOf(first['request_id']);
    if (!nonce || !requestId) throw new SdkError('AuthError', 'login1 response incomplete');
    const clientTime = String(Math.floor(this.#options.timing.now() / 1000));
    const second = await this.#short(gateway, 'auth.aid_login2', {
      aid,
      request_id: requestId,
      nonce,
      client_time: clientTime,
      signature: signText(key, `${nonce}:${clientTime}`),
    });
    await this.#takeCertificates(aid, gateway, second);
    return this.#saveTokens(aid, slotId, gateway, second);
  }

  /** `new_cert` after full verification, `active_cert` on the equality of its key alone (protocol/01 §7.3). */
  async #takeCertificates(aid: string, gateway: string, result: Dict): Promise<void> {
    const own = this.#options.data.load(aid).publicKeySpki;
    const renewed = textOf(result['new_cert']);
    if (renewed) {
      try {
        const certificate = new X509Certificate(renewed);
        if (spkiText(certificate.publicKey) === own && commonName(certificate) === aid) {
          await this.#options.verifier.verify(certificate, gateway, aid);
          this.#storeCertificate(aid, renewed);
        }
      } catch {
        return; // The old certificate stays in use without a word, as in the SDK.
      }
    }
    const active = textOf(result['active_cert']);
    if (active && spkiText(new X509Certificate(active).publicKey) === own)
      this.#storeCertificate(aid, active);
  }

  #storeCertificate(aid: string, pem: string): void {
    this.#options.data.update(aid, (change) => {
      change.certPem = pem;
    });
  }

  #saveTokens(aid: string, slotId: string, gateway: string, result: Dict): Credentials {
    const access = textOf(result['access_token']) || textOf(result['token']) || textOf(result['kite_token']);
    if (!access) throw new SdkError('AuthError', 'login response without token');
    const now = this.#options.timing.now() / 1000;
    const state: InstanceState = {
      access_token: access,
      access_token_expires_at: Math.floor(now + numberOf(result['expires_in'], 3600)),
      ...(textOf(result['refresh_token']) ? { refresh_token: textOf(result['refresh_token']) } : {}),
    };
    this.#options.data.update(aid, (change) => {
      change.instances[this.#instanceKey(slotId)] = state;
    });
    return this.#credentials(aid, gateway, state);
  }

  #credentials(aid: string, gateway: string, state: InstanceState): Credentials {
    return {
      aid,
      gateway,
      access_token: state.access_token ?? '',
      refresh_token: state.refresh_token ?? '',
      expires_at: state.access_token_expires_at ?? 0,
    };
  }

  #stillValid(state: InstanceState, whenUnknown: boolean): boolean {
    const expires = state.access_token_expires_at;
    if (expires === undefined) return whenUnknown;
    return expires > this.#options.timing.now() / 1000 + TOKEN_MARGIN_S;
  }

  #instanceKey(slotId: string): string {
    return `${this.#options.deviceId}|${slotId === '' ? '_singleton' : slotId}`;
  }

  #short(gateway: string, method: string, params: Dict): Promise<Dict> {
    return shortCall(gateway, method, params, this.#options.network, this.#options.shortSocketTimes);
  }
}

/** True when the failure moves a reconnect on to its next strategy. */
export function isAuthError(error: unknown): boolean {
  return isSdkError(error, 'AuthError');
}
