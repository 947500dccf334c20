import { WireCode } from '../shared/aun/errors';

/** What the socket does after an error reply has been written. */
export interface CloseAfter {
  readonly code: number;
  readonly reason: string;
}

/**
 * An error that crosses the wire as `error: {code, message, data?}`. Everything else that a handler throws becomes
 * −32603 without its text.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly closeAfter: CloseAfter | undefined;

  constructor(
    code: number,
    message: string,
    options: { data?: Readonly<Record<string, unknown>>; closeAfter?: CloseAfter } = {},
  ) {
    super(message);
    this.code = code;
    this.data = options.data;
    this.closeAfter = options.closeAfter;
  }
}

/** −32602: the caller sent something the method cannot accept. */
export function invalidParams(message: string): RpcError {
  return new RpcError(WireCode.invalidParams, message);
}

/** −32601 for names nobody answers to. */
export function methodNotFound(method: string): RpcError {
  return new RpcError(WireCode.methodNotFound, `method not found: ${method.slice(0, 128)}`);
}

/** −32001: a login that cannot succeed as it stands. */
export function authFailed(message: string): RpcError {
  return new RpcError(WireCode.authFailed, message);
}

/** −32603 with one of the texts of `protocol/04 §3.1`. */
export function sendFailed(message: string, data?: Readonly<Record<string, unknown>>): RpcError {
  return new RpcError(WireCode.internal, message, data === undefined ? {} : { data });
}

/** −32029 with the wait in seconds (`protocol/04 §7.1`). */
export function rateLimited(retryAfterS: number): RpcError {
  return new RpcError(WireCode.rateLimited, 'rate limit exceeded', { data: { retry_after: retryAfterS } });
}

/** −32004: the caller may not do this. */
export function permissionDenied(message: string): RpcError {
  return new RpcError(WireCode.permissionDenied, message);
}

/** −32051: a missing or wrong `client_signature` (`protocol/01 §9.3`). */
export function signatureRefused(message: string): RpcError {
  return new RpcError(WireCode.clientSignature, message);
}
