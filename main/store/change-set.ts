import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import type { StoreChange } from '../ports/store';
import { conversationByKey } from './conversations';
import { summarize } from './summary';
import type { MessageReader } from './message-reading';
import type { WriteConnection } from './sqlite';

/**
 * Collects what one transaction touches; {@link finish} then brings the summary of each touched conversation up to date, once,
 * and tells the final state.
 */
export class ChangeSet {
  /** Final state where it is known already; null is read at the end. */
  private readonly messages = new Map<number, Message | null>();
  private readonly removals = new Map<number, string>();
  private readonly touched = new Set<number>();
  private readonly counts = new Map<number, { unread: number; mentions: number }>();
  private readonly arrivals: number[] = [];
  private readonly files = new Set<string>();
  private readonly goneConversations: string[] = [];

  constructor(
    private readonly database: WriteConnection,
    private readonly reader: MessageReader,
  ) {}

  message(id: number, conversation: number): void {
    this.messages.set(id, null);
    this.removals.delete(id);
    this.touched.add(conversation);
  }

  /** A shown message that was just inserted, as it lies in the table. */
  inserted(message: Message, conversation: number): void {
    this.messages.set(message.id, message);
    this.touched.add(conversation);
  }

  conversation(key: number): void {
    this.touched.add(key);
  }

  /** A message that is not in the timeline any more: deleted, or replaced by a newer one. */
  removed(id: number, conversation: number, conversationId: string): void {
    this.messages.delete(id);
    this.removals.set(id, conversationId);
    this.touched.add(conversation);
  }

  removedConversation(key: number, id: string): void {
    this.touched.delete(key);
    this.goneConversations.push(id);
  }

  /** Adds to (or takes from) what a conversation has unread: one message, that names the user or not. */
  countUnread(conversation: number, difference: 1 | -1, mention: boolean): void {
    const counts = this.counts.get(conversation) ?? { unread: 0, mentions: 0 };
    counts.unread += difference;
    if (mention) counts.mentions += difference;
    this.counts.set(conversation, counts);
    this.touched.add(conversation);
  }

  /** A message of somebody else that is new here. */
  arrived(id: number): void {
    this.arrivals.push(id);
  }

  /** A file of an attachment that is gone; it is told if nothing else refers to it. */
  file(name: string): void {
    this.files.add(name);
  }

  /** To be called last, inside the transaction. */
  finish(): StoreChange {
    const conversations: Conversation[] = [];
    for (const key of this.touched) {
      summarize(this.database, key, this.counts.get(key) ?? { unread: 0, mentions: 0 });
      const conversation = conversationByKey(this.database, key);
      if (conversation !== null) conversations.push(conversation);
    }
    const messages: Message[] = [];
    const hidden: number[] = [];
    for (const [id, inserted] of this.messages) {
      const read = inserted === null ? this.reader.withHidden(id) : { message: inserted, hidden: false };
      if (read === null) continue;
      messages.push(read.message);
      if (read.hidden) hidden.push(id);
    }
    const removed = [...this.removals].map(([id, conversation]) => ({ id, conversation }));
    const files = [...this.files].filter((file) => !this.isUsed(file));
    return {
      messages,
      conversations,
      removed,
      ...(hidden.length > 0 ? { hidden } : {}),
      ...(this.goneConversations.length > 0 ? { removedConversations: this.goneConversations } : {}),
      ...(files.length > 0 ? { files } : {}),
      ...(this.arrivals.length > 0 ? { arrived: this.arrivals } : {}),
    };
  }

  private isUsed(file: string): boolean {
    return (
      this.database.get('SELECT 1 AS found FROM attachments WHERE file = ? LIMIT 1', [file]) !== undefined
    );
  }
}
