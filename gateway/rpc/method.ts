import type { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GatewayContext } from '../context';
import { invalidParams } from '../errors';
import type { Session, SessionChannel, SessionFacts } from '../sessions/session';

/** One call as a handler sees it. */
export interface Call {
  readonly gateway: GatewayContext;
  readonly method: string;
  readonly params: JsonObject;
  /** Text of the whole frame, for checks that need the numbers as they were written. */
  readonly frame: string;
  /** Address of the caller, for rate limits before login. */
  readonly remote: string;
}

/** A call on a socket that may not have a session yet. */
export interface OpenCall extends Call {
  readonly session: Session | null;
  readonly connecting: Connecting;
}

/** A call with a session. */
export interface SessionCall extends Call {
  readonly session: Session;
}

/** What `auth.connect` may do with its socket. */
export interface Connecting {
  /** Nonce of the challenge; stays valid until a connect succeeds. */
  readonly nonce: string | null;
  /** Whether the socket came in over TLS. */
  readonly secure: boolean;
  /** Turns the socket into a session that `admit` may still refuse by throwing. */
  attach(facts: SessionFacts, admit: (session: Session) => void): Session;
  readonly channel: SessionChannel;
}

export type OpenHandler = (call: OpenCall) => unknown;
export type SessionHandler = (call: SessionCall) => unknown;

/** How a method may be called. */
export type Method =
  | { readonly phase: 'open'; readonly handle: OpenHandler }
  | { readonly phase: 'session'; readonly handle: SessionHandler };

/** A method for sockets with or without a session. */
export function open(handle: OpenHandler): Method {
  return { phase: 'open', handle };
}

/** A method that needs a session. */
export function inSession(handle: SessionHandler): Method {
  return { phase: 'session', handle };
}

/** Params without the members that are `null`: they count as absent. */
export function withoutNulls(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null));
}

/** Parses params. @throws RpcError −32602 that names the first member that does not fit. */
export function parseParams<Output>(schema: z.ZodType<Output>, params: JsonObject): Output {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidParams(`invalid params: ${issue?.path.map(String).join('.') || 'params'}`);
}
