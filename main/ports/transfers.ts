/**
 * HTTP with bodies that do not fit into memory, to hosts under the own issuer and to those of peers (`protocol/06 §1.4`,
 * `protocol/04 §14`). Hosts of the own gateway's issuer are reached at the gateway's address where it was configured by
 * address; only `https:` (and `http:` where the gateway itself is `ws://`); no private addresses unless the gateway is private
 * too; never an access token.
 */
export interface TransferRequest {
  readonly method: 'GET' | 'PUT';
  /** Absolute address as a storage or stream service gave it. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Body of a PUT, read once. */
  readonly body?: AsyncIterable<Uint8Array>;
  /** Bytes of that body. */
  readonly length?: number;
  /** The transfer fails when nothing moves for so long. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Answer with its body as it arrives; not reading it holds the sender back. */
export interface TransferAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
  /** Gives the body up. */
  close(): void;
}

/** Streams bytes to and from HTTP servers. */
export interface Transfers {
  /**
   * Any status is an answer; a GET follows at most five redirects, each checked like the first address.
   * @throws AunError `network_unreachable`, `gateway_unreachable`, `tls_failed`, `request_timeout`, `cancelled`,
   *   `invalid_request` for an address that must not be asked
   */
  request(request: TransferRequest): Promise<TransferAnswer>;
}

/** An open or opening WebSocket to a server of the data plane. */
export interface TransferSocket {
  send(text: string): void;
  close(code: number): void;
  /** Drops the connection without a closing handshake. */
  terminate(): void;
}

/** A WebSocket to be opened. `opened` comes once; `closed` exactly once and last; `failed` at most once, before it. */
export interface SocketRequest {
  /** Absolute `wss:` (or `ws:`) address as a stream service gave it. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly handlers: {
    opened(): void;
    message(text: string): void;
    /** `detail.status` has the HTTP status of a server that refused. */
    failed(error: Error): void;
    closed(code: number): void;
  };
}

/** Opens WebSockets under the rules of {@link Transfers}. */
export interface TransferSockets {
  /** @throws AunError `invalid_request` for an address that must not be asked; everything else comes to the handlers */
  openSocket(request: SocketRequest): Promise<TransferSocket>;
}
