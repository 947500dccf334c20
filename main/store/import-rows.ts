import type { ErrorCode } from '../../shared/bridge/errors';
import type { DeliveryState } from '../../shared/model/message';
import type { ExportKind } from '../ports/store';
import { parseBackupRow, type BackupRow } from './backup-rows';
import { ChangeSet } from './change-set';
import { integer } from './columns';
import { importContact } from './contacts';
import { ensureConversation, keyOf } from './conversations';
import { importCertificate, importPrekey } from './keys';
import { countsAsUnread, isTimeDoubtful, readContent, storeContent } from './message-rows';
import { importProfile } from './profiles';
import type { ReadConnection, WriteConnection } from './sqlite';

const NOT_SENT: ErrorCode = 'cancelled';

const INSERT_MESSAGE = `INSERT INTO messages (conversation, sender, message_id, own, sort_at, server_time, sender_time,
    time_doubtful, kind, body, facts, payload, raw, protection, forward_secret, state, state_reason, healing)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (sender, message_id) DO NOTHING`;

/** Takes rows of a backup; see `AccountStore.importRows`. To be called inside a transaction. */
export function importRows(database: WriteConnection, kind: ExportKind, rows: readonly string[]): number {
  if (kind === 'messages') return importMessages(database, rows);
  let added = 0;
  for (const row of rows) if (importOne(database, kind, row)) added += 1;
  return added;
}

function importOne(database: WriteConnection, kind: Exclude<ExportKind, 'messages'>, row: string): boolean {
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
    case 'profiles': {
      const { raw, ...profile } = parseBackupRow(kind, row);
      return importProfile(database, { ...profile, raw: Buffer.from(raw, 'base64') });
    }
  }
}

function importConversation(database: WriteConnection, row: BackupRow<'conversations'>): boolean {
  return (
    database.run(
      `INSERT INTO conversations (id, kind, title, peer_kind, profile_status, security, opened_at, last_activity_at, draft)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
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
      ],
    ).changes > 0
  );
}

/** A conversation while messages go into it. */
interface Target {
  readonly key: number;
  /** Unread messages it has, those of this page included. */
  unread: number;
  readUpTo: number;
  added: boolean;
}

/**
 * Messages get new ids in the order of the backup. The place up to which the user has read moves along with those that were read,
 * as long as nothing unread lies before it: merging into an account never marks as read what nobody has seen.
 */
function importMessages(database: WriteConnection, rows: readonly string[]): number {
  const change = new ChangeSet(database);
  const targets = new Map<string, Target>();
  let added = 0;
  for (const text of rows) {
    const row = parseBackupRow('messages', text);
    const target = targets.get(row.conversation) ?? openTarget(database, row);
    targets.set(row.conversation, target);
    const id = insertMessage(database, target.key, row);
    if (id === null) continue;
    added += 1;
    target.added = true;
    if (row.read && target.unread === 0) target.readUpTo = id;
    else if (countsAsUnread(row.own, row.facts.kind)) {
      target.unread += 1;
      change.countUnread(target.key, 1);
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
  change.finish();
  return added;
}

/** Messages that arrived while a backup was written may lie in conversations that are not in it. */
function openTarget(database: WriteConnection, row: BackupRow<'messages'>): Target {
  const kind = row.own && row.sender === row.conversation ? 'self' : 'direct';
  const key =
    keyOf(database, row.conversation) ??
    ensureConversation(database, row.conversation, kind, row.conversation, row.sortAt);
  return { key, unread: unreadOf(database, key), readUpTo: 0, added: false };
}

function unreadOf(database: ReadConnection, key: number): number {
  const row = database.get('SELECT unread FROM conversations WHERE key = ?', [key]);
  return row === undefined ? 0 : integer(row, 'unread');
}

function insertMessage(
  database: WriteConnection,
  conversation: number,
  row: BackupRow<'messages'>,
): number | null {
  const facts = JSON.stringify(row.facts);
  // An undecryptable message may still be opened: its prekey comes back with the backup.
  const healing = row.raw !== null && storeContent(readContent(facts, row.body)).healing;
  const [state, reason] = settled(row.state, row.stateReason);
  const doubtful = row.serverTime !== null && isTimeDoubtful(row.senderTime, row.serverTime);
  const inserted = database.run(INSERT_MESSAGE, [
    conversation,
    row.sender,
    row.messageId,
    row.own ? 1 : 0,
    row.sortAt,
    row.serverTime,
    row.senderTime,
    doubtful ? 1 : 0,
    row.facts.kind,
    row.body,
    facts,
    row.payload,
    row.raw,
    row.protection,
    row.forwardSecret ? 1 : 0,
    state,
    reason,
    healing ? 1 : 0,
  ]);
  return inserted.changes > 0 ? inserted.lastInsertRowid : null;
}

/** What had not left stays here until the user sends it again: whether the other device sent it meanwhile is not known. */
function settled(state: DeliveryState | null, reason: string | null): [DeliveryState | null, string | null] {
  if (state === 'queued' || state === 'sending') return ['failed', NOT_SENT];
  return [state, state === 'failed' ? reason : null];
}
