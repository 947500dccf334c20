import type { TokenSet } from '../ports/session';
import { wireErrorClass } from '../../shared/aun/errors';
import { RpcError, toAunError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import type { TokenKeeper } from './tokens';

/** How often the remaining life is looked at, and from which remainder on a refresh is due, in ms (`protocol/01 §7.4`). */
const CHECK_PERIOD_MS = 30_000;
const REFRESH_BEFORE_MS = 1_800_000;
const REFUSALS_UNTIL_RECONNECT = 3;

/** Keeps the tokens of an open session fresh. The session itself never depends on it. */
export class TokenRefresher {
  readonly #tokens: TokenKeeper;
  readonly #runtime: Runtime;
  readonly #refresh: (refreshToken: string) => Promise<TokenSet>;
  readonly #exhausted: () => void;
  readonly #cancel: Disposer;
  #refusals = 0;
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
    const tokens = await this.#tokens.current();
    if (tokens?.refreshToken == null) return;
    if (tokens.accessExpiresAt - this.#runtime.clock.now() > REFRESH_BEFORE_MS) return;
    const fresh = await this.#refresh(tokens.refreshToken);
    this.#refusals = 0;
    // A rotated token is kept even when the session ended meanwhile: the old one is used up.
    await this.#tokens.adopt(fresh);
    this.#runtime.logger.log('info', 'tokens.refreshed', { expiresAt: fresh.accessExpiresAt });
  }

  #onFailure(error: AunError): void {
    const refused =
      error instanceof RpcError ? wireErrorClass(error.wireCode) === 'auth' : error.code === 'token_expired';
    this.#refusals = refused ? this.#refusals + 1 : this.#refusals;
    this.#runtime.logger.log('warn', 'tokens.refresh-failed', {
      cause: error.code,
      refusals: this.#refusals,
    });
    if (this.#refusals < REFUSALS_UNTIL_RECONNECT || this.#stopped) return;
    this.#refusals = 0;
    this.#tokens.forgetRefresh().then(this.#exhausted, (thrown: unknown) => {
      this.#runtime.logger.log('warn', 'tokens.not-forgotten', { cause: toAunError(thrown).code });
    });
  }
}
