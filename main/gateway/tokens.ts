import type { SessionMemory, TokenSet } from '../ports/session';
import { toAunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';

/** An access token with less left than this is not offered any more, in ms (`protocol/01 §5.5`). */
const LEAST_REMAINING_MS = 30_000;
/** From which remainder on a refresh is due, in ms (`protocol/01 §7.4`). */
const REFRESH_BEFORE_MS = 1_800_000;

/** The tokens of one (account, device, slot): held in memory, kept in the encrypted database. */
export class TokenKeeper {
  readonly #memory: SessionMemory;
  readonly #runtime: Runtime;
  #tokens: TokenSet | null = null;
  #loaded = false;
  /** When the token at hand runs out by the monotonic clock; a wall clock set back must not make it look young. */
  #monotonicEnd = Infinity;
  #lifeMs = Infinity;
  #grants: Promise<unknown> = Promise.resolve();

  constructor(memory: SessionMemory, runtime: Runtime) {
    this.#memory = memory;
    this.#runtime = runtime;
  }

  /** Tokens in memory; null while none were read or granted. */
  get held(): TokenSet | null {
    return this.#tokens;
  }

  /** Tokens at hand, read from the database the first time. @throws AunError of the database */
  async current(): Promise<TokenSet | null> {
    if (!this.#loaded) {
      const stored = await this.#memory.loadTokens();
      // Tokens may have been granted while the database was slow.
      if (!this.#isLoaded()) {
        this.#tokens = stored;
        this.#loaded = true;
      }
    }
    return this.#tokens;
  }

  /** The access token if it lives long enough to be offered. */
  async usableAccess(): Promise<string | null> {
    const tokens = await this.current();
    return tokens !== null && this.remainingMs() > LEAST_REMAINING_MS ? tokens.accessToken : null;
  }

  /** How long the access token in memory still lives, in ms; 0 when there is none or it ran out. */
  remainingMs(): number {
    if (this.#tokens === null) return 0;
    const { clock } = this.#runtime;
    const left = this.#tokens.accessExpiresAt - clock.now();
    return Math.max(0, Math.min(left, this.#monotonicEnd - clock.monotonic()));
  }

  /** Unix ms from which on the access token in memory should be exchanged, or null when there is nothing to exchange. */
  refreshDueAt(): number | null {
    if (this.#tokens?.refreshToken == null) return null;
    return this.#tokens.accessExpiresAt - this.#refreshLeadMs();
  }

  isRefreshDue(): boolean {
    return this.#tokens?.refreshToken != null && this.remainingMs() <= this.#refreshLeadMs();
  }

  /** Tokens that live for less than an hour are exchanged at half of their life, not all the time. */
  #refreshLeadMs(): number {
    return Math.round(Math.min(REFRESH_BEFORE_MS, this.#lifeMs / 2));
  }

  /**
   * Runs one exchange of tokens at a time: a refresh token is good for one use, so a second exchange must see what the first
   * one brought.
   */
  async exchange<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#grants;
    const mine = before.then(work, work);
    this.#grants = mine.catch(() => undefined);
    return mine;
  }

  /** Takes new tokens over. A database that cannot store them costs a later login, not this session. */
  async adopt(tokens: TokenSet | null): Promise<void> {
    const { clock } = this.#runtime;
    this.#tokens = tokens;
    this.#loaded = true;
    this.#lifeMs = tokens === null ? Infinity : Math.max(0, tokens.accessExpiresAt - clock.now());
    this.#monotonicEnd = clock.monotonic() + this.#lifeMs;
    await this.#save();
  }

  /** The gateway refused this access token: it is not offered again; a refresh token stays usable. */
  async rejected(accessToken: string): Promise<void> {
    if (this.#tokens?.accessToken !== accessToken) return;
    this.#tokens = { ...this.#tokens, accessExpiresAt: 0 };
    await this.#save();
  }

  /** The gateway refused this refresh token. */
  async forgetRefresh(refreshToken: string): Promise<void> {
    if (this.#tokens?.refreshToken !== refreshToken) return;
    this.#tokens = { ...this.#tokens, refreshToken: null };
    await this.#save();
  }

  #isLoaded(): boolean {
    return this.#loaded;
  }

  async #save(): Promise<void> {
    try {
      await this.#memory.saveTokens(this.#tokens);
    } catch (thrown) {
      this.#runtime.logger.log('warn', 'tokens.not-stored', { cause: toAunError(thrown).code });
    }
  }
}
