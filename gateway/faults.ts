/** A prepared failure: the next `times` calls of `method` answer with this error. */
export interface PreparedFailure {
  readonly method: string;
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

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
  /** Seconds for hello and pong, `null` for none. */
  heartbeatInterval: number | null;
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
