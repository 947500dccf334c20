import {
  conversationSchema,
  peerKindSchema,
  profileStatusSchema,
  retentionSchema,
} from '../../shared/model/conversation';
import { deliveryStateSchema, protectionSchema } from '../../shared/model/message';
import { exportKinds, noRows, type ExportKind, type ExportPage } from '../ports/store';
import { backupRowSchemas, GROUP_ROW_VERSION, ROW_VERSION, type BackupRow } from './backup-rows';
import {
  bytes,
  bytesOrNull,
  flag,
  integer,
  integerOrNull,
  oneOf,
  text,
  textOrNull,
  type SqlRow,
} from './columns';
import { readContact } from './contacts';
import { countGroupRows, exportGroupRows } from './group-backup';
import { readProfile } from './profiles';
import type { ReadConnection } from './sqlite';

const factsSchema = backupRowSchemas.messages.shape.facts;
const refersAsSchema = backupRowSchemas.messages.shape.refersAs.unwrap();
const cardStateSchema = backupRowSchemas.messages.shape.cardState.unwrap();

/** How many rows of each kind there are now; messages that arrive during a backup make it more. */
export function exportCounts(database: ReadConnection): Record<ExportKind, number> {
  const counts = noRows();
  for (const kind of exportKinds) {
    if (kind === 'groups') {
      counts.groups = countGroupRows(database);
      continue;
    }
    // Kinds are named like their tables. What stands beside a draft is in no backup.
    const condition = kind === 'attachments' ? 'WHERE message IS NOT NULL' : '';
    const row = database.get(`SELECT count(*) AS count FROM ${kind} ${condition}`);
    counts[kind] = row === undefined ? 0 : integer(row, 'count');
  }
  return counts;
}

/**
 * One page of rows in the order in which they were made, so that the ids they get in another database have the same order.
 * Each page is a walk along the table's own key from where the last one ended.
 */
export function exportRows(
  database: ReadConnection,
  kind: ExportKind,
  after: number | null,
  limit: number,
): ExportPage {
  if (kind === 'groups') return exportGroupRows(database, after, limit);
  const rows = SOURCES[kind].page(database, after, limit);
  const last = rows.at(-1);
  return {
    rows: rows.map((row) => JSON.stringify(SOURCES[kind].row(row))),
    next: last === undefined || rows.length < limit ? null : integer(last, 'walk'),
  };
}

/** A checked file travels with its key; what was on its way is fetched again. */
function fileOf(row: SqlRow): { file: string | null; fileKey: string | null } {
  const key = bytesOrNull(row, 'file_key');
  const file = textOrNull(row, 'file');
  if (file === null || key === null || text(row, 'state') !== 'here') return { file: null, fileKey: null };
  return { file, fileKey: Buffer.from(key).toString('base64') };
}

/** What has to do with a group is not for programs that know none. */
const versionOf = (row: SqlRow): 2 | 3 =>
  text(row, 'of_kind') === 'group' ? GROUP_ROW_VERSION : ROW_VERSION;

type PlainKind = Exclude<ExportKind, 'groups'>;

interface Source<Kind extends PlainKind> {
  page(database: ReadConnection, after: number | null, limit: number): SqlRow[];
  row(row: SqlRow): BackupRow<Kind>;
}

/** Pages along a table's key. `after` is null at the beginning; ids are above zero. */
function byKey(columns: string, from: string, key: string): Source<PlainKind>['page'] {
  return (database, after, limit) =>
    database.all(`SELECT ${columns}, ${key} AS walk FROM ${from} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`, [
      after ?? 0,
      limit,
    ]);
}

const SOURCES: { readonly [Kind in PlainKind]: Source<Kind> } = {
  contacts: {
    page: byKey('contacts.*', 'contacts', 'contacts.key'),
    row: (row) => ({ v: ROW_VERSION, ...readContact(row) }),
  },
  certificates: {
    // This table has no number to walk along; it has few rows and none of them is ever removed.
    page: (database, after, limit) =>
      database
        .all('SELECT * FROM certificates ORDER BY aid, fingerprint LIMIT ? OFFSET ?', [limit, after ?? 0])
        .map((row, index) => ({ ...row, walk: (after ?? 0) + index + 1 })),
    row: (row) => ({
      v: ROW_VERSION,
      aid: text(row, 'aid'),
      fingerprint: text(row, 'fingerprint'),
      spkiFingerprint: text(row, 'spki_fingerprint'),
      pem: text(row, 'pem'),
      verifiedAt: integer(row, 'verified_at'),
    }),
  },
  prekeys: {
    page: byKey('prekeys.*', 'prekeys', 'prekeys.rowid'),
    row: (row) => ({
      v: ROW_VERSION,
      prekeyId: text(row, 'prekey_id'),
      deviceId: text(row, 'device_id'),
      privateKey: Buffer.from(bytes(row, 'private_key')).toString('base64'),
      createdAt: integer(row, 'created_at'),
    }),
  },
  conversations: {
    page: byKey('conversations.*, kind AS of_kind', 'conversations', 'conversations.key'),
    row: (row) => ({
      v: versionOf(row),
      id: text(row, 'id'),
      kind: oneOf(row, 'kind', conversationSchema.shape.kind),
      title: text(row, 'title'),
      peerKind: oneOf(row, 'peer_kind', peerKindSchema),
      profileStatus: oneOf(row, 'profile_status', profileStatusSchema),
      security: oneOf(row, 'security', conversationSchema.shape.security),
      openedAt: integer(row, 'opened_at'),
      draft: text(row, 'draft'),
      standing: oneOf(row, 'standing', conversationSchema.shape.standing),
      pinned: flag(row, 'pinned'),
      archived: flag(row, 'archived'),
      mutedUntil: integerOrNull(row, 'muted_until'),
      markedUnread: flag(row, 'marked_unread'),
      retention: oneOf(row, 'retention', retentionSchema),
    }),
  },
  messages: {
    page: byKey(
      'm.*, c.id AS conversation_id, c.kind AS of_kind, m.id <= c.read_up_to AS is_read',
      'messages m JOIN conversations c ON c.key = m.conversation',
      'm.id',
    ),
    row: (row) => ({
      v: versionOf(row),
      conversation: text(row, 'conversation_id'),
      sender: text(row, 'sender'),
      messageId: text(row, 'message_id'),
      own: flag(row, 'own'),
      sortAt: integer(row, 'sort_at'),
      serverTime: integerOrNull(row, 'server_time'),
      senderTime: integerOrNull(row, 'sender_time'),
      facts: factsSchema.parse(JSON.parse(text(row, 'facts'))),
      body: textOrNull(row, 'body'),
      payload: textOrNull(row, 'payload'),
      raw: textOrNull(row, 'raw'),
      epoch: integerOrNull(row, 'epoch'),
      protection: oneOf(row, 'protection', protectionSchema),
      forwardSecret: flag(row, 'forward_secret'),
      state: oneOf(row, 'state', deliveryStateSchema.nullable()),
      stateReason: textOrNull(row, 'state_reason'),
      read: flag(row, 'is_read'),
      storedAt: integer(row, 'stored_at'),
      hidden: integer(row, 'hidden'),
      mentionsMe: flag(row, 'mentions_me'),
      flags: integer(row, 'flags'),
      indexText: textOrNull(row, 'index_text'),
      replyTo: textOrNull(row, 'reply_to'),
      replyText: textOrNull(row, 'reply_text'),
      thread: textOrNull(row, 'thread'),
      refersTo: textOrNull(row, 'refers_to'),
      refersAs: oneOf(row, 'refers_as', refersAsSchema),
      replaceKey: textOrNull(row, 'replace_key'),
      cardState: oneOf(row, 'card_state', cardStateSchema),
      cardLabel: textOrNull(row, 'card_label'),
    }),
  },
  attachments: {
    page: byKey(
      `a.*, c.id AS conversation_id, c.kind AS of_kind, m.sender, m.message_id,
       (SELECT p.position FROM attachments p WHERE p.id = a.parent) AS parent_position`,
      'attachments a JOIN messages m ON m.id = a.message JOIN conversations c ON c.key = a.conversation',
      'a.id',
    ),
    row: (row) => ({
      v: versionOf(row),
      conversation: text(row, 'conversation_id'),
      sender: text(row, 'sender'),
      messageId: text(row, 'message_id'),
      position: integer(row, 'position'),
      parent: integerOrNull(row, 'parent_position'),
      role: oneOf(row, 'role', backupRowSchemas.attachments.shape.role),
      name: text(row, 'name'),
      type: text(row, 'type'),
      size: integer(row, 'size'),
      width: integerOrNull(row, 'width'),
      height: integerOrNull(row, 'height'),
      durationMs: integerOrNull(row, 'duration_ms'),
      encrypted: flag(row, 'encrypted'),
      reference: textOrNull(row, 'reference'),
      gone: text(row, 'state') === 'gone',
      ...fileOf(row),
    }),
  },
  tombstones: {
    page: byKey("tombstones.*, iif(scope = '', '', 'group') AS of_kind", 'tombstones', 'tombstones.key'),
    row: (row) => ({
      v: versionOf(row),
      conversation: text(row, 'scope'),
      sender: text(row, 'sender'),
      messageId: text(row, 'message_id'),
    }),
  },
  profiles: {
    page: byKey('profiles.*', 'profiles', 'profiles.key'),
    row: (row) => {
      const { raw, ...rest } = readProfile(row);
      return { v: ROW_VERSION, ...rest, raw: Buffer.from(raw).toString('base64') };
    },
  },
};
