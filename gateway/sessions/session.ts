import { slotIsolationKey } from '../../shared/aun/ids';

/** Which generation a session speaks (`protocol/05 §1.4`). `both` is a client that announces V1 and V2. */
export type Generation = 'v1' | 'v2' | 'both';

/** Delivery mode declared at connect (`protocol/04 §2`). */
export interface DeliveryMode {
  readonly mode: 'fanout' | 'queue';
  readonly routing: '' | 'round_robin' | 'sender_affinity';
  readonly affinityTtlMs: number;
}

/** What a socket became by a successful `auth.connect`. */
export interface SessionFacts {
  readonly id: string;
  readonly aid: string;
  readonly issuer: string;
  /** Empty for a legacy connection without a device. */
  readonly deviceId: string;
  readonly slotId: string;
  readonly kind: 'long' | 'short';
  /** Idle limit of a short connection in ms, 0 for none. */
  readonly shortTtlMs: number;
  readonly delivery: DeliveryMode;
  readonly generation: Generation;
  /** The client named V2 envelopes at login: some events then use the words of 0.5.4. */
  readonly announcesV2: boolean;
  /** The socket came in over TLS, so addresses given out begin with https. */
  readonly secure: boolean;
  readonly language: string;
  readonly extraInfo: Readonly<Record<string, unknown>> | null;
  readonly connectedAt: number;
}

/** The socket below a session, as far as others may use it. */
export interface SessionChannel {
  /** Writes an event frame; `params` is JSON text. Returns whether the frame was handed to an open socket. */
  pushEvent(name: string, params: string): boolean;
  /** Bytes that the socket has not taken yet. */
  readonly backlog: number;
  /** Flushes an optional event, then closes. */
  close(code: number, reason: string, event?: { name: string; params: string }): void;
  /** Cuts the connection without a close frame. */
  drop(): void;
}

/** An authenticated connection. */
export interface Session extends SessionFacts {
  readonly channel: SessionChannel;
}

/** Key of an instance: two slot ids with the same isolation key are one slot (`protocol/01 §1.2`). */
export function slotKey(slotId: string): string {
  return slotIsolationKey(slotId);
}

/** Whether two sessions are the same instance. */
export function sameInstance(a: SessionFacts, b: SessionFacts): boolean {
  return a.aid === b.aid && a.deviceId === b.deviceId && slotKey(a.slotId) === slotKey(b.slotId);
}
