import type { SessionSnapshot } from '../../shared/model/account';
import type { SessionInspection } from '../../shared/model/connection';
import type { Certificate } from './identity';
import type { Disposer } from '../runtime/runtime';

/** Calls an RPC on the gateway. Results are not yet parsed: the caller checks them with zod. */
export interface RpcCaller {
  /** @throws RpcError for an error reply; AunError `connection_closed` | `request_timeout` | `frame_too_large` */
  call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options?: { timeoutMs?: number },
  ): Promise<unknown>;
}

/** One account's self-healing connection (`protocol/01 §5`). */
export interface Session extends RpcCaller {
  snapshot(): SessionSnapshot;
  /** Called after every change of the snapshot. */
  onChange(listener: (snapshot: SessionSnapshot) => void): Disposer;
  /** Called with the name after `event/` and the raw params of each gateway event, in order of arrival. */
  onEvent(listener: (name: string, params: unknown) => void): Disposer;
  /** Called each time the session gets online, before any event of that connection is delivered. */
  onOnline(listener: () => void): Disposer;
  /** Wants to be online from now on; returns at once. */
  start(): void;
  /** Goes online now: clears a block, skips the waiting time. */
  connectNow(): void;
  /** Goes offline and stays so; resolves when the socket is closed. */
  stop(): Promise<void>;
  /**
   * Sends a JSON-RPC notification (`protocol/04 §10.1`): no answer, no error ever; nothing happens while offline or where
   * the params are larger than 64 KiB.
   */
  notify(method: string, params: Readonly<Record<string, unknown>>): void;
  /** Whether the gateway said that it passes notifications on (`features.notify`). */
  passesNotifications(): boolean;
  /** Gateway clock minus ours in ms (0 while unknown). */
  clockSkewMs(): number;
  /** The connection from inside, for the inspector; never a token. */
  inspect(): SessionInspection;
  /** PEM of the certificate the sign-in server showed last, or null. */
  authServerCertificate(): string | null;
  /**
   * An access token that is good for at least 30 s: the one in use, a refreshed one, or one from a new sign-in.
   * @throws AunError gateway errors, `sign_in_failed`
   */
  accessToken(): Promise<string>;
  /** Called with the ETag of the own profile that came with a reply (`protocol/01 §4.1` `_meta`), when it changes. */
  onOwnProfileTag(listener: (etag: string) => void): Disposer;
  /** When the own certificate is renewed, and how the last try went. */
  renewal(): { readonly dueAt: number | null; readonly lastTriedAt: number | null; readonly problem: string };
  /** Renews the certificate now (`protocol/01 §7.5`); the identity adopts it. @throws AunError gateway errors */
  renewCertificate(): Promise<void>;
  /**
   * Signs in with the present key and has the gateway certify a new one (`protocol/01 §7.6`).
   * @returns the verified certificate for the new key; the caller stores it
   */
  rekey(newPublicKeySpki: string): Promise<Certificate>;
}

/** Tokens of one (account, device, slot), kept in the encrypted database. Times are Unix ms. */
export interface TokenSet {
  readonly accessToken: string;
  readonly accessExpiresAt: number;
  readonly refreshToken: string | null;
}

/** Durable place for tokens and for the gateway URL that discovery found. */
export interface SessionMemory {
  loadTokens(): Promise<TokenSet | null>;
  saveTokens(tokens: TokenSet | null): Promise<void>;
  loadGatewayUrls(): Promise<readonly string[]>;
  saveGatewayUrls(urls: readonly string[]): Promise<void>;
}
