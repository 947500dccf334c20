import type { JsonObject } from '../../shared/aun/canonical-json';
import type { UndecryptableReason } from '../../shared/model/message';

/** What opening a row gave. */
export type OpenResult =
  | {
      readonly ok: true;
      readonly payload: JsonObject;
      /** Verified sender. */
      readonly from: string;
      /** Logical recipient, bound by the signature. */
      readonly to: string;
      readonly messageId: string;
      /** The sender's signed clock, Unix ms, or null. */
      readonly senderTime: number | null;
      readonly protection: 'e2ee-v1' | 'e2ee-v2';
      readonly forwardSecret: boolean;
      readonly prekeyId: string | null;
    }
  | {
      readonly ok: false;
      readonly reason: UndecryptableReason;
      /** Technical text, no secrets. */
      readonly detail: string;
      /** A later try can succeed (a key or a certificate may still arrive). */
      readonly mayHeal: boolean;
    };
