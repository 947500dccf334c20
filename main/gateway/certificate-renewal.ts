import type { Certificate, Identity } from '../ports/identity';
import { toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';

const DAY_MS = 86_400_000;
/** A certificate is renewed this long before it runs out, in ms, but not in the first half of its life. */
const LEAD_MS = 30 * DAY_MS;
/** After a failure the next try by itself comes no sooner, in ms, however often the session reconnects. */
const LEAST_PAUSE_MS = 3_600_000;

/** When a certificate is due for renewal, Unix ms. */
export function renewalDueAt(certificate: Certificate): number {
  const half = certificate.notBefore + (certificate.notAfter - certificate.notBefore) / 2;
  return Math.max(half, certificate.notAfter - LEAD_MS);
}

/**
 * Renews the own certificate ahead of its end (`protocol/01 §7.5`, §11): looked at whenever the session gets online and daily
 * while it is. Renewals that the gateway offers by itself (`new_cert`, §7.3) come on top and make this one idle.
 */
export class CertificateRenewal {
  readonly #identity: Identity;
  readonly #runtime: Runtime;
  readonly #skewMs: () => number;
  readonly #renew: (certificate: Certificate) => Promise<void>;
  #cancel: Disposer = () => undefined;
  #running: Promise<void> | null = null;
  #lastTriedAt: number | null = null;
  #lastTry = -Infinity;
  #problem = '';

  constructor(options: {
    identity: Identity;
    runtime: Runtime;
    /** Gateway clock minus ours in ms: a wrong clock of ours must not order certificates again and again. */
    skewMs: () => number;
    renew: (certificate: Certificate) => Promise<void>;
  }) {
    this.#identity = options.identity;
    this.#runtime = options.runtime;
    this.#skewMs = options.skewMs;
    this.#renew = options.renew;
  }

  status(): { readonly dueAt: number | null; readonly lastTriedAt: number | null; readonly problem: string } {
    const certificate = this.#identity.certificate();
    return {
      dueAt: certificate === null ? null : Math.round(renewalDueAt(certificate)),
      lastTriedAt: this.#lastTriedAt,
      problem: this.#problem,
    };
  }

  /** The session is online from now on. */
  online(): void {
    this.#cancel();
    this.#cancel = this.#runtime.scheduler.every(DAY_MS, () => this.#renewIfDue());
    this.#renewIfDue();
  }

  offline(): void {
    this.#cancel();
  }

  /** Renews now; a renewal under way is shared. @throws AunError `not_found` without a certificate, gateway errors */
  now(certificate: Certificate): Promise<void> {
    this.#running ??= this.#try(certificate).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  #renewIfDue(): void {
    const { clock, logger } = this.#runtime;
    const certificate = this.#identity.certificate();
    if (certificate === null || clock.now() + this.#skewMs() < renewalDueAt(certificate)) return;
    if (clock.monotonic() - this.#lastTry < LEAST_PAUSE_MS) return;
    this.now(certificate).then(
      () => logger.log('info', 'certificate.renewed'),
      (thrown: unknown) =>
        logger.log('warn', 'certificate.not-renewed', { cause: toAunError(thrown).message }),
    );
  }

  async #try(certificate: Certificate): Promise<void> {
    const { clock } = this.#runtime;
    this.#lastTriedAt = clock.now();
    this.#lastTry = clock.monotonic();
    try {
      await this.#renew(certificate);
      this.#problem = '';
    } catch (thrown) {
      this.#problem = toAunError(thrown).message.slice(0, 200);
      throw thrown;
    }
  }
}
