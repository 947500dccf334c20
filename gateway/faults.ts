import { PushFaults } from './messages/push-faults';

/** A prepared failure: the next `times` calls of `method` answer with this error. */
export interface PreparedFailure {
  readonly method: string;
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** A further entry of the discovery document (`protocol/01 §3.2`). */
export interface DiscoveryEntry {
  readonly url: string;
  /** Lowest first; left out when absent. */
  readonly priority?: number | undefined;
}

/** How a network that wants a sign-in first answers everything: by sending elsewhere, or with a page of its own. */
export type PortalMode = 'redirect' | 'page';

/** Where the captive portal sends people. */
export const PORTAL_URL = 'http://portal.invalid/login';
/** What the captive portal shows. */
export const PORTAL_PAGE =
  '<!doctype html><html><head><title>Sign in</title></head><body>Sign in to this network</body></html>';

interface Counted<Value> {
  readonly value: Value;
  left: number;
}

/** Misbehaviour switched on from outside so that clients can be tested against it. All off by default. */
export class Faults {
  /** `false` makes `GET /health` answer 503. */
  healthy = true;
  /** `false` makes CRL and OCSP answer 503. */
  revocationAvailable = true;
  /** AIDs whose `/pki/cert` answers 503; `null` among them stands for all. */
  readonly #unavailableCertificates = new Set<string | null>();
  /** `false` makes `auth.connect` answer 4500. */
  authAvailable = true;
  /** Milliseconds every reply waits before it is written. */
  replyDelayMs = 0;
  /** Not null: a captive portal stands before the gateway; only the admin endpoint is behind it. */
  portal: PortalMode | null = null;
  /** Further gateways in the discovery document. */
  discovery: readonly DiscoveryEntry[] = [];
  /** Priority of this gateway in that document. */
  ownPriority = 1;
  /** Seconds for hello and pong, `null` for none. */
  heartbeatInterval: number | null;
  /** Faults of pushed events. */
  readonly pushes = new PushFaults();
  /** How long after sending a message may be recalled, in ms; null: as configured. */
  recallWindowMs: number | null = null;
  /** `false`: notifications are neither announced nor passed on. */
  notifications = true;
  readonly #failures: Counted<PreparedFailure>[] = [];
  readonly #dropped: Counted<string>[] = [];

  constructor(heartbeatInterval: number | null) {
    this.heartbeatInterval = heartbeatInterval;
  }

  /** Makes the certificates of an AID (`null`: of all) unavailable, or available again. */
  setCertificates(aid: string | null, available: boolean): void {
    if (available) this.#unavailableCertificates.delete(aid);
    else this.#unavailableCertificates.add(aid);
  }

  hasCertificate(aid: string): boolean {
    return !this.#unavailableCertificates.has(null) && !this.#unavailableCertificates.has(aid);
  }

  /** The portal's answer to a request for a WebSocket, as raw HTTP; null without a portal. */
  portalAnswer(): string | null {
    if (this.portal === null) return null;
    const redirect = this.portal === 'redirect';
    const body = redirect ? '' : PORTAL_PAGE;
    const head = redirect
      ? `HTTP/1.1 302 Found\r\nLocation: ${PORTAL_URL}`
      : 'HTTP/1.1 200 OK\r\nContent-Type: text/html';
    return `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
  }

  /** The next `times` calls of the method fail without being executed. */
  failNext(failure: PreparedFailure, times = 1): void {
    this.#failures.push({ value: failure, left: times });
  }

  /** The next `times` calls of the method are executed, but the socket is dropped instead of a reply. */
  loseReplies(method: string, times = 1): void {
    this.#dropped.push({ value: method, left: times });
  }

  takeFailure(method: string): PreparedFailure | null {
    return take(this.#failures, (failure) => failure.method === method);
  }

  takeLostReply(method: string): boolean {
    return take(this.#dropped, (name) => name === method) !== null;
  }
}

function take<Value>(list: Counted<Value>[], fits: (value: Value) => boolean): Value | null {
  const index = list.findIndex((item) => fits(item.value));
  const item = list[index];
  if (item === undefined) return null;
  item.left -= 1;
  if (item.left <= 0) list.splice(index, 1);
  return item.value;
}
