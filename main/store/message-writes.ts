import type { AttachmentClaim, MessageLinks } from '../ports/store';
import type { Logger } from '../runtime/logger';
import type { ChangeSet } from './change-set';
import { flag, integer, text, textOrNull, wholeNumberOrNull, type SqlValue } from './columns';
import { countsAsUnread, isLine } from './message-flags';
import { indexTextOf, type StoredContent } from './message-rows';
import type { ReadConnection, WriteConnection } from './sqlite';
import type { IndexedMessage, SearchIndex } from './search-index';

/** What functions that write messages work with. */
export interface WriteContext {
  readonly database: WriteConnection;
  readonly change: ChangeSet;
  readonly index: SearchIndex;
  readonly logger: Logger;
  /** Unix ms. */
  readonly now: number;
}

/** Shown, hidden by itself, or replaced by a newer one with the same key. */
export const SHOWN = 0;
export const HIDDEN = 1;
export const REPLACED = 2;

/** Columns of a new message; what is not named has the table's default. */
export interface NewMessage {
  readonly conversation: number;
  /** Key of the conversation in a group, 0 elsewhere: ids and numbers mean something within it. */
  readonly scope: number;
  readonly sender: string;
  readonly messageId: string;
  readonly own: boolean;
  readonly seq?: number | null;
  /** Number of the group key of what could not be opened. */
  readonly epoch?: number | null;
  readonly sortAt: number;
  readonly serverTime?: number | null;
  readonly senderTime?: number | null;
  readonly timeDoubtful?: boolean;
  readonly content: Pick<StoredContent, 'body' | 'facts' | 'healing'> & { readonly kind: string };
  readonly links: StoredLinks;
  readonly payload?: string | null;
  readonly raw?: string | null;
  readonly protection: string;
  readonly forwardSecret?: boolean;
  readonly state?: string | null;
  readonly stateReason?: string | null;
  readonly requestId?: string | null;
  /** Unix ms. */
  readonly storedAt: number;
}

/** Links of a message as its columns hold them. */
export interface StoredLinks {
  readonly hidden: number;
  readonly mentionsMe: boolean;
  readonly flags: number;
  readonly indexText: string | null;
  readonly replyTo: string | null;
  readonly replyText: string | null;
  readonly thread: string | null;
  readonly refersTo: string | null;
  readonly refersAs: string | null;
  readonly replaceKey: string | null;
  readonly cardState?: string | null;
  readonly cardLabel?: string | null;
}

/** Links as columns. */
export function storeLinks(links: MessageLinks, body: string | null, flags: number): StoredLinks {
  return {
    hidden: links.hidden ? HIDDEN : SHOWN,
    mentionsMe: links.mentionsMe,
    flags,
    indexText: indexTextOf(links.searchText, body),
    replyTo: links.replyTo?.messageId ?? null,
    replyText: links.replyTo?.text ?? null,
    thread: links.thread,
    refersTo: links.refersTo?.messageId ?? null,
    refersAs: links.refersTo?.as ?? null,
    replaceKey: links.replaceKey,
  };
}

/** Columns of content and links, in the order in which {@link contentValues} gives their values. */
export const CONTENT_COLUMNS =
  'kind, body, facts, healing, hidden, counted, mentions_me, flags, index_text, reply_to, reply_text, thread, refers_to,' +
  ' refers_as, replace_key, card_state, card_label';

export function contentValues(
  own: boolean,
  content: NewMessage['content'],
  links: StoredLinks,
): readonly SqlValue[] {
  return [
    content.kind,
    content.body,
    content.facts,
    content.healing ? 1 : 0,
    links.hidden,
    countsAsUnread(own, content.kind, links.hidden) ? 1 : 0,
    links.mentionsMe ? 1 : 0,
    links.flags,
    links.indexText,
    links.replyTo,
    links.replyText,
    links.thread,
    links.refersTo,
    links.refersAs,
    links.replaceKey,
    links.cardState ?? null,
    links.cardLabel ?? null,
  ];
}

const INSERT = `INSERT INTO messages (conversation, scope, sender, message_id, own, seq, epoch, sort_at, server_time, sender_time,
    time_doubtful, payload, raw, protection, forward_secret, state, state_reason, request_id, stored_at, ${CONTENT_COLUMNS})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (sender, message_id, scope) DO NOTHING`;

/** Inserts a message and returns its id, or null when there is one of this sender under this id in its scope already. */
export function insertMessage(
  context: Pick<WriteContext, 'database' | 'index'>,
  message: NewMessage,
): number | null {
  const inserted = context.database.run(INSERT, [
    message.conversation,
    message.scope,
    message.sender,
    message.messageId,
    message.own ? 1 : 0,
    message.seq ?? null,
    message.epoch ?? null,
    message.sortAt,
    message.serverTime ?? null,
    message.senderTime ?? null,
    message.timeDoubtful === true ? 1 : 0,
    message.payload ?? null,
    message.raw ?? null,
    message.protection,
    message.forwardSecret === true ? 1 : 0,
    message.state ?? null,
    message.stateReason ?? null,
    message.requestId ?? null,
    message.storedAt,
    ...contentValues(message.own, message.content, message.links),
  ]);
  if (inserted.changes === 0) return null;
  if (message.links.hidden === SHOWN && !isLine(message.content.kind)) {
    context.index.add({
      id: inserted.lastInsertRowid,
      conversation: message.conversation,
      own: message.own,
      flags: message.links.flags,
      author: message.scope > 0 ? message.sender : null,
      text: message.links.indexText ?? message.content.body ?? '',
    });
  }
  return inserted.lastInsertRowid;
}

/** Facts about a stored message that writing needs. */
export interface StoredMessage {
  readonly id: number;
  readonly conversation: number;
  readonly conversationId: string;
  readonly scope: number;
  readonly sender: string;
  readonly messageId: string;
  readonly own: boolean;
  readonly kind: string;
  readonly hidden: number;
  /** It is unread now. */
  readonly unread: boolean;
  readonly mentionsMe: boolean;
  readonly state: string | null;
  readonly refersTo: string | null;
  readonly refersAs: string | null;
  readonly replaceKey: string | null;
  /** What the index has of it; null when it is not in the index. */
  readonly indexed: IndexedMessage | null;
}

const STORED = `SELECT m.id, m.conversation, c.id AS conversation_id, c.read_up_to, m.scope, m.sender, m.message_id, m.own, m.kind, m.hidden,
    m.counted, m.mentions_me, m.state, m.refers_to, m.refers_as, m.replace_key, m.flags,
    coalesce(m.index_text, m.body, '') AS indexed
  FROM messages m JOIN conversations c ON c.key = m.conversation`;

/** Messages that match conditions on `messages m`. */
export function storedMessages(
  database: ReadConnection,
  conditions: string,
  params: readonly SqlValue[],
): StoredMessage[] {
  return database.all(`${STORED} ${conditions}`, params).map((row) => {
    const hidden = integer(row, 'hidden');
    const kind = text(row, 'kind');
    const id = integer(row, 'id');
    const conversation = integer(row, 'conversation');
    const own = flag(row, 'own');
    const flags = integer(row, 'flags');
    const scope = integer(row, 'scope');
    const sender = text(row, 'sender');
    return {
      id,
      conversation,
      conversationId: text(row, 'conversation_id'),
      scope,
      sender,
      messageId: text(row, 'message_id'),
      own,
      kind,
      hidden,
      unread: flag(row, 'counted') && id > integer(row, 'read_up_to'),
      mentionsMe: flag(row, 'mentions_me'),
      state: textOrNull(row, 'state'),
      refersTo: textOrNull(row, 'refers_to'),
      refersAs: textOrNull(row, 'refers_as'),
      replaceKey: textOrNull(row, 'replace_key'),
      indexed:
        hidden === SHOWN && !isLine(kind)
          ? { id, conversation, own, flags, author: scope > 0 ? sender : null, text: text(row, 'indexed') }
          : null,
    };
  });
}

/** Hides a message because a newer one took its place. */
export function replaceMessage(context: WriteContext, message: StoredMessage): void {
  context.database.run('UPDATE messages SET hidden = ?, counted = 0 WHERE id = ?', [REPLACED, message.id]);
  if (message.indexed !== null) context.index.remove(message.indexed);
  if (message.unread) context.change.countUnread(message.conversation, -1, message.mentionsMe);
  context.change.removed(message.id, message.conversation, message.conversationId);
}

/** More attachments than this are not kept of one message. */
const MOST_ATTACHMENTS = 64;

/** Stores the attachments a message names, nothing of them fetched yet. */
export function insertClaims(
  database: WriteConnection,
  conversation: number,
  message: number,
  claims: readonly AttachmentClaim[],
): void {
  let position = 0;
  const insert = (claim: AttachmentClaim, parent: number | null): number => {
    position += 1;
    return database.run(
      `INSERT INTO attachments (conversation, message, parent, position, role, name, type, size, width, height, duration_ms,
         encrypted, reference, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'remote')`,
      [
        conversation,
        message,
        parent,
        position,
        parent === null ? claim.role : 'thumbnail',
        claim.name,
        claim.type,
        Math.max(0, wholeNumberOrNull(claim.size) ?? 0),
        wholeNumberOrNull(claim.width),
        wholeNumberOrNull(claim.height),
        claim.durationMs,
        claim.encrypted ? 1 : 0,
        claim.referenceJson,
      ],
    ).lastInsertRowid;
  };
  for (const claim of claims.slice(0, MOST_ATTACHMENTS)) {
    const id = insert(claim, null);
    if (claim.thumbnail !== null) insert(claim.thumbnail, id);
  }
}
