import type { TokenSet } from '../ports/session';
import { toAunError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { isAuthRefusal } from './token-grants';
import type { TokenKeeper } from './tokens';

/**
 * How long until the remaining life is looked at again, in ms: when the refresh falls due, but within limits, because clocks
 * jump and computers sleep (`protocol/01 §7.4`).
 */
const CHECK_AGAIN_MS = { least: 30_000, most: 600_000 } as const;
const REFUSALS_UNTIL_RECONNECT = 3;

/** Keeps the tokens of an open session fresh. The session itself never depends on it. */
export class TokenRefresher {
  readonly #tokens: TokenKeeper;
  readonly #runtime: Runtime;
  readonly #refresh: (refreshToken: string) => Promise<TokenSet>;
  readonly #exhausted: () => void;
  #cancel: Disposer = () => undefined;
  #refusals = 0;
  #failures = 0;
  #refreshedAt: number | null = null;
  #offered = '';
  #busy = false;
  #stopped = false;

  constructor(options: {
    tokens: TokenKeeper;
    runtime: Runtime;
    refresh: (refreshToken: string) => Promise<TokenSet>;
    /** The gateway refused three times in a row: only a new sign-in helps. */
    exhausted: () => void;
  }) {
    this.#tokens = options.tokens;
    this.#runtime = options.runtime;
    this.#refresh = options.refresh;
    this.#exhausted = options.exhausted;
    this.#schedule();
  }

  /** Failures in a row, and when a refresh last went well (Unix ms). */
  get record(): { readonly failures: number; readonly refreshedAt: number | null } {
    return { failures: this.#failures, refreshedAt: this.#refreshedAt };
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Looks at once: the computer woke up, and its clock may say something new. */
  wake(): void {
    this.#cancel();
    this.#check();
  }

  #schedule(): void {
    this.#cancel();
    if (this.#stopped) return;
    const dueAt = this.#tokens.refreshDueAt();
    const wait = dueAt === null ? CHECK_AGAIN_MS.most : dueAt - this.#runtime.clock.now();
    const delay = Math.min(CHECK_AGAIN_MS.most, Math.max(CHECK_AGAIN_MS.least, wait));
    this.#cancel = this.#runtime.scheduler.after(delay, () => this.#check());
  }

  #check(): void {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    this.#refreshIfDue()
      .catch((thrown: unknown) => this.#onFailure(toAunError(thrown)))
      .finally(() => {
        this.#busy = false;
        this.#schedule();
      });
  }

  async #refreshIfDue(): Promise<void> {
    await this.#tokens.current();
    if (!this.#tokens.isRefreshDue()) return;
    await this.#tokens.exchange(async () => {
      const refreshToken = this.#tokens.held?.refreshToken ?? null;
      // Another exchange may have been faster.
      if (refreshToken === null || !this.#tokens.isRefreshDue()) return;
      this.#offered = refreshToken;
      const fresh = await this.#refresh(refreshToken);
      this.#refusals = 0;
      this.#failures = 0;
      // A rotated token is kept even when the session ended meanwhile: the old one is used up.
      await this.#tokens.adopt(fresh);
      this.#refreshedAt = this.#runtime.clock.now();
      this.#runtime.logger.log('info', 'tokens.refreshed', { expiresAt: fresh.accessExpiresAt });
    });
  }

  #onFailure(error: AunError): void {
    this.#failures += 1;
    this.#refusals = isAuthRefusal(error) ? this.#refusals + 1 : this.#refusals;
    this.#runtime.logger.log('warn', 'tokens.refresh-failed', {
      cause: error.code,
      refusals: this.#refusals,
    });
    if (this.#refusals < REFUSALS_UNTIL_RECONNECT || this.#stopped) return;
    this.#refusals = 0;
    this.#tokens.forgetRefresh(this.#offered).then(this.#exhausted, (thrown: unknown) => {
      this.#runtime.logger.log('warn', 'tokens.not-forgotten', { cause: toAunError(thrown).code });
    });
  }
}
