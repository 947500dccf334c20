import { z } from 'zod';
import type { Attachment } from '../../shared/model/attachment';
import {
  deliveryStateSchema,
  protectionSchema,
  type Message,
  type MessageContent,
} from '../../shared/model/message';
import { shownAttachments } from './attachment-rows';
import { flag, integer, oneOf, text, textOrNull, type SqlRow, type SqlValue } from './columns';
import { messageFlags } from './message-flags';
import { finalOf, replyOf, votesOf } from './message-relations';
import { readContent } from './message-rows';
import type { ReadConnection } from './sqlite';

/** Columns that make a {@link Message}; to be followed by conditions. */
export const MESSAGE_QUERY = `
  SELECT m.id, m.conversation AS conversation_key, c.id AS conversation, m.message_id, m.sender, m.own, m.sort_at, m.body,
    m.facts, m.protection, m.forward_secret, m.state, m.state_reason, m.time_doubtful, m.flags, m.reply_to, m.reply_text,
    m.thread, m.mentions_me, m.card_state, m.card_label, m.crashes, m.hidden
  FROM messages m JOIN conversations c ON c.key = m.conversation`;

/** So many crashes of the window while drawing a message, and it is drawn as a plain line. */
export const CRASHES_TO_QUARANTINE = 2;

const MESSAGE_BY_ID = `${MESSAGE_QUERY} WHERE m.id = ?`;
const stateSchema = deliveryStateSchema.nullable();
const cardStateSchema = z.enum(['pending', 'completed', 'dismissed']).nullable();

/** Reads messages of one database. */
export class MessageReader {
  /** @param account own AID, which the addresses of files name */
  constructor(
    private readonly database: ReadConnection,
    private readonly account: string,
  ) {}

  /** A message by its id, or null. */
  byId(id: number): Message | null {
    const row = this.database.get(MESSAGE_BY_ID, [id]);
    return row === undefined ? null : this.read(row);
  }

  /** A message by its id and whether no timeline shows it, or null. */
  withHidden(id: number): { readonly message: Message; readonly hidden: boolean } | null {
    const row = this.database.get(MESSAGE_BY_ID, [id]);
    return row === undefined ? null : { message: this.read(row), hidden: flag(row, 'hidden') };
  }

  /** Messages that match conditions on `messages m`. */
  all(conditions: string, params: readonly SqlValue[]): Message[] {
    return this.database.all(`${MESSAGE_QUERY} ${conditions}`, params).map((row) => this.read(row));
  }

  /** A row of {@link MESSAGE_QUERY} as the window knows it. What few messages have is looked up only for those. */
  private read(row: SqlRow): Message {
    const { database } = this;
    const id = integer(row, 'id');
    const key = integer(row, 'conversation_key');
    const messageId = text(row, 'message_id');
    const sender = text(row, 'sender');
    const content = readContent(text(row, 'facts'), textOrNull(row, 'body'));
    const replyTo = textOrNull(row, 'reply_to');
    return {
      id,
      conversation: text(row, 'conversation'),
      messageId,
      sender,
      own: flag(row, 'own'),
      sortAt: integer(row, 'sort_at'),
      content,
      protection: oneOf(row, 'protection', protectionSchema),
      forwardSecret: flag(row, 'forward_secret'),
      state: oneOf(row, 'state', stateSchema),
      stateReason: textOrNull(row, 'state_reason'),
      timeDoubtful: flag(row, 'time_doubtful'),
      attachments: this.attachments(id, content, integer(row, 'flags')),
      reply:
        replyTo === null
          ? null
          : replyOf(database, { key, messageId: replyTo, text: textOrNull(row, 'reply_text') ?? '' }),
      thread: textOrNull(row, 'thread'),
      mentionsMe: flag(row, 'mentions_me'),
      card: content.kind === 'actions' ? cardOf(row) : null,
      votes: content.kind === 'poll' ? votesOf(database, key, messageId, content) : null,
      finalId: content.kind === 'stream' ? finalOf(database, key, messageId, sender) : null,
      quarantined: integer(row, 'crashes') >= CRASHES_TO_QUARANTINE,
    };
  }

  private attachments(id: number, content: MessageContent, flags: number): Attachment[] {
    const some = (flags & (messageFlags.file | messageFlags.picture)) !== 0;
    return some && content.kind !== 'recalled' ? shownAttachments(this.database, this.account, id) : [];
  }
}

function cardOf(row: SqlRow): Message['card'] {
  return {
    state: oneOf(row, 'card_state', cardStateSchema) ?? 'pending',
    label: textOrNull(row, 'card_label') ?? '',
  };
}
