import type { Conversation } from '../../shared/model/conversation';
import type { Contact, SafetyNumber } from '../../shared/model/people';
import type { Certificate } from './identity';

/** What end-to-end encryption tells and asks about people. */
export interface PeerTrust {
  /**
   * A certificate of somebody that verified and that the gateway named as current, or that a device of theirs uses. The
   * first one is pinned (`protocol/06 §8.3`); another key is a change, another certificate for the same key is none.
   */
  seen(aid: string, certificate: Certificate): Promise<void>;
  /** The certificate of somebody was found revoked; it stays so until a valid one for another key is accepted. */
  revoked(aid: string, fingerprint: string): Promise<void>;
  /**
   * Called right before a message is sealed, with the keys it would be sealed for.
   * @throws AunError `recipient_identity_changed` until the user accepts a new key, `recipient_certificate_revoked`
   */
  mayWriteTo(aid: string, keys: readonly Certificate[]): Promise<void>;
}

/** Everything about trust in people that the user can see and do (`protocol/06 §8`). */
export interface People extends PeerTrust {
  contact(aid: string): Promise<Contact>;
  contacts(only: 'all' | 'verified'): Promise<Contact[]>;
  setAlias(aid: string, alias: string): Promise<Contact>;
  /** @throws AunError `not_found` while no key of theirs is known, gateway errors */
  safetyNumber(aid: string): Promise<SafetyNumber>;
  /** @throws AunError `safety_number_differs`, `not_found` */
  verify(aid: string, key: string, qr: string | null): Promise<Contact>;
  unverify(aid: string): Promise<Contact>;
  /** @throws AunError `not_found` when `key` is not the changed key that waits */
  acceptKeys(aid: string, key: string): Promise<Contact>;
  /** What to show as the security of a conversation, given whether they have keys at all. */
  security(aid: string, keys: 'unknown' | 'encrypted' | 'no_keys'): Promise<Conversation['security']>;
}
