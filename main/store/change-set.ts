import type { StoreChange } from '../ports/store';
import { waitReasonSchema, type Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import { flag, integer, text, textOrNull } from './columns';
import { conversationByKey } from './conversations';
import { messageById, readContent } from './message-rows';
import { PREVIEW_SOURCE, previewOf } from './preview';
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
  private readonly unread = new Map<number, number>();

  constructor(private readonly database: WriteConnection) {}

  message(id: number, conversation: number): void {
    this.messages.set(id, null);
    this.touched.add(conversation);
  }

  /** A message that was just inserted, as it lies in the table. */
  inserted(message: Message, conversation: number): void {
    this.messages.set(message.id, message);
    this.touched.add(conversation);
  }

  conversation(key: number): void {
    this.touched.add(key);
  }

  removed(id: number, conversation: number, conversationId: string): void {
    this.messages.delete(id);
    this.removals.set(id, conversationId);
    this.touched.add(conversation);
  }

  /** Adds to (or takes from) the number of unread messages of a conversation. */
  countUnread(conversation: number, difference: number): void {
    if (difference === 0) return;
    this.unread.set(conversation, (this.unread.get(conversation) ?? 0) + difference);
    this.touched.add(conversation);
  }

  /** To be called last, inside the transaction. */
  finish(): StoreChange {
    const conversations: Conversation[] = [];
    for (const key of this.touched) {
      this.summarize(key);
      const conversation = conversationByKey(this.database, key);
      if (conversation !== null) conversations.push(conversation);
    }
    const messages: Message[] = [];
    for (const [id, inserted] of this.messages) {
      const message = inserted ?? messageById(this.database, id);
      if (message !== null) messages.push(message);
    }
    const removed = [...this.removals].map(([id, conversation]) => ({ id, conversation }));
    return { messages, conversations, removed };
  }

  private summarize(key: number): void {
    const newest = this.database.get(
      `SELECT own, state, sort_at, facts, substr(body, 1, ${PREVIEW_SOURCE}) AS body FROM messages
       WHERE conversation = ? AND kind <> 'notice' ORDER BY sort_at DESC, id DESC LIMIT 1`,
      [key],
    );
    const head = this.database.get(
      `SELECT m.state, m.state_reason FROM outbox o JOIN messages m ON m.id = o.message
       WHERE o.conversation = ? ORDER BY o.message LIMIT 1`,
      [key],
    );
    const reason =
      head === undefined || textOrNull(head, 'state') !== 'queued' ? null : textOrNull(head, 'state_reason');
    const waiting = waitReasonSchema.nullable().catch(null).parse(reason);
    const shown =
      newest === undefined
        ? { preview: '', previewKind: 'none' }
        : previewOf(readContent(text(newest, 'facts'), textOrNull(newest, 'body')));
    this.database.run(
      `UPDATE conversations SET preview = ?, preview_kind = ?, preview_own = ?, preview_state = ?,
         last_activity_at = coalesce(?, opened_at), unread = max(0, unread + ?), waiting = ? WHERE key = ?`,
      [
        shown.preview,
        shown.previewKind,
        newest !== undefined && flag(newest, 'own') ? 1 : 0,
        newest === undefined ? null : textOrNull(newest, 'state'),
        newest === undefined ? null : integer(newest, 'sort_at'),
        this.unread.get(key) ?? 0,
        waiting,
        key,
      ],
    );
  }
}
