import type { BridgeError, ErrorCode } from '../../shared/bridge/errors';

/** Facts that travel with an error to the details view: no secrets, no message text. */
export type ErrorDetail = Readonly<Record<string, unknown>>;

/**
 * The one error family of the engine. `code` selects the text the user reads; `retryable` says whether a repeat can
 * succeed without anybody changing anything; `message` is technical English for logs.
 */
export class AunError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly detail: ErrorDetail;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryable?: boolean; detail?: ErrorDetail; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AunError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.detail = options.detail ?? {};
  }
}

/** An error that the gateway answered (`protocol/01 §10`). `wireCode` is the JSON-RPC code. */
export class RpcError extends AunError {
  readonly wireCode: number;
  readonly wireMessage: string;
  /** Seconds after which the gateway allows a repeat, or null. */
  readonly retryAfterSeconds: number | null;
  /** `data.reason` of the error, or null. */
  readonly reason: string | null;
  /** Further members of `data` that are texts or numbers, as received: to be checked by whoever reads them. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    wire: {
      code: number;
      message: string;
      retryAfterSeconds?: number | null;
      reason?: string | null;
      facts?: Readonly<Record<string, unknown>>;
    },
    retryable: boolean,
    method: string,
  ) {
    super(code, `${method}: ${wire.code} ${wire.message}`, {
      retryable,
      detail: { method, wireCode: wire.code, wireMessage: wire.message },
    });
    this.name = 'RpcError';
    this.wireCode = wire.code;
    this.wireMessage = wire.message;
    this.retryAfterSeconds = wire.retryAfterSeconds ?? null;
    this.reason = wire.reason ?? null;
    this.facts = wire.facts ?? {};
  }
}

/** Turns whatever was thrown into an {@link AunError}; unknown things become `internal`. */
export function toAunError(thrown: unknown): AunError {
  if (thrown instanceof AunError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AunError('internal', message, { cause: thrown });
}

/** The form in which an error crosses the bridge. */
export function toBridgeError(thrown: unknown): BridgeError {
  const error = toAunError(thrown);
  return {
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    detail: { ...error.detail },
  };
}
