import type { AttachmentState } from '../../shared/model/attachment';
import type {
  Conversation,
  ConversationView,
  ProfileStatus,
  Retention,
  WaitReason,
} from '../../shared/model/conversation';
import type { Message, MessageContent, Notice } from '../../shared/model/message';
import type { ProfileWarning } from '../../shared/model/people';
import type { ErrorCode } from '../../shared/bridge/errors';
import type { TimelinePosition } from '../../shared/bridge/contract';

export { noLinks } from './store-records';
export type { AttachmentClaim, InboundRecord, MessageLinks, StoreChange } from './store-records';
import type { AttachmentClaim, InboundRecord, MessageLinks, StoreChange } from './store-records';
import type { GroupReader, GroupWriter, NewGroupControl } from './group-store';

/** An attachment as it is stored. `message` is null while it stands beside a draft; `parent` is set for small pictures. */
export interface AttachmentRecord {
  readonly id: number;
  readonly conversation: string;
  readonly message: number | null;
  readonly parent: number | null;
  readonly role: AttachmentClaim['role'];
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  readonly encrypted: boolean;
  /** Reference of the payload, once there is one; may hold a key. */
  readonly referenceJson: string | null;
  /** How far an upload got; belongs to `main/attachments`. */
  readonly uploadJson: string | null;
  /** Name of the encrypted file in the account's `attachments` folder, or null. */
  readonly file: string | null;
  /** Key of that file. */
  readonly fileKey: Uint8Array | null;
  readonly state: AttachmentState;
  readonly problem: ErrorCode | null;
}

/** A draft attachment to be stored. */
export type NewAttachment = Omit<AttachmentRecord, 'id' | 'message' | 'parent'> & {
  readonly parent?: number | null;
};

/** What may change of an attachment. */
export type AttachmentPatch = Partial<
  Omit<AttachmentRecord, 'id' | 'conversation' | 'message' | 'parent' | 'role'>
>;

/** What to look for. An empty text needs a filter. */
export interface SearchQuery {
  readonly text: string;
  readonly conversation?: string | undefined;
  readonly from?: string | undefined;
  readonly has?: 'file' | 'image' | 'link' | undefined;
  /** Unix ms, inclusive. */
  readonly since?: number | undefined;
  /** Unix ms, exclusive. */
  readonly until?: number | undefined;
  readonly limit: number;
}

/** What may change of a conversation by the user's hand. */
export interface ConversationPatch {
  readonly pinned?: boolean | undefined;
  readonly archived?: boolean | undefined;
  readonly mutedUntil?: number | null | undefined;
  readonly markedUnread?: boolean | undefined;
  readonly retention?: Retention | undefined;
}

/** Where the inbox stands (`protocol/04 §5`). All are sequence numbers. */
export interface InboxCursor {
  /** Every row up to here is stored. */
  readonly contiguous: number;
  /** Highest value the gateway confirmed to us with an ack. */
  readonly acknowledged: number;
}

/** An outbox entry. `payloadJson` is the plaintext payload. */
export interface OutboxItem {
  readonly id: number;
  readonly conversation: string;
  readonly kind: Conversation['kind'];
  readonly messageId: string;
  readonly payloadJson: string;
  /** Attachments that have to be on the server first, in the order of the payload. */
  readonly attachments: readonly number[];
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
  'attachments',
  'tombstones',
  'profiles',
  'groups',
] as const;
export type ExportKind = (typeof exportKinds)[number];

/** A count of zero for every kind of row. */
export function noRows(): Record<ExportKind, number> {
  return {
    contacts: 0,
    certificates: 0,
    prekeys: 0,
    conversations: 0,
    messages: 0,
    attachments: 0,
    tombstones: 0,
    profiles: 0,
    groups: 0,
  };
}

/** One page of exported rows. Rows are JSON texts that {@link AccountStore.importRows} of any later version takes. */
export interface ExportPage {
  readonly rows: readonly string[];
  /** Pass as `after` for the next page; null at the end. */
  readonly next: number | null;
}

/**
 * Read side: cannot change anything. Reads overtake writes that wait: who wants to see a write waits for it first.
 */
export interface StoreReader extends GroupReader {
  getMeta(key: string): Promise<string | null>;
  cursor(): Promise<InboxCursor>;
  /** Pinned ones first, then by newest activity. */
  conversations(
    view: ConversationView,
    limit: number,
    offset: number,
  ): Promise<{ conversations: Conversation[]; total: number }>;
  /** Whose title, alias or address contains the text, in any view but `blocked`; by newest activity. */
  findConversations(text: string, limit: number): Promise<Conversation[]>;
  conversation(id: string): Promise<Conversation | null>;
  /** Ascending by (sortAt, id). */
  page(
    conversation: string,
    query: {
      limit: number;
      before?: TimelinePosition | undefined;
      after?: TimelinePosition | undefined;
      around?: number | undefined;
      /** Unix ms: around the first message from then on. */
      at?: number | undefined;
    },
  ): Promise<{ messages: Message[]; hasOlder: boolean; hasNewer: boolean }>;
  message(id: number): Promise<Message | null>;
  /** Stored raw row of a message, or null when none is kept. */
  raw(id: number): Promise<string | null>;
  /** Decrypted payload of a message, or null when it could not be opened or is gone. */
  payload(id: number): Promise<string | null>;
  /** The stored message under a protocol id in a conversation, or null. `own` null: whoever sent it. */
  find(conversation: string, messageId: string): Promise<Message | null>;
  /** The own message that a request made (see `enqueue`), or null: repeating a request must not begin anything anew. */
  findRequest(requestId: string): Promise<Message | null>;
  search(query: SearchQuery): Promise<SearchHit[]>;
  /** See `accountSchema` for what each number counts; they agree with the rows of {@link conversations} at every moment. */
  totals(now: number): Promise<{ unread: number; mentions: number; requests: number; queued: number }>;
  attachment(id: number): Promise<AttachmentRecord | null>;
  /** Attachments of a message in their order, each followed by its small picture. */
  attachmentsOf(message: number): Promise<AttachmentRecord[]>;
  draftAttachments(conversation: string): Promise<AttachmentRecord[]>;
  /** Names of every file the database refers to. */
  attachmentFiles(): Promise<string[]>;
  /** Attachments in one of these states, oldest first. */
  attachmentsIn(states: readonly AttachmentState[], limit: number): Promise<AttachmentRecord[]>;
  /** Messages with attachments or links of a conversation, newest first, below the id `before`. */
  messagesWith(
    conversation: string,
    what: 'media' | 'files' | 'links',
    before: number | null,
    limit: number,
  ): Promise<Message[]>;
  /** When the next message has to be deleted by a retention rule, Unix ms, or null. */
  nextExpiry(): Promise<number | null>;
  /**
   * Which of the (sender, messageId) pairs are stored in readable form (a repeat needs no second opening), among the messages of
   * a group, or else among all others and the group key messages.
   */
  known(pairs: readonly { sender: string; messageId: string }[], group?: string): Promise<boolean[]>;
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
export interface AccountStore extends StoreReader, GroupWriter {
  setMeta(key: string, value: string | null): Promise<void>;
  /**
   * Stores a batch in one transaction together with the new cursor. Unique by (sender, messageId): a repeat changes
   * nothing, except that a readable copy heals an unreadable one, a recall blanks one, and the own message of the outbox that
   * comes back (note to self) is merged.
   */
  commitInbound(
    records: readonly InboundRecord[],
    cursor: InboxCursor | null,
    /** Group key messages of the same rows: kept until they are handled, once per (sender, messageId). */
    controls?: readonly NewGroupControl[],
  ): Promise<StoreChange>;
  setCursor(cursor: InboxCursor): Promise<void>;
  /** Replaces unreadable messages by what was opened now, or by a new reason. */
  heal(id: number, record: InboundRecord): Promise<StoreChange>;
  /**
   * Blanks messages of `sender`, those of a group or else those that are in none; ids that are unknown or somebody else's are
   * ignored (`protocol/04 §16`).
   */
  recall(sender: string, messageIds: readonly string[], group?: string): Promise<StoreChange>;
  /** Puts a message into the outbox; a known requestId returns the message it made before. */
  enqueue(item: {
    conversation: string;
    messageId: string;
    requestId: string;
    payloadJson: string;
    content: MessageContent;
    links: MessageLinks;
    /** Draft attachments that go with it, in order; they leave the draft. */
    attachments: readonly number[];
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
  /** Puts the finished references of uploaded attachments into a waiting message. */
  setOutboxPayload(id: number, payloadJson: string): Promise<void>;
  /** Removes a message that has not left, its attachments go back to the draft; returns its payload, or null when it has left. */
  cancel(id: number): Promise<{ payloadJson: string; change: StoreChange } | null>;
  /** A device of `peer` acknowledged everything up to `ackSeq` of its inbox (`protocol/04 §4.3`). */
  applyAck(peer: string, deviceId: string, ackSeq: number): Promise<StoreChange>;
  /** Finds or makes a conversation. */
  openConversation(id: string, kind: 'direct' | 'self', title: string, now: number): Promise<Conversation>;
  setDraft(conversation: string, text: string, replyTo: number | null): Promise<StoreChange>;
  /** Also takes the unread mark away. */
  markRead(conversation: string, upTo: number): Promise<StoreChange>;
  changeConversation(conversation: string, patch: ConversationPatch): Promise<StoreChange>;
  /**
   * `pending` conversations come from strangers; whoever writes to somebody or opens them accepts. What waits for somebody who
   * is blocked fails with `conversation_blocked`, also what comes back to the queue later.
   */
  setStanding(conversation: string, standing: Conversation['standing']): Promise<StoreChange>;
  /** Deletes messages here, with index rows, attachments and drafts that answer them; they never come back (tombstones). */
  deleteMessages(ids: readonly number[]): Promise<StoreChange>;
  /**
   * Deletes up to `limit` messages of a conversation, oldest first; call it until `done`. With `whole` the conversation
   * goes too at the end (a blocked one leaves its block behind).
   */
  clearConversation(
    conversation: string,
    whole: boolean,
    limit: number,
  ): Promise<{ change: StoreChange; done: boolean }>;
  /** Deletes up to `limit` messages whose retention is over. */
  sweepExpired(now: number, limit: number): Promise<StoreChange>;
  /** What became of an action card here. */
  setCard(id: number, state: 'pending' | 'completed' | 'dismissed', label: string): Promise<StoreChange>;
  /** Counts a crash of the window while drawing a message: twice quarantines it; `false` lets it be drawn again. */
  setQuarantined(id: number, crashed: boolean): Promise<StoreChange>;
  /** Stores a draft attachment (`parent` null) or the small picture of one. */
  addAttachment(attachment: NewAttachment): Promise<{ attachment: AttachmentRecord; change: StoreChange }>;
  updateAttachment(id: number, patch: AttachmentPatch): Promise<StoreChange>;
  /** Takes a draft attachment away; others are left alone. */
  removeDraftAttachment(id: number): Promise<StoreChange>;
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
   * Opens (and migrates) the database. `key` is 32 random bytes, `account` the own AID: the addresses of files name it, and
   * without it no message has one.
   * @throws AunError `database_damaged`, `database_too_new`, `disk_full`; the file is left untouched.
   */
  open(file: string, key: Uint8Array, account?: string): Promise<AccountStore>;
  close(): Promise<void>;
}
