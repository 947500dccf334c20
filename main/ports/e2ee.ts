export type { OpenResult } from './open-result';
import type { OpenResult } from './open-result';
import type { GroupEnvelopes } from './group-e2ee';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** What `message.send` gets for one payload, besides `to` (`protocol/02 §5.1`). */
export interface SealedMessage {
  readonly params: Readonly<Record<string, unknown>>;
  readonly forwardSecret: boolean;
  readonly protection: 'e2ee-v1' | 'e2ee-v2';
  readonly copies: number;
}

/** An inbox row to be opened. `row` is the raw row as received. */
export interface IncomingRow {
  readonly row: Readonly<Record<string, unknown>>;
}

/** One generation of end-to-end encryption behind one interface (design §4). */
export interface E2eeEngine extends GroupEnvelopes {
  /**
   * Encrypts for every device of the peer and the own other devices. `refresh` drops cached keys first.
   * @throws AunError `recipient_unknown`, `recipient_without_keys`, `recipient_keys_invalid`, `recipient_certificate_revoked`,
   *   `message_too_large`, gateway errors
   */
  seal(message: {
    readonly to: string;
    readonly messageId: string;
    /** Our corrected clock, Unix ms. */
    readonly timestamp: number;
    readonly payload: JsonObject;
    readonly refresh?: boolean;
  }): Promise<SealedMessage>;
  /**
   * Encrypts one envelope for the peer's first device, as `message.thought.put` takes it (`protocol/04 §3.6`,
   * `protocol/02 §3.7`); `context` is bound to it.
   * @throws like {@link seal}
   */
  sealThought(thought: {
    readonly to: string;
    readonly thoughtId: string;
    readonly timestamp: number;
    readonly context: { readonly type: string; readonly id: string };
    readonly payload: JsonObject;
  }): Promise<{ readonly params: Readonly<Record<string, unknown>> }>;
  /**
   * Opens rows in order; never throws for a bad row. Heavy work runs in worker threads. `anew` looks again for what
   * could not be had a moment ago, such as a sender's certificate.
   */
  open(rows: readonly IncomingRow[], options?: { readonly anew?: boolean }): Promise<OpenResult[]>;
  /** Whether a row is an envelope of this generation. */
  recognizes(row: Readonly<Record<string, unknown>>): boolean;
  /** Uploads fresh prekeys after a connect, then keeps rotating while online. */
  onOnline(): void;
  onOffline(): void;
  /** Tells which devices can be written to, after asking the gateway. */
  lookup(aid: string): Promise<{ hasKeys: boolean; certificateFingerprint: string | null; exists: boolean }>;
  stop(): void;
}
