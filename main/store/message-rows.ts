import { messageContentSchema, type MessageContent } from '../../shared/model/message';

/** Senders whose clock is further off than this from the gateway's are marked (`protocol/04 §16`). */
const DOUBTFUL_MS = 10 * 60 * 1000;

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
  // A key that nobody had may come all the same, from whoever comes back.
  const healing =
    content.kind === 'undecryptable' && (content.retrying || content.reason === 'group_key_unavailable');
  if (!('text' in content))
    return { kind: content.kind, body: null, facts: JSON.stringify(content), healing };
  const { text: body, ...facts } = content;
  return { kind: content.kind, body: body === '' ? null : body, facts: JSON.stringify(facts), healing };
}

/**
 * Joins columns to content. What this version cannot read is shown as unsupported, not thrown. Texts of before there were
 * mentions have none.
 */
export function readContent(facts: string, body: string | null): MessageContent {
  const stored: unknown = JSON.parse(facts);
  const joined: unknown =
    typeof stored === 'object' && stored !== null ? { mentions: [], ...stored, text: body ?? '' } : stored;
  const parsed = messageContentSchema.safeParse(joined);
  return parsed.success ? parsed.data : { kind: 'unsupported', type: 'unknown', text: body ?? '' };
}

/** What `messages.index_text` holds: NULL where the index has the body itself. */
export function indexTextOf(searchText: string, body: string | null): string | null {
  return searchText === (body ?? '') ? null : searchText;
}

/** Whether content can be shown without opening anything again. */
export function isReadable(kind: string): boolean {
  return kind !== 'undecryptable' && kind !== 'expired';
}

/** Whether the sender's signed clock and the gateway's differ by more than ten minutes (`protocol/04 §16`). */
export function isTimeDoubtful(senderTime: number | null, serverTime: number): boolean {
  return senderTime !== null && Math.abs(senderTime - serverTime) > DOUBTFUL_MS;
}
