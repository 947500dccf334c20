import type { Certificate } from '../ports/identity';
import type { RpcCaller } from '../ports/session';
import { AunError } from '../runtime/errors';
import { renewCertificate, rekey } from './certificate-orders';
import { CertificateRenewal } from './certificate-renewal';
import type { ConnectContext } from './connect';
import { ensureOwnCertificate } from './own-certificate';
import { createShortCaller } from './short-call';
import { gatewayTarget } from './targets';
import { usableToken } from './token-grants';

/** What the session knows at the moment. */
export interface ErrandFacts {
  /** The gateway in use, if any. */
  readonly liveUrl: () => string | null;
  /** Gateway clock minus ours in ms. */
  readonly skewMs: () => number;
}

/**
 * What a session does beside its main socket, each on short sockets of its own: tokens for HTTP, renewal of the certificate, a
 * new key. It works with and without a main socket.
 */
export class Errands {
  readonly renewal: CertificateRenewal;
  readonly #context: ConnectContext;
  readonly #facts: ErrandFacts;
  #token: Promise<string> | null = null;

  constructor(context: ConnectContext, facts: ErrandFacts) {
    this.#context = context;
    this.#facts = facts;
    this.renewal = new CertificateRenewal({
      identity: context.identity,
      runtime: context.runtime,
      skewMs: facts.skewMs,
      renew: (certificate) => this.#onGateway((short) => renewCertificate(context, short, certificate)),
    });
  }

  /** See `Session.accessToken`; callers at the same time share one exchange. */
  accessToken(): Promise<string> {
    this.#token ??= this.#onGateway((short) => usableToken(this.#context, short)).finally(() => {
      this.#token = null;
    });
    return this.#token;
  }

  async renewCertificate(): Promise<void> {
    await this.renewal.now(await this.#ownCertificate());
  }

  /** See `Session.rekey`. The gateway retires all refresh tokens of the AID with the old key. */
  async rekey(newPublicKeySpki: string): Promise<Certificate> {
    const certificate = await this.#ownCertificate();
    const made = await this.#onGateway((short) => rekey(this.#context, short, certificate, newPublicKeySpki));
    const { tokens } = this.#context;
    const used = (await tokens.current())?.refreshToken ?? null;
    if (used !== null) await tokens.forgetRefresh(used);
    return made;
  }

  #ownCertificate(): Promise<Certificate> {
    return ensureOwnCertificate(this.#context, this.#context.lookup);
  }

  /** Runs on the gateway in use, else on the first one that can be reached. */
  async #onGateway<Result>(work: (short: RpcCaller) => Promise<Result>): Promise<Result> {
    const { edge, runtime, directory } = this.#context;
    const live = this.#facts.liveUrl();
    let failure: AunError | null = null;
    for (const url of live === null ? await directory.list() : [live]) {
      try {
        return await work(createShortCaller(edge, runtime, directory.network, url));
      } catch (thrown) {
        failure = await directory.explain(gatewayTarget(directory.network, url), thrown);
        if (failure.code !== 'gateway_unreachable' && failure.code !== 'tls_failed') throw failure;
      }
    }
    throw failure ?? new AunError('gateway_unreachable', 'no gateway is known', { retryable: true });
  }
}
