import type { Message } from '../../shared/model/message';
import type { InboundRecord, InboxCursor } from '../ports/store';
import { integer, text, wholeNumber } from './columns';
import { ensureConversation, keyOf } from './conversations';
import { isBuried } from './deletions';
import { mergeInbound } from './inbound-merge';
import { countsAsUnread, flagsOf, isOurWord } from './message-flags';
import { isTimeDoubtful, storeContent, type StoredContent } from './message-rows';
import {
  insertClaims,
  insertMessage,
  SHOWN,
  storeLinks,
  type StoredLinks,
  type WriteContext,
} from './message-writes';
import { writeCursor } from './meta';
import { relate, replaceOlder } from './relations';

/** A conversation that rows of a batch belong to. */
interface Target {
  readonly key: number;
  standing: string;
  /** It leaves the archive when something new comes. */
  archived: boolean;
}

/** Stores a batch; see `AccountStore.commitInbound`. */
export function commitInbound(
  context: WriteContext,
  records: readonly InboundRecord[],
  cursor: InboxCursor | null,
): void {
  const targets = new Map<string, Target>();
  const buried = context.database.get('SELECT 1 AS found FROM tombstones LIMIT 1') !== undefined;
  for (const record of records) {
    releaseNumber(context, record);
    if (buried && isBuried(context.database, record.sender, record.messageId)) continue;
    storeRecord(context, record, targets);
  }
  if (cursor !== null) writeCursor(context.database, cursor);
}

/** A number names one message: the newest row that came with it. Another one held it before the server's reset. */
function releaseNumber({ database }: WriteContext, record: InboundRecord): void {
  if (record.seq === null) return;
  database.run('UPDATE messages SET seq = NULL WHERE seq = ? AND NOT (sender = ? AND message_id = ?)', [
    wholeNumber(record.seq),
    record.sender,
    record.messageId,
  ]);
}

function storeRecord(context: WriteContext, record: InboundRecord, targets: Map<string, Target>): void {
  const target = targetOf(context, record, targets);
  const content = storeContent(record.content);
  const links = linksOf(context, target.key, record, content);
  const serverTime = wholeNumber(record.serverTime);
  const senderTime = record.senderTime === null ? null : wholeNumber(record.senderTime);
  const recalled = content.kind === 'recalled';
  const id = insertMessage(context, {
    conversation: target.key,
    sender: record.sender,
    messageId: record.messageId,
    own: record.own,
    seq: record.seq === null ? null : wholeNumber(record.seq),
    sortAt: serverTime,
    serverTime,
    senderTime,
    timeDoubtful: isTimeDoubtful(senderTime, serverTime),
    content,
    links,
    payload: recalled ? null : record.payloadJson,
    raw: recalled ? null : record.rawJson,
    protection: record.protection,
    forwardSecret: record.forwardSecret,
    state: record.own ? 'sent' : null,
    storedAt: wholeNumber(context.now),
  });
  if (id === null) {
    mergeInbound(context, record, target.key);
    return;
  }
  insertClaims(context.database, target.key, id, record.links.attachments);
  tellInserted(context, target, id, record, links);
}

function linksOf(
  context: WriteContext,
  conversation: number,
  record: InboundRecord,
  content: StoredContent,
): StoredLinks {
  const flags = flagsOf(record.content, record.links.searchText, record.links.attachments);
  const links = storeLinks(record.links, content.body, flags);
  if (links.hidden !== SHOWN || links.replaceKey === null) return links;
  const { sender, serverTime } = record;
  const place = { conversation, sender, replaceKey: links.replaceKey, sortAt: wholeNumber(serverTime) };
  const known = isKnown(context, record);
  const standing = known ? 'shown' : replaceOlder(context, place);
  return standing === 'shown' ? links : { ...links, hidden: standing };
}

/** A repeat must not hide anything. */
function isKnown({ database }: WriteContext, record: InboundRecord): boolean {
  return (
    database.get('SELECT 1 AS found FROM messages WHERE sender = ? AND message_id = ?', [
      record.sender,
      record.messageId,
    ]) !== undefined
  );
}

function tellInserted(
  context: WriteContext,
  target: Target,
  id: number,
  record: InboundRecord,
  links: StoredLinks,
): void {
  const { change, database } = context;
  const { own, content, sender, messageId } = record;
  const simple = isSimple(record, links);
  if (simple) change.inserted(insertedMessage(id, record), target.key);
  else change.message(id, target.key);
  relate(
    context,
    {
      id,
      conversation: target.key,
      sender,
      messageId,
      own,
      refersTo: links.refersTo,
      refersAs: links.refersAs,
    },
    content,
  );
  if (!countsAsUnread(own, content.kind, links.hidden)) return;
  change.countUnread(target.key, 1, links.mentionsMe);
  if (target.standing === 'accepted') change.arrived(id);
  if (!target.archived) return;
  database.run(
    'UPDATE conversations SET archived = 0 WHERE key = ? AND (muted_until IS NULL OR muted_until <= ?)',
    [target.key, wholeNumber(context.now)],
  );
  target.archived = false;
}

/** Whether a message can be told as it came, without being read again. */
function isSimple(record: InboundRecord, links: StoredLinks): boolean {
  const { content } = record;
  const alone = links.hidden === SHOWN && links.replyTo === null && record.links.attachments.length === 0;
  return alone && content.kind !== 'actions' && content.kind !== 'poll' && content.kind !== 'stream';
}

function insertedMessage(id: number, record: InboundRecord): Message {
  const serverTime = wholeNumber(record.serverTime);
  const senderTime = record.senderTime === null ? null : wholeNumber(record.senderTime);
  return {
    id,
    conversation: record.conversation,
    messageId: record.messageId,
    sender: record.sender,
    own: record.own,
    sortAt: serverTime,
    content: record.content,
    protection: record.protection,
    forwardSecret: record.forwardSecret,
    state: record.own ? 'sent' : null,
    stateReason: null,
    timeDoubtful: isTimeDoubtful(senderTime, serverTime),
    attachments: [],
    reply: null,
    thread: record.links.thread,
    mentionsMe: record.links.mentionsMe,
    card: null,
    votes: null,
    finalId: null,
    quarantined: false,
  };
}

function targetOf(context: WriteContext, record: InboundRecord, targets: Map<string, Target>): Target {
  const { database } = context;
  const known = targets.get(record.conversation);
  const target = known ?? openTarget(context, record);
  targets.set(record.conversation, target);
  // What another own device writes there answers the request.
  if (isOurWord(record) && target.standing === 'pending') {
    database.run("UPDATE conversations SET standing = 'accepted' WHERE key = ?", [target.key]);
    target.standing = 'accepted';
  }
  return target;
}

function openTarget({ database }: WriteContext, record: InboundRecord): Target {
  const { conversation: id } = record;
  // Between two people one of them is always the peer; what is kept of nobody is kept under the notes to self.
  const self = record.own === (record.sender === id);
  const key =
    keyOf(database, id) ??
    ensureConversation(database, {
      id,
      kind: self ? 'self' : 'direct',
      title: id,
      now: record.serverTime,
      standing: self || isOurWord(record) || isVerified(database, id) ? 'accepted' : 'pending',
    });
  const row = database.get('SELECT standing, archived FROM conversations WHERE key = ?', [key]);
  if (row === undefined) return { key, standing: 'accepted', archived: false };
  return { key, standing: text(row, 'standing'), archived: integer(row, 'archived') !== 0 };
}

/** Somebody whose present key the user has verified is no stranger. */
function isVerified(database: WriteContext['database'], aid: string): boolean {
  return (
    database.get('SELECT 1 AS found FROM contacts WHERE aid = ? AND verified_key = pinned_key', [aid]) !==
    undefined
  );
}
