import type { Conversation } from '../../shared/model/conversation';
import type { AccountStore, ConversationPatch } from '../ports/store';
import type { ChangeSet } from './change-set';
import { wholeNumber, wholeNumberOrNull, type SqlValue } from './columns';
import { ensureConversation, keyOf, requireKey, type NewConversation } from './conversations';
import type { WriteConnection } from './sqlite';

/**
 * Keeps what is typed but not sent, and which message of the conversation it answers; one that is not there is none.
 * @throws AunError `unknown_conversation`
 */
export function setDraft(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  draft: string,
  replyTo: number | null,
): void {
  const key = requireKey(database, conversation);
  database.run(
    `UPDATE conversations SET draft = ?, draft_reply = (SELECT id FROM messages WHERE id = ? AND conversation = ?)
     WHERE key = ?`,
    [draft, replyTo, key, key],
  );
  change.conversation(key);
}

/** Moves the read pointer forward, never behind a message that is still to come. @throws AunError `unknown_conversation` */
export function markRead(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  upTo: number,
): void {
  const key = requireKey(database, conversation);
  database.run(
    `UPDATE conversations SET marked_unread = 0,
       read_up_to = max(read_up_to, min(?, (SELECT coalesce(max(id), 0) FROM messages))) WHERE key = ?`,
    [wholeNumber(upTo), key],
  );
  database.run(
    `UPDATE conversations SET unread = (
       SELECT count(*) FROM messages m INDEXED BY messages_unread
       WHERE m.conversation = conversations.key AND m.id > conversations.read_up_to AND m.counted = 1
     ), mentions = (
       SELECT count(*) FROM messages m INDEXED BY messages_mentions
       WHERE m.conversation = conversations.key AND m.id > conversations.read_up_to AND m.counted = 1 AND m.mentions_me = 1
     ) WHERE key = ?`,
    [key],
  );
  change.conversation(key);
}

/** Changes what the user changed by hand. @throws AunError `unknown_conversation` */
export function changeConversation(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  patch: ConversationPatch,
): void {
  const key = requireKey(database, conversation);
  const set = (column: string, value: SqlValue): void => {
    database.run(`UPDATE conversations SET ${column} = ? WHERE key = ?`, [value, key]);
  };
  if (patch.pinned !== undefined) set('pinned', patch.pinned ? 1 : 0);
  if (patch.archived !== undefined) set('archived', patch.archived ? 1 : 0);
  if (patch.mutedUntil !== undefined) set('muted_until', wholeNumberOrNull(patch.mutedUntil));
  if (patch.markedUnread !== undefined) set('marked_unread', patch.markedUnread ? 1 : 0);
  if (patch.retention !== undefined) set('retention', patch.retention);
  change.conversation(key);
}

/** Accepts, blocks or puts back among the requests; notes to self stay accepted. @throws AunError `unknown_conversation` */
export function setStanding(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  standing: Conversation['standing'],
): void {
  const key = requireKey(database, conversation);
  database.run("UPDATE conversations SET standing = ? WHERE key = ? AND kind <> 'self'", [standing, key]);
  change.conversation(key);
}

/**
 * Finds or makes a conversation the user asked for: a request is accepted by that, a block stays.
 */
export function openConversation(
  database: WriteConnection,
  change: ChangeSet,
  made: Omit<NewConversation, 'standing'>,
): void {
  const key = ensureConversation(database, { ...made, standing: 'accepted' });
  database.run("UPDATE conversations SET standing = 'accepted' WHERE key = ? AND standing = 'pending'", [
    key,
  ]);
  change.conversation(key);
}

/** Remembers what protects the next message. @throws AunError `unknown_conversation` */
export function setSecurity(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  security: Conversation['security'],
): void {
  const key = requireKey(database, conversation);
  database.run('UPDATE conversations SET security = ? WHERE key = ?', [security, key]);
  change.conversation(key);
}

/** How a conversation presents its peer; unknown conversations are ignored. */
export function setPeer(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  peer: Parameters<AccountStore['setPeer']>[1],
): void {
  const key = keyOf(database, conversation);
  if (key === null) return;
  database.run('UPDATE conversations SET title = ?, peer_kind = ?, profile_status = ? WHERE key = ?', [
    peer.title,
    peer.peerKind,
    peer.profileStatus,
    key,
  ]);
  change.conversation(key);
}
