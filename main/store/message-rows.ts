import {
  deliveryStateSchema,
  messageContentSchema,
  protectionSchema,
  type Message,
  type MessageContent,
} from '../../shared/model/message';
import { flag, integer, oneOf, text, textOrNull, type SqlRow } from './columns';
import type { ReadConnection } from './sqlite';

/** Senders whose clock is further off than this from the gateway's are marked (`protocol/04 §16`). */
const DOUBTFUL_MS = 10 * 60 * 1000;

/** Columns that make a {@link Message}; to be followed by conditions. */
export const MESSAGE_QUERY = `
  SELECT m.id, c.id AS conversation, m.message_id, m.sender, m.own, m.sort_at, m.body, m.facts, m.protection,
    m.forward_secret, m.state, m.state_reason, m.time_doubtful
  FROM messages m JOIN conversations c ON c.key = m.conversation`;

const MESSAGE_BY_ID = `${MESSAGE_QUERY} WHERE m.id = ?`;

/** Content as it lies in the table: the text by itself, so that it can be indexed, and the rest as JSON. */
export interface StoredContent {
  readonly kind: MessageContent['kind'];
  /** NULL when there is no text. */
  readonly body: string | null;
  readonly facts: string;
  /** A later try may open it. */
  readonly healing: boolean;
}

/** Splits content into columns. */
export function storeContent(content: MessageContent): StoredContent {
  const healing = content.kind === 'undecryptable' && content.retrying;
  if (!('text' in content))
    return { kind: content.kind, body: null, facts: JSON.stringify(content), healing };
  const { text: body, ...facts } = content;
  return { kind: content.kind, body: body === '' ? null : body, facts: JSON.stringify(facts), healing };
}

/** Joins columns to content. What this version cannot read is shown as unsupported, not thrown. */
export function readContent(facts: string, body: string | null): MessageContent {
  const stored: unknown = JSON.parse(facts);
  const joined: unknown =
    typeof stored === 'object' && stored !== null ? { ...stored, text: body ?? '' } : stored;
  const parsed = messageContentSchema.safeParse(joined);
  return parsed.success ? parsed.data : { kind: 'unsupported', type: 'unknown', text: body ?? '' };
}

/** A row of {@link MESSAGE_QUERY} as the window knows it. */
export function readMessage(row: SqlRow): Message {
  return {
    id: integer(row, 'id'),
    conversation: text(row, 'conversation'),
    messageId: text(row, 'message_id'),
    sender: text(row, 'sender'),
    own: flag(row, 'own'),
    sortAt: integer(row, 'sort_at'),
    content: readContent(text(row, 'facts'), textOrNull(row, 'body')),
    protection: oneOf(row, 'protection', protectionSchema),
    forwardSecret: flag(row, 'forward_secret'),
    state: oneOf(row, 'state', deliveryStateSchema.nullable()),
    stateReason: textOrNull(row, 'state_reason'),
    timeDoubtful: flag(row, 'time_doubtful'),
  };
}

/** A message by its id, or null. */
export function messageById(database: ReadConnection, id: number): Message | null {
  const row = database.get(MESSAGE_BY_ID, [id]);
  return row === undefined ? null : readMessage(row);
}

/** Whether a message counts as unread while it lies behind the read pointer: what somebody else wrote and is still there. */
export function countsAsUnread(own: boolean, kind: string): boolean {
  return !own && (kind === 'text' || kind === 'unsupported' || kind === 'undecryptable');
}

/** Whether content can be shown without opening anything again. */
export function isReadable(kind: string): boolean {
  return kind !== 'undecryptable' && kind !== 'expired';
}

/** Whether the sender's signed clock and the gateway's differ by more than ten minutes (`protocol/04 §16`). */
export function isTimeDoubtful(senderTime: number | null, serverTime: number): boolean {
  return senderTime !== null && Math.abs(senderTime - serverTime) > DOUBTFUL_MS;
}
