import { z } from 'zod';
import {
  conversationSchema,
  peerKindSchema,
  profileStatusSchema,
  retentionSchema,
  waitReasonSchema,
  type Conversation,
  type ConversationView,
} from '../../shared/model/conversation';
import { deliveryStateSchema } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import { flag, integer, integerOrNull, oneOf, text, textOrNull, wholeNumber, type SqlRow } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

const COLUMNS = `key, id, kind, title, peer_kind, preview, preview_kind, preview_own, preview_state, last_activity_at, unread,
  mentions, marked_unread, pinned, archived, muted_until, standing, retention, draft, draft_reply, draft_attachments, waiting,
  read_up_to, security, profile_status`;
const { kind: kindSchema, security: securitySchema, standing: standingSchema } = conversationSchema.shape;
const previewKindSchema = conversationSchema.shape.previewKind;
const stateSchema = z.nullable(deliveryStateSchema);
const waitingSchema = z.nullable(waitReasonSchema);

function read(row: SqlRow): Conversation {
  return {
    conversation: text(row, 'id'),
    kind: oneOf(row, 'kind', kindSchema),
    title: text(row, 'title'),
    peerKind: oneOf(row, 'peer_kind', peerKindSchema),
    preview: text(row, 'preview'),
    previewKind: oneOf(row, 'preview_kind', previewKindSchema),
    previewOwn: flag(row, 'preview_own'),
    previewState: oneOf(row, 'preview_state', stateSchema),
    lastActivityAt: integer(row, 'last_activity_at'),
    unread: integer(row, 'unread'),
    mentions: integer(row, 'mentions'),
    markedUnread: flag(row, 'marked_unread'),
    pinned: flag(row, 'pinned'),
    archived: flag(row, 'archived'),
    mutedUntil: integerOrNull(row, 'muted_until'),
    standing: oneOf(row, 'standing', standingSchema),
    retention: oneOf(row, 'retention', retentionSchema),
    draft: text(row, 'draft'),
    draftReply: integerOrNull(row, 'draft_reply'),
    draftAttachments: integer(row, 'draft_attachments'),
    waiting: oneOf(row, 'waiting', waitingSchema),
    readUpTo: integer(row, 'read_up_to'),
    security: oneOf(row, 'security', securitySchema),
    profileStatus: oneOf(row, 'profile_status', profileStatusSchema),
  };
}

/** Conversations of a view, pinned ones first, then newest activity first, and how many there are. */
export function listConversations(
  database: ReadConnection,
  view: ConversationView,
  limit: number,
  offset: number,
): { conversations: Conversation[]; total: number } {
  const rows = database.all(
    `SELECT ${COLUMNS} FROM conversations WHERE view = ?
     ORDER BY pinned DESC, last_activity_at DESC, key DESC LIMIT ? OFFSET ?`,
    [view, limit, offset],
  );
  const total = database.get('SELECT count(*) AS total FROM conversations WHERE view = ?', [view]);
  return { conversations: rows.map(read), total: total === undefined ? 0 : integer(total, 'total') };
}

const folded = (value: string): string => value.normalize('NFKC').toLowerCase();

/** Whose title, alias or address contains a text; see `StoreReader.findConversations`. */
export function findConversations(database: ReadConnection, query: string, limit: number): Conversation[] {
  const wanted = folded(query).trim();
  const keys: number[] = [];
  for (const row of database.all(
    `SELECT c.key, c.id, c.title, p.alias FROM conversations c LEFT JOIN contacts p ON p.aid = c.id
     WHERE c.view IN ('inbox', 'archived', 'requests') ORDER BY c.last_activity_at DESC, c.key DESC`,
  )) {
    if (keys.length >= limit) break;
    const names = [text(row, 'id'), text(row, 'title'), textOrNull(row, 'alias') ?? ''];
    if (names.some((name) => folded(name).includes(wanted))) keys.push(integer(row, 'key'));
  }
  return keys.flatMap((key) => conversationByKey(database, key) ?? []);
}

/** The conversation with this id, or null. */
export function conversationById(database: ReadConnection, id: string): Conversation | null {
  const row = database.get(`SELECT ${COLUMNS} FROM conversations WHERE id = ?`, [id]);
  return row === undefined ? null : read(row);
}

/** The conversation with this internal key. */
export function conversationByKey(database: ReadConnection, key: number): Conversation | null {
  const row = database.get(`SELECT ${COLUMNS} FROM conversations WHERE key = ?`, [key]);
  return row === undefined ? null : read(row);
}

/** The internal key of a conversation, or null when there is none. */
export function keyOf(database: ReadConnection, id: string): number | null {
  const row = database.get('SELECT key FROM conversations WHERE id = ?', [id]);
  return row === undefined ? null : integer(row, 'key');
}

/** The internal key of a conversation. @throws AunError `unknown_conversation` */
export function requireKey(database: ReadConnection, id: string): number {
  const key = keyOf(database, id);
  if (key === null) throw new AunError('unknown_conversation', 'there is no such conversation');
  return key;
}

/** What a conversation that is not there yet begins with. */
export interface NewConversation {
  readonly id: string;
  readonly kind: Conversation['kind'];
  readonly title: string;
  /** Unix ms. */
  readonly now: number;
  readonly standing: Conversation['standing'];
}

/** Finds or makes a conversation and returns its internal key. */
export function ensureConversation(database: WriteConnection, made: NewConversation): number {
  const known = keyOf(database, made.id);
  if (known !== null) return known;
  const at = wholeNumber(made.now);
  return database.run(
    'INSERT INTO conversations (id, kind, title, opened_at, last_activity_at, standing) VALUES (?, ?, ?, ?, ?, ?)',
    [made.id, made.kind, made.title, at, at, made.standing],
  ).lastInsertRowid;
}

/**
 * Unread messages and mentions (blocked conversations and requests count nothing, muted ones no unread messages), requests, and
 * messages waiting to leave, over all conversations.
 */
export function totals(
  database: ReadConnection,
  now: number,
): { unread: number; mentions: number; requests: number; queued: number } {
  const counted = database.get(
    `SELECT coalesce(sum(iif(muted_until > ?, 0, max(unread, marked_unread))), 0) AS unread,
       coalesce(sum(mentions), 0) AS mentions
     FROM conversations WHERE (unread > 0 OR marked_unread = 1) AND standing = 'accepted'`,
    [wholeNumber(now)],
  );
  const rest = database.get(
    `SELECT (SELECT count(*) FROM conversations WHERE view = 'requests') AS requests,
       (SELECT count(*) FROM outbox) AS queued`,
  );
  if (counted === undefined || rest === undefined) return { unread: 0, mentions: 0, requests: 0, queued: 0 };
  return {
    unread: integer(counted, 'unread'),
    mentions: integer(counted, 'mentions'),
    requests: integer(rest, 'requests'),
    queued: integer(rest, 'queued'),
  };
}

/**
 * Whether there is a conversation in which somebody else wrote something and was answered. Each conversation is asked two
 * indexes for one row.
 */
export function hasRealConversation(database: ReadConnection): boolean {
  const row = database.get(
    `SELECT 1 AS found FROM conversations c WHERE c.kind = 'direct'
       AND EXISTS (SELECT 1 FROM messages m INDEXED BY messages_unread WHERE m.conversation = c.key AND m.counted = 1)
       AND EXISTS (SELECT 1 FROM messages m INDEXED BY messages_own WHERE m.conversation = c.key
         AND m.own = 1 AND m.state IN ('sent', 'delivered')) LIMIT 1`,
  );
  return row !== undefined;
}
