import type { Conversation } from '../../shared/model/conversation';
import type { AccountStore } from '../ports/store';
import type { ChangeSet } from './change-set';
import { wholeNumber } from './columns';
import { keyOf, requireKey } from './conversations';
import type { WriteConnection } from './sqlite';

/** Keeps what is typed but not sent. @throws AunError `unknown_conversation` */
export function setDraft(
  database: WriteConnection,
  change: ChangeSet,
  conversation: string,
  draft: string,
): void {
  const key = requireKey(database, conversation);
  database.run('UPDATE conversations SET draft = ? WHERE key = ?', [draft, key]);
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
    `UPDATE conversations SET read_up_to = max(read_up_to, min(?, (SELECT coalesce(max(id), 0) FROM messages)))
     WHERE key = ?`,
    [wholeNumber(upTo), key],
  );
  database.run(
    `UPDATE conversations SET unread = (
       SELECT count(*) FROM messages m INDEXED BY messages_unread
       WHERE m.conversation = conversations.key AND m.id > conversations.read_up_to
         AND m.own = 0 AND m.kind IN ('text', 'unsupported', 'undecryptable')
     ) WHERE key = ?`,
    [key],
  );
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
