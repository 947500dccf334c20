import type { Conversation, ProfileStatus, WaitReason } from '../../shared/model/conversation';
import type { Message, MessageContent, Notice } from '../../shared/model/message';
import type { ProfileWarning } from '../../shared/model/people';
import type { ErrorCode } from '../../shared/bridge/errors';
import type { TimelinePosition } from '../../shared/bridge/contract';

/** One message that arrived, opened or kept unreadable. Times are Unix ms. */
export interface InboundRecord {
  readonly seq: number | null;
  readonly messageId: string;
  readonly sender: string;
  /** Peer's AID, or the own AID for notes to self. */
  readonly conversation: string;
  readonly own: boolean;
  readonly serverTime: number;
  /** The sender's signed clock, or null when unknown. */
  readonly senderTime: number | null;
  readonly content: MessageContent;
  /** Plaintext payload as JSON, or null when it could not be opened. */
  readonly payloadJson: string | null;
  /** The raw row as JSON: kept for everything that could not be opened, else null. */
  readonly rawJson: string | null;
  readonly protection: Message['protection'];
  readonly forwardSecret: boolean;
}

/** Where the inbox stands (`protocol/04 §5`). All are sequence numbers. */
export interface InboxCursor {
  /** Every row up to here is stored. */
  readonly contiguous: number;
  /** Highest value the gateway confirmed to us with an ack. */
  readonly acknowledged: number;
}

/** What a write changed, ready to be told to the window. */
export interface StoreChange {
  readonly messages: readonly Message[];
  readonly conversations: readonly Conversation[];
  readonly removed: readonly { readonly conversation: string; readonly id: number }[];
}

/** An outbox entry. `payloadJson` is the plaintext payload. */
export interface OutboxItem {
  readonly id: number;
  readonly conversation: string;
  readonly messageId: string;
  readonly payloadJson: string;
  readonly attempts: number;
  /** Not to be tried before this Unix ms. */
  readonly notBefore: number;
}

/** A message kept unreadable that may be opened later. */
export interface HealingItem {
  readonly id: number;
  readonly conversation: string;
  readonly rawJson: string;
}

/** A private prekey of this device (`protocol/02 §2`). */
export interface StoredPrekey {
  readonly prekeyId: string;
  readonly deviceId: string;
  readonly privateKeyPkcs8: Uint8Array;
  readonly createdAt: number;
}

/** A verified peer certificate. */
export interface StoredCertificate {
  readonly aid: string;
  readonly fingerprint: string;
  readonly spkiFingerprint: string;
  readonly pem: string;
  readonly verifiedAt: number;
}

export interface SearchHit {
  readonly message: Message;
  readonly title: string;
  readonly excerpt: string;
  readonly ranges: readonly (readonly [number, number])[];
}

/** What is kept about somebody (`protocol/06 §8.3`). Fingerprints are `sha256:…` of the SPKI DER. Times are Unix ms. */
export interface ContactRecord {
  readonly aid: string;
  readonly alias: string;
  readonly firstSeenAt: number | null;
  /** b64 of the pinned SPKI DER, or null before a certificate of theirs verified. */
  readonly pinnedSpki: string | null;
  readonly pinnedKey: string | null;
  /** Key of the authority that issued the pinned certificate (`protocol/01 §13`: pinned per contact), or null. */
  readonly issuerKey: string | null;
  /** A key that differs from the pinned one and that the user has not accepted yet; accepting makes it the pinned one. */
  readonly pending: { readonly spki: string; readonly key: string; readonly at: number } | null;
  /** The key before the last accepted change. */
  readonly previousKey: string | null;
  readonly changedAt: number | null;
  /** Somebody was verified when their key changed. */
  readonly verifiedBeforeChange: boolean;
  readonly verified: { readonly key: string; readonly at: number; readonly method: 'manual' | 'qr' } | null;
  /** Fingerprint of the revoked certificate and when it was noticed, or null. */
  readonly revoked: { readonly fingerprint: string; readonly at: number } | null;
}

/** A cached profile document (`protocol/06 §5.4`). */
export interface ProfileRecord {
  readonly aid: string;
  /** The document as received. */
  readonly raw: Uint8Array;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly fetchedAt: number;
  readonly status: ProfileStatus;
  readonly reason: string;
  readonly name: string;
  /** `type` of the front matter, as written. */
  readonly type: string;
  readonly certificateFingerprint: string | null;
  /** Unix ms, or null for an unsigned one. */
  readonly signedAt: number | null;
  /** Highest values ever seen, for rollback protection. */
  readonly wasSigned: boolean;
  readonly highestVersion: string;
  readonly highestUpdatedAt: string;
  readonly highestSignedAt: number;
  readonly warning: ProfileWarning | null;
}

/** What a backup carries, in the order in which it is written and restored (`docs/backup-format.md`). */
export const exportKinds = [
  'contacts',
  'certificates',
  'prekeys',
  'conversations',
  'messages',
  'profiles',
] as const;
export type ExportKind = (typeof exportKinds)[number];

/** One page of exported rows. Rows are JSON texts that {@link AccountStore.importRows} of any later version takes. */
export interface ExportPage {
  readonly rows: readonly string[];
  /** Pass as `after` for the next page; null at the end. */
  readonly next: number | null;
}

/**
 * Read side: cannot change anything. Reads overtake writes that wait: who wants to see a write waits for it first.
 */
export interface StoreReader {
  getMeta(key: string): Promise<string | null>;
  cursor(): Promise<InboxCursor>;
  conversations(limit: number, offset: number): Promise<{ conversations: Conversation[]; total: number }>;
  conversation(id: string): Promise<Conversation | null>;
  /** Ascending by (sortAt, id). */
  page(
    conversation: string,
    query: {
      limit: number;
      before?: TimelinePosition | undefined;
      after?: TimelinePosition | undefined;
      around?: number | undefined;
    },
  ): Promise<{ messages: Message[]; hasOlder: boolean; hasNewer: boolean }>;
  message(id: number): Promise<Message | null>;
  /** Stored raw row of a message, or null when none is kept. */
  raw(id: number): Promise<string | null>;
  search(query: string, options: { conversation?: string | undefined; limit: number }): Promise<SearchHit[]>;
  totals(): Promise<{ unread: number; queued: number }>;
  /** Which of the (sender, messageId) pairs are stored in readable form (a repeat needs no second opening). */
  known(pairs: readonly { sender: string; messageId: string }[]): Promise<boolean[]>;
  /** Stored identity of a sequence number, for detecting a server reset; null when that seq is not stored. */
  seqOwner(seq: number): Promise<{ sender: string; messageId: string } | null>;
  /** First waiting item of every conversation, oldest first. */
  outboxHeads(): Promise<OutboxItem[]>;
  healing(conversation: string | null, limit: number): Promise<HealingItem[]>;
  prekeys(): Promise<StoredPrekey[]>;
  certificates(aid: string): Promise<StoredCertificate[]>;
  contact(aid: string): Promise<ContactRecord | null>;
  /** Sorted by AID. */
  contacts(only: 'all' | 'verified'): Promise<ContactRecord[]>;
  profile(aid: string): Promise<ProfileRecord | null>;
  /** How many rows of each kind a full backup carries now. */
  exportCounts(): Promise<Record<ExportKind, number>>;
  exportRows(kind: ExportKind, after: number | null, limit: number): Promise<ExportPage>;
  /** Whether somebody else ever wrote to this account and was answered: worth a backup. */
  hasRealConversation(): Promise<boolean>;
}

/**
 * The database of one account. Every method is one transaction; when it resolves the change is on disk (synced, so that it
 * survives a power cut). After a damaged page was seen every method fails with `database_damaged`. A state never goes back
 * from `sent` or `delivered`: such calls change nothing.
 */
export interface AccountStore extends StoreReader {
  setMeta(key: string, value: string | null): Promise<void>;
  /**
   * Stores a batch in one transaction together with the new cursor. Unique by (sender, messageId): a repeat changes
   * nothing, except that a readable copy heals an unreadable one, a recall blanks one, and the own message of the outbox that
   * comes back (note to self) is merged.
   */
  commitInbound(records: readonly InboundRecord[], cursor: InboxCursor | null): Promise<StoreChange>;
  setCursor(cursor: InboxCursor): Promise<void>;
  /** Replaces unreadable messages by what was opened now, or by a new reason. */
  heal(id: number, record: InboundRecord): Promise<StoreChange>;
  /** Blanks messages of `sender`; ids that are unknown or somebody else's are ignored (`protocol/04 §16`). */
  recall(sender: string, messageIds: readonly string[]): Promise<StoreChange>;
  /** Puts a message into the outbox; a known requestId returns the message it made before. */
  enqueue(item: {
    conversation: string;
    messageId: string;
    requestId: string;
    payloadJson: string;
    content: MessageContent;
    sortAt: number;
    /** Own AID: the sender of the stored message. */
    sender: string;
  }): Promise<StoreChange>;
  /** Marks the start of an attempt. The change is empty when the message no longer waits (it was cancelled): do not send. */
  markSending(id: number): Promise<StoreChange>;
  markSent(
    id: number,
    sent: {
      serverTime: number;
      seq: number | null;
      deviceSeqs: Readonly<Record<string, number>> | null;
      delivered: boolean;
      forwardSecret: boolean;
    },
  ): Promise<StoreChange>;
  markWaiting(id: number, reason: WaitReason, notBefore: number): Promise<StoreChange>;
  markFailed(id: number, code: ErrorCode): Promise<StoreChange>;
  /** Puts a failed or waiting message back to the queue, to be tried at once. */
  requeue(id: number): Promise<StoreChange>;
  /** Items that were being sent when the process died wait again. */
  recoverOutbox(): Promise<StoreChange>;
  /** Lets every waiting item be tried now (the network or somebody's keys came back). */
  wakeOutbox(conversation: string | null): Promise<void>;
  /** Removes a message that has not left; returns its payload, or null when it has left already. */
  cancel(id: number): Promise<{ payloadJson: string; change: StoreChange } | null>;
  /** A device of `peer` acknowledged everything up to `ackSeq` of its inbox (`protocol/04 §4.3`). */
  applyAck(peer: string, deviceId: string, ackSeq: number): Promise<StoreChange>;
  /** Finds or makes a conversation. */
  openConversation(id: string, kind: Conversation['kind'], title: string, now: number): Promise<Conversation>;
  setDraft(conversation: string, text: string): Promise<StoreChange>;
  markRead(conversation: string, upTo: number): Promise<StoreChange>;
  setSecurity(conversation: string, security: Conversation['security']): Promise<StoreChange>;
  savePrekey(prekey: StoredPrekey): Promise<void>;
  /**
   * Deletes prekeys older than `olderThan` (Unix ms), except the newest `keep` of this device. Those of other devices came
   * out of a backup: they open what is still on its way to the old device, and age like the rest.
   */
  prunePrekeys(deviceId: string, olderThan: number, keep: number): Promise<number>;
  saveCertificate(certificate: StoredCertificate): Promise<void>;
  saveContact(contact: ContactRecord): Promise<void>;
  saveProfile(profile: ProfileRecord): Promise<void>;
  /** How a conversation presents its peer; unknown conversations are ignored. */
  setPeer(
    conversation: string,
    peer: { title: string; peerKind: Conversation['peerKind']; profileStatus: ProfileStatus },
  ): Promise<StoreChange>;
  /**
   * Writes a notice line into a conversation (`MessageContent` of kind `notice`): it counts as nothing unread, does not
   * become the preview and does not move the conversation. Unknown conversations are ignored.
   */
  addNotice(conversation: string, notice: Notice, at: number, detail: string): Promise<StoreChange>;
  /**
   * Takes rows of a backup in one transaction; rows that are there already change nothing, delivery states of messages
   * that had not left become `failed` with `cancelled`. Returns how many were new.
   * @throws AunError `backup_damaged` for a row that is not one
   */
  importRows(kind: ExportKind, rows: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

/** Opens account databases in the store's worker thread. */
export interface StoreHost {
  /**
   * Opens (and migrates) the database. `key` is 32 random bytes.
   * @throws AunError `database_damaged`, `database_too_new`, `disk_full`; the file is left untouched.
   */
  open(file: string, key: Uint8Array): Promise<AccountStore>;
  close(): Promise<void>;
}
