/** One HTTP request to a host under an issuer, such as an AID's own host. Redirects are never followed. */
export interface WebRequest {
  /** Host name, such as an AID or `aid_custody.{issuer}`; where the gateway is pinned it travels in the `Host` header. */
  readonly host: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  /** Path with query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Access token to send as a bearer. It never goes anywhere but to hosts under the own issuer, and never in plain text. */
  readonly token?: string;
  readonly timeoutMs: number;
  /** Largest accepted answer in bytes. */
  readonly maxBytes: number;
}

export interface WebResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** HTTP to the hosts of a network (`protocol/01 §6.4`: with a pinned gateway every host is reached at its address). */
export interface WebClient {
  /**
   * Any status is an answer.
   * @throws AunError `tls_failed` | `gateway_unreachable` | `network_unreachable` | `request_timeout` | `protocol_error`
   *   | `captive_portal` | `clock_skew`, and `invalid_request` for a token that must not go there
   */
  request(request: WebRequest): Promise<WebResponse>;
}
