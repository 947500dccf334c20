import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Certificate } from './identity';
import type { OpenResult } from './open-result';

/** What opening a group row gave (`protocol/02 §8.3`): like a P2P row, with the epoch it was sealed under. */
export type GroupOpenResult =
  | (Extract<OpenResult, { ok: true }> & { readonly epoch: number })
  | (Extract<OpenResult, { ok: false }> & {
      /** Epoch the envelope names, or null when it names none. */
      readonly epoch: number | null;
    });

/** Group envelopes of generation V1. Keys are given by the caller, certificates come from the engine. */
export interface GroupEnvelopes {
  /** Seals a payload under an epoch's key. @throws AunError `message_too_large` */
  sealGroup(message: {
    /** Form A. */
    readonly group: string;
    readonly messageId: string;
    /** Our corrected clock, Unix ms. */
    readonly timestamp: number;
    readonly payload: JsonObject;
    readonly epoch: number;
    readonly secret: Uint8Array;
  }): JsonObject;
  /**
   * Opens rows in order; never throws for a bad row; the signature of the sender is checked before anything is decrypted.
   * `secret` may answer null: the result is then `group_key_missing`, which may heal.
   */
  openGroup(
    group: string,
    rows: readonly Readonly<Record<string, unknown>>[],
    secret: (epoch: number) => Uint8Array | null,
    options?: { readonly anew?: boolean },
  ): Promise<GroupOpenResult[]>;
  /** Whether a row is a V1 group envelope. */
  recognizesGroup(row: Readonly<Record<string, unknown>>): boolean;
  /** Verified certificate keys and identity material that group control messages need. */
  readonly groupPeers: GroupPeers;
}

/** Certificates of members, verified; used for manifests, answers and keys that the server holds. */
export interface GroupPeers {
  /** Current verified certificate of somebody. @throws AunError when there is none that verifies */
  certificate(aid: string): Promise<Certificate>;
  /** The verified certificate with this fingerprint, also one that has ended: what it signed may be read. @throws AunError */
  certificateNamed(aid: string, fingerprint: string): Promise<Certificate>;
  /** A group secret for the server to hold, encrypted to a member's certificate (`protocol/02 §12`), base64. */
  sealForServer(secret: Uint8Array, certificate: Certificate): string;
  /** Opens what was sealed for one of our identity keys, the former ones too; null when it cannot be. */
  openFromServer(blob: string): Uint8Array | null;
  /** Forgets cached device keys of somebody, so that the next message reaches a device that is new. */
  forgetDevices(aid: string): void;
}
