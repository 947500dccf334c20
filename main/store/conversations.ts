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
import { groupMembershipSchema, groupStatusSchema } from '../../shared/model/group';
import { deliveryStateSchema } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import { flag, integer, integerOrNull, oneOf, text, textOrNull, wholeNumber, type SqlRow } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

const QUERY = `SELECT c.key, c.id, c.kind, c.title, c.peer_kind, c.preview, c.preview_kind, c.preview_own, c.preview_sender,
    c.preview_state, c.last_activity_at, c.unread, c.mentions, c.marked_unread, c.pinned, c.archived, c.muted_until, c.standing,
    c.retention, c.draft, c.draft_reply, c.draft_attachments, c.waiting, c.read_up_to, c.security, c.profile_status,
    g.membership AS group_membership, g.status AS group_status, g.member_count AS group_members, g.picture AS group_picture
  FROM conversations c LEFT JOIN groups g ON g.conversation = c.key`;
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
    previewSender: textOrNull(row, 'preview_sender'),
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
    group: groupSummary(row),
    profileStatus: oneOf(row, 'profile_status', profileStatusSchema),
  };
}

function groupSummary(row: SqlRow): Conversation['group'] {
  if (textOrNull(row, 'group_membership') === null) return null;
  return {
    membership: oneOf(row, 'group_membership', groupMembershipSchema),
    status: oneOf(row, 'group_status', groupStatusSchema),
    memberCount: integer(row, 'group_members'),
    picture: textOrNull(row, 'group_picture'),
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
    `${QUERY} WHERE c.view = ? ORDER BY c.pinned DESC, c.last_activity_at DESC, c.key DESC LIMIT ? OFFSET ?`,
    [view, limit, offset],
  );
  const total = database.get('SELECT count(*) AS total FROM conversations WHERE view = ?', [view]);
  return { conversations: rows.map(read), total: total === undefined ? 0 : integer(total, 'total') };
}

/** As names are compared. */
export const folded = (value: string): string => value.normalize('NFKC').toLowerCase();

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
  const row = database.get(`${QUERY} WHERE c.id = ?`, [id]);
  return row === undefined ? null : read(row);
}

/** The conversation with this internal key. */
export function conversationByKey(database: ReadConnection, key: number): Conversation | null {
  const row = database.get(`${QUERY} WHERE c.key = ?`, [key]);
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

/** Whether a conversation is a group. */
export function isGroup(database: ReadConnection, key: number): boolean {
  return groupIdOf(database, key) !== null;
}

/** The id of a group by the key of its conversation, or null for any other conversation. */
export function groupIdOf(database: ReadConnection, key: number): string | null {
  const row = database.get("SELECT id FROM conversations WHERE key = ? AND kind = 'group'", [key]);
  return row === undefined ? null : text(row, 'id');
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
    `SELECT 1 AS found FROM conversations c WHERE c.kind <> 'self'
       AND EXISTS (SELECT 1 FROM messages m INDEXED BY messages_unread WHERE m.conversation = c.key AND m.counted = 1)
       AND EXISTS (SELECT 1 FROM messages m INDEXED BY messages_own WHERE m.conversation = c.key
         AND m.own = 1 AND m.state IN ('sent', 'delivered')) LIMIT 1`,
  );
  return row !== undefined;
}
