import type { AunError } from '../runtime/errors';

/** Where to connect and under which name. Made only by `targets.ts`, which also refuses plain text off this computer. */
export interface HostTarget {
  readonly secure: boolean;
  /** Host name or IP address that the connection goes to. */
  readonly address: string;
  readonly port: number;
  /** `Host` header where it differs from the address (`protocol/01 §6.4`), else null. */
  readonly host: string | null;
  /** Name that the TLS certificate must carry where it differs from the address, else null. */
  readonly tlsName: string | null;
  /** PEM of a root that TLS trusts besides the public ones, or null for the platform's trust alone. */
  readonly extraRoot: string | null;
  /** TLS is not verified: the environment asked for that and the address is this computer. */
  readonly unverified: boolean;
}

/** One HTTP request. Redirects are never followed. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  readonly target: HostTarget;
  /** Path with query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
  /** Largest accepted body in bytes. */
  readonly maxBytes: number;
  /** Takes any TLS certificate: only for looking at an unknown network before anything is trusted. */
  readonly withoutTrust?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of a repeated header the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An open or opening WebSocket. */
export interface WireSocket {
  send(text: string): void;
  close(code: number): void;
  /** Drops the connection without a closing handshake. */
  terminate(): void;
}

/** What a WebSocket tells. `opened` comes at most once and first; `closed` comes exactly once and last; `failed` at most once, before it. */
export interface WireSocketHandlers {
  opened?(): void;
  message(text: string): void;
  failed(error: AunError): void;
  closed(code: number, reason: string): void;
}

/** Everything that touches the network, so that tests can stand in for it. */
export interface NetworkEdge {
  /**
   * @throws AunError `tls_failed` | `gateway_unreachable` | `network_unreachable` | `request_timeout` | `protocol_error`
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  openSocket(target: HostTarget, path: string, handlers: WireSocketHandlers): WireSocket;
}
