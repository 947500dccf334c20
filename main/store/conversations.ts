import { z } from 'zod';
import {
  conversationSchema,
  peerKindSchema,
  profileStatusSchema,
  waitReasonSchema,
  type Conversation,
} from '../../shared/model/conversation';
import { deliveryStateSchema } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import { flag, integer, oneOf, text, wholeNumber, type SqlRow } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

const COLUMNS = `key, id, kind, title, peer_kind, preview, preview_kind, preview_own, preview_state, last_activity_at, unread,
  draft, waiting, read_up_to, security, profile_status`;
const kindSchema = conversationSchema.shape.kind;
const securitySchema = conversationSchema.shape.security;
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
    draft: text(row, 'draft'),
    waiting: oneOf(row, 'waiting', waitingSchema),
    readUpTo: integer(row, 'read_up_to'),
    security: oneOf(row, 'security', securitySchema),
    profileStatus: oneOf(row, 'profile_status', profileStatusSchema),
  };
}

/** Conversations, newest activity first, and how many there are. */
export function listConversations(
  database: ReadConnection,
  limit: number,
  offset: number,
): { conversations: Conversation[]; total: number } {
  const rows = database.all(
    `SELECT ${COLUMNS} FROM conversations ORDER BY last_activity_at DESC, key DESC LIMIT ? OFFSET ?`,
    [limit, offset],
  );
  const total = database.get('SELECT count(*) AS total FROM conversations');
  return { conversations: rows.map(read), total: total === undefined ? 0 : integer(total, 'total') };
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

/** Finds or makes a conversation and returns its internal key. */
export function ensureConversation(
  database: WriteConnection,
  id: string,
  kind: Conversation['kind'],
  title: string,
  now: number,
): number {
  const known = keyOf(database, id);
  if (known !== null) return known;
  const at = wholeNumber(now);
  return database.run(
    'INSERT INTO conversations (id, kind, title, opened_at, last_activity_at) VALUES (?, ?, ?, ?, ?)',
    [id, kind, title, at, at],
  ).lastInsertRowid;
}

/** Unread messages and messages waiting to leave, over all conversations. */
export function totals(database: ReadConnection): { unread: number; queued: number } {
  const row = database.get(
    `SELECT (SELECT coalesce(sum(unread), 0) FROM conversations WHERE unread > 0) AS unread,
       (SELECT count(*) FROM outbox) AS queued`,
  );
  return row === undefined
    ? { unread: 0, queued: 0 }
    : { unread: integer(row, 'unread'), queued: integer(row, 'queued') };
}

/**
 * Whether there is a conversation in which somebody else wrote something and was answered. Each conversation is asked two
 * indexes for one row.
 */
export function hasRealConversation(database: ReadConnection): boolean {
  const row = database.get(
    `SELECT 1 AS found FROM conversations c WHERE c.kind = 'direct'
       AND EXISTS (SELECT 1 FROM messages m INDEXED BY messages_unread WHERE m.conversation = c.key
         AND m.own = 0 AND m.kind IN ('text', 'unsupported', 'undecryptable'))
       AND EXISTS (SELECT 1 FROM messages m INDEXED BY messages_own WHERE m.conversation = c.key
         AND m.own = 1 AND m.state IN ('sent', 'delivered')) LIMIT 1`,
  );
  return row !== undefined;
}
