import type { TokenSet } from '../ports/session';
import { toAunError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { isAuthRefusal } from './token-grants';
import type { TokenKeeper } from './tokens';

/** How often the remaining life is looked at, in ms (`protocol/01 §7.4`). */
const CHECK_PERIOD_MS = 30_000;
const REFUSALS_UNTIL_RECONNECT = 3;

/** Keeps the tokens of an open session fresh. The session itself never depends on it. */
export class TokenRefresher {
  readonly #tokens: TokenKeeper;
  readonly #runtime: Runtime;
  readonly #refresh: (refreshToken: string) => Promise<TokenSet>;
  readonly #exhausted: () => void;
  readonly #cancel: Disposer;
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
    this.#cancel = options.runtime.scheduler.every(CHECK_PERIOD_MS, () => this.#check());
  }

  /** Failures in a row, and when a refresh last went well (Unix ms). */
  get record(): { readonly failures: number; readonly refreshedAt: number | null } {
    return { failures: this.#failures, refreshedAt: this.#refreshedAt };
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #check(): void {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    this.#refreshIfDue().then(
      () => {
        this.#busy = false;
      },
      (thrown: unknown) => {
        this.#busy = false;
        this.#onFailure(toAunError(thrown));
      },
    );
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
