import { isGroupId } from '../../shared/aun/group-id';
import type { ErrorCode } from '../../shared/bridge/errors';
import type { DeliveryState } from '../../shared/model/message';
import type { ExportKind } from '../ports/store';
import { AunError } from '../runtime/errors';
import { parseBackupRow, type BackupRow } from './backup-rows';
import { integer } from './columns';
import { importContact } from './contacts';
import { ensureConversation, keyOf } from './conversations';
import { isBuried } from './deletions';
import { importGroupRow } from './group-backup';
import { importCertificate, importPrekey } from './keys';
import { countsAsUnread, flagsOf } from './message-flags';
import { isTimeDoubtful, readContent, storeContent } from './message-rows';
import { insertMessage, type WriteContext } from './message-writes';
import { importProfile } from './profiles';
import type { ReadConnection, WriteConnection } from './sqlite';

const NOT_SENT: ErrorCode = 'cancelled';

/** Takes rows of a backup; see `AccountStore.importRows`. */
export function importRows(context: WriteContext, kind: ExportKind, rows: readonly string[]): number {
  if (kind === 'messages') return importMessages(context, rows);
  let added = 0;
  for (const row of rows) if (importOne(context, kind, row)) added += 1;
  return added;
}

function importOne(context: WriteContext, kind: Exclude<ExportKind, 'messages'>, row: string): boolean {
  const { database } = context;
  switch (kind) {
    case 'contacts':
      return importContact(database, parseBackupRow(kind, row));
    case 'certificates':
      // This installation has verified nothing yet, and may trust other roots than the one that wrote the row.
      return importCertificate(database, { ...parseBackupRow(kind, row), verifiedAt: 0 });
    case 'prekeys': {
      const { privateKey, ...prekey } = parseBackupRow(kind, row);
      return importPrekey(database, { ...prekey, privateKeyPkcs8: Buffer.from(privateKey, 'base64') });
    }
    case 'conversations':
      return importConversation(database, parseBackupRow(kind, row));
    case 'attachments':
      return importAttachment(database, parseBackupRow(kind, row));
    case 'tombstones':
      return importTombstone(database, parseBackupRow(kind, row));
    case 'groups':
      return importGroupRow(context, parseBackupRow(kind, row));
    case 'profiles': {
      const { raw, ...profile } = parseBackupRow(kind, row);
      return importProfile(database, { ...profile, raw: Buffer.from(raw, 'base64') });
    }
  }
}

function importConversation(database: WriteConnection, row: BackupRow<'conversations'>): boolean {
  return (
    database.run(
      `INSERT INTO conversations (id, kind, title, peer_kind, profile_status, security, opened_at, last_activity_at, draft,
         standing, pinned, archived, muted_until, marked_unread, retention)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      [
        row.id,
        row.kind,
        row.title,
        row.peerKind,
        row.profileStatus,
        row.security,
        row.openedAt,
        row.openedAt,
        row.draft,
        row.standing,
        row.pinned ? 1 : 0,
        row.archived ? 1 : 0,
        row.mutedUntil,
        row.markedUnread ? 1 : 0,
        row.retention,
      ],
    ).changes > 0
  );
}

/**
 * A file that the backup carries is here with its key; if it is not there after all, it counts as one to be fetched when the
 * account starts. The others are fetched again, as far as there is a reference.
 */
function importAttachment(database: WriteConnection, row: BackupRow<'attachments'>): boolean {
  const scope = scopeIn(database, row.conversation);
  const message = database.get(
    'SELECT id, conversation FROM messages WHERE sender = ? AND message_id = ? AND scope = ?',
    [row.sender, row.messageId, scope],
  );
  if (message === undefined) return false;
  const id = integer(message, 'id');
  const at = (position: number): number | null => {
    const found = database.get('SELECT id FROM attachments WHERE message = ? AND position = ?', [
      id,
      position,
    ]);
    return found === undefined ? null : integer(found, 'id');
  };
  const parent = row.parent === null ? null : at(row.parent);
  if (at(row.position) !== null || (row.parent !== null && parent === null)) return false;
  const key = row.file === null || row.fileKey === null ? null : Buffer.from(row.fileKey, 'base64');
  if (key !== null && key.length !== 32)
    throw new AunError('backup_damaged', 'the key of a file has a wrong length');
  database.run(
    `INSERT INTO attachments (conversation, message, parent, position, role, name, type, size, width, height, duration_ms,
       encrypted, reference, state, file, file_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      integer(message, 'conversation'),
      id,
      parent,
      row.position,
      row.role,
      row.name,
      row.type,
      row.size,
      row.width,
      row.height,
      row.durationMs,
      row.encrypted ? 1 : 0,
      row.reference,
      key !== null ? 'here' : row.gone || row.reference === null ? 'gone' : 'remote',
      key === null ? null : row.file,
      key,
    ],
  );
  return true;
}

/** What is here stays: a tombstone of a backup deletes nothing. */
function importTombstone(database: WriteConnection, row: BackupRow<'tombstones'>): boolean {
  return (
    database.run(
      `INSERT INTO tombstones (scope, sender, message_id) SELECT ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM messages WHERE sender = ? AND message_id = ? AND scope = ?)
       ON CONFLICT DO NOTHING`,
      [
        row.conversation,
        row.sender,
        row.messageId,
        row.sender,
        row.messageId,
        row.conversation === '' ? 0 : scopeIn(database, row.conversation),
      ],
    ).changes > 0
  );
}

/** Scope of the messages of a conversation; -1 for a group that is not here. */
function scopeIn(database: ReadConnection, conversation: string): number {
  return isGroupId(conversation) ? (keyOf(database, conversation) ?? -1) : 0;
}

/** A conversation while messages go into it. */
interface Target {
  readonly key: number;
  readonly scope: number;
  /** Unread messages it has, those of this page included. */
  unread: number;
  readUpTo: number;
  added: boolean;
}

/**
 * Messages get new ids in the order of the backup. The place up to which the user has read moves along with those that were read,
 * as long as nothing unread lies before it: merging into an account never marks as read what nobody has seen.
 */
function importMessages(context: WriteContext, rows: readonly string[]): number {
  const { change, database } = context;
  const targets = new Map<string, Target>();
  let added = 0;
  for (const text of rows) {
    const row = parseBackupRow('messages', text);
    const group = isGroupId(row.conversation) ? row.conversation : '';
    if (isBuried(database, row.sender, row.messageId, group)) continue;
    const target = targets.get(row.conversation) ?? openTarget(database, row);
    targets.set(row.conversation, target);
    const id = importMessage(context, target, row);
    if (id === null) continue;
    added += 1;
    target.added = true;
    if (row.read && target.unread === 0) target.readUpTo = id;
    else if (countsAsUnread(row.own, row.facts.kind, row.hidden)) {
      target.unread += 1;
      change.countUnread(target.key, 1, row.mentionsMe);
    }
  }
  for (const target of targets.values()) {
    if (!target.added) continue;
    database.run('UPDATE conversations SET read_up_to = max(read_up_to, ?) WHERE key = ?', [
      target.readUpTo,
      target.key,
    ]);
    change.conversation(target.key);
  }
  return added;
}

/** Messages that arrived while a backup was written may lie in conversations that are not in it. */
function openTarget(database: WriteConnection, row: BackupRow<'messages'>): Target {
  const group = isGroupId(row.conversation);
  const kind = group ? 'group' : row.own && row.sender === row.conversation ? 'self' : 'direct';
  const key =
    keyOf(database, row.conversation) ??
    ensureConversation(database, {
      id: row.conversation,
      kind,
      title: row.conversation,
      now: row.sortAt,
      standing: 'accepted',
    });
  return { key, scope: group ? key : 0, unread: unreadOf(database, key), readUpTo: 0, added: false };
}

function unreadOf(database: ReadConnection, key: number): number {
  const row = database.get('SELECT unread FROM conversations WHERE key = ?', [key]);
  return row === undefined ? 0 : integer(row, 'unread');
}

function importMessage(
  context: WriteContext,
  { key: conversation, scope }: Target,
  row: BackupRow<'messages'>,
): number | null {
  const facts = JSON.stringify(row.facts);
  const content = readContent(facts, row.body);
  // An undecryptable message may still be opened: its prekey comes back with the backup.
  const healing = row.raw !== null && storeContent(content).healing;
  const [state, stateReason] = settled(row.state, row.stateReason);
  return insertMessage(context, {
    conversation,
    scope,
    sender: row.sender,
    messageId: row.messageId,
    own: row.own,
    epoch: row.epoch,
    sortAt: row.sortAt,
    serverTime: row.serverTime,
    senderTime: row.senderTime,
    timeDoubtful: row.serverTime !== null && isTimeDoubtful(row.senderTime, row.serverTime),
    content: { kind: row.facts.kind, body: row.body, facts, healing },
    links: {
      hidden: row.hidden,
      mentionsMe: row.mentionsMe,
      flags: row.flags ?? flagsOf(content, row.indexText ?? row.body ?? '', []),
      indexText: row.indexText,
      replyTo: row.replyTo,
      replyText: row.replyText,
      thread: row.thread,
      refersTo: row.refersTo,
      refersAs: row.refersAs,
      replaceKey: row.replaceKey,
      cardState: row.cardState,
      cardLabel: row.cardLabel,
    },
    payload: row.payload,
    raw: row.raw,
    protection: row.protection,
    forwardSecret: row.forwardSecret,
    state,
    stateReason,
    storedAt: row.storedAt ?? row.serverTime ?? row.sortAt,
  });
}

/** What had not left stays here until the user sends it again: whether the other device sent it meanwhile is not known. */
function settled(state: DeliveryState | null, reason: string | null): [DeliveryState | null, string | null] {
  if (state === 'queued' || state === 'sending') return ['failed', NOT_SENT];
  return [state, state === 'failed' ? reason : null];
}
