import type { Conversation } from '../../shared/model/conversation';
import type { Message, MessageContent } from '../../shared/model/message';

/** An attachment as a payload names it, before anything was fetched. Claims of the sender, made harmless. */
export interface AttachmentClaim {
  readonly role: 'main' | 'picture' | 'thumbnail';
  readonly name: string;
  readonly type: string;
  /** Bytes of the real file. */
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  readonly encrypted: boolean;
  /** The reference of the payload as JSON (`protocol/06 §2`, §3): it may hold a key. */
  readonly referenceJson: string;
  readonly thumbnail: AttachmentClaim | null;
}

/** What a message has to do with others, found in its payload by `main/messaging`. */
export interface MessageLinks {
  /** The message it answers, with what the sender says that one was. */
  readonly replyTo: { readonly messageId: string; readonly text: string } | null;
  readonly thread: string | null;
  /** The card, poll or stream this message acts on. Only messages of the same conversation are ever touched. */
  readonly refersTo: { readonly messageId: string; readonly as: 'choice' | 'vote' | 'final' } | null;
  /** Of messages with the same sender and key only the newest is shown (`status`, `protocol/04 §9.2`). */
  readonly replaceKey: string | null;
  readonly mentionsMe: boolean;
  /** Kept, but not shown, not counted, not previewed. */
  readonly hidden: boolean;
  /** What the full-text index gets. */
  readonly searchText: string;
  readonly attachments: readonly AttachmentClaim[];
}

/** Links of a message that has none. */
export const noLinks: MessageLinks = {
  replyTo: null,
  thread: null,
  refersTo: null,
  replaceKey: null,
  mentionsMe: false,
  hidden: false,
  searchText: '',
  attachments: [],
};

/** One message that arrived, opened or kept unreadable. Times are Unix ms. */
export interface InboundRecord {
  readonly seq: number | null;
  readonly messageId: string;
  readonly sender: string;
  /** Peer's AID, the own AID for notes to self, or a group id. */
  readonly conversation: string;
  readonly own: boolean;
  readonly serverTime: number;
  /** The sender's signed clock, or null when unknown. */
  readonly senderTime: number | null;
  readonly content: MessageContent;
  readonly links: MessageLinks;
  /** Plaintext payload as JSON, or null when it could not be opened. */
  readonly payloadJson: string | null;
  /** The raw row as JSON: kept for everything that could not be opened, else null. */
  readonly rawJson: string | null;
  /** Number of the group key an envelope names: what cannot be opened is asked for again when that key comes. */
  readonly epoch?: number | null;
  readonly protection: Message['protection'];
  readonly forwardSecret: boolean;
}

/** What a write changed, ready to be told to the window. */
export interface StoreChange {
  readonly messages: readonly Message[];
  /** Those of `messages` that no timeline shows (votes, control messages): the window is not told of them. */
  readonly hidden?: readonly number[];
  readonly conversations: readonly Conversation[];
  readonly removed: readonly { readonly conversation: string; readonly id: number }[];
  /** Conversations that are gone. */
  readonly removedConversations?: readonly string[];
  /** Attachment files that nothing refers to any more: to be deleted by the caller. */
  readonly files?: readonly string[];
  /** Messages that were stored now for the first time and did not come from this device, in order: they may deserve a notification. */
  readonly arrived?: readonly number[];
}
