import type { SessionMemory, TokenSet } from '../ports/session';
import { toAunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';

/** An access token with less left than this is not offered any more, in ms (`protocol/01 §5.5`). */
const LEAST_REMAINING_MS = 30_000;

/** The tokens of one (account, device, slot): held in memory, kept in the encrypted database. */
export class TokenKeeper {
  readonly #memory: SessionMemory;
  readonly #runtime: Runtime;
  #tokens: TokenSet | null = null;
  #loaded = false;

  constructor(memory: SessionMemory, runtime: Runtime) {
    this.#memory = memory;
    this.#runtime = runtime;
  }

  /** Tokens at hand, read from the database the first time. @throws AunError of the database */
  async current(): Promise<TokenSet | null> {
    if (!this.#loaded) {
      this.#tokens = await this.#memory.loadTokens();
      this.#loaded = true;
    }
    return this.#tokens;
  }

  /** The access token if it lives long enough to be offered. */
  async usableAccess(): Promise<string | null> {
    const tokens = await this.current();
    return tokens !== null && tokens.accessExpiresAt > this.#runtime.clock.now() + LEAST_REMAINING_MS
      ? tokens.accessToken
      : null;
  }

  /** Takes new tokens over. A database that cannot store them costs a later login, not this session. */
  async adopt(tokens: TokenSet | null): Promise<void> {
    this.#tokens = tokens;
    this.#loaded = true;
    try {
      await this.#memory.saveTokens(tokens);
    } catch (thrown) {
      this.#runtime.logger.log('warn', 'tokens.not-stored', { cause: toAunError(thrown).code });
    }
  }

  /** The gateway refused this access token: it is not offered again; a refresh token stays usable. */
  async rejected(accessToken: string): Promise<void> {
    const tokens = this.#tokens;
    if (tokens?.accessToken === accessToken) await this.adopt({ ...tokens, accessExpiresAt: 0 });
  }

  /** The gateway refused the refresh token. */
  async forgetRefresh(): Promise<void> {
    const tokens = this.#tokens;
    if (tokens !== null) await this.adopt({ ...tokens, refreshToken: null });
  }
}
