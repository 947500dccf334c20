import { isDict, numberOf, textOf } from './json';

/** Class names the 0.2.20 generation gives its errors; the name alone decides what a reconnect does with one. */
export type SdkErrorName =
  | 'AUNError'
  | 'AuthError'
  | 'PermissionError'
  | 'NotFoundError'
  | 'RateLimitError'
  | 'VersionConflictError'
  | 'SessionError'
  | 'ValidationError'
  | 'StateError'
  | 'ConnectionError'
  | 'TimeoutError'
  | 'SerializationError'
  | 'E2EEError';

/** One error of the 0.2.20 client. `code` is the wire code, −1 when the error was raised locally. */
export class SdkError extends Error {
  readonly code: number;
  readonly retryable: boolean;
  readonly data: unknown;
  /** Name of a local condition, for example `PREKEY_SIGNATURE_VERIFY_FAILED`. */
  readonly localCode: string;

  constructor(
    name: SdkErrorName,
    message: string,
    options: { code?: number; retryable?: boolean; data?: unknown; localCode?: string } = {},
  ) {
    super(message);
    this.name = name;
    this.code = options.code ?? -1;
    this.retryable = options.retryable ?? false;
    this.data = options.data;
    this.localCode = options.localCode ?? '';
  }
}

const CLASS_BY_CODE = new Map<number, SdkErrorName>([
  [4001, 'AuthError'],
  [4010, 'AuthError'],
  [-32001, 'AuthError'],
  [-32003, 'AuthError'],
  [403, 'PermissionError'],
  [4030, 'PermissionError'],
  [-32004, 'PermissionError'],
  [404, 'NotFoundError'],
  [4040, 'NotFoundError'],
  [-32008, 'NotFoundError'],
  [429, 'RateLimitError'],
  [4290, 'RateLimitError'],
  [-32029, 'RateLimitError'],
  [-32009, 'VersionConflictError'],
  [-32010, 'SessionError'],
  [-32011, 'SessionError'],
  [-32013, 'SessionError'],
  [4000, 'ValidationError'],
  [-32600, 'ValidationError'],
  [-32601, 'ValidationError'],
  [-32602, 'ValidationError'],
]);

/** Turns the `error` member of a reply into the class the SDK would throw (protocol/01 §10.1). */
export function fromRemote(error: unknown): SdkError {
  const source = isDict(error) ? error : {};
  const code = typeof source['code'] === 'number' ? source['code'] : -32603;
  const message = textOf(source['message']) || `rpc error ${String(code)}`;
  const name = CLASS_BY_CODE.get(code) ?? 'AUNError';
  const retryable = name === 'RateLimitError' || (numberOf(code) >= 5000 && code <= 5999);
  return new SdkError(name, message, { code, retryable, data: source['data'] });
}

/** True when `error` is an SDK error of that class. */
export function isSdkError(error: unknown, name: SdkErrorName): error is SdkError {
  return error instanceof SdkError && error.name === name;
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
