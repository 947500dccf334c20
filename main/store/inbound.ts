import type { Message } from '../../shared/model/message';
import type { GroupCursor, NewGroupControl } from '../ports/group-store';
import type { InboundRecord, InboxCursor } from '../ports/store';
import { integer, text, wholeNumber, wholeNumberOrNull } from './columns';
import { ensureConversation, keyOf } from './conversations';
import { isBuried } from './deletions';
import { isKnownControl, queueControl } from './group-controls';
import { requireGroup, writeGroupCursor } from './groups';
import { mergeInbound } from './inbound-merge';
import { countsAsUnread, flagsOf, isOurWord } from './message-flags';
import { isReadable, isTimeDoubtful, storeContent, type StoredContent } from './message-rows';
import {
  insertClaims,
  insertMessage,
  SHOWN,
  storeLinks,
  type StoredLinks,
  type WriteContext,
} from './message-writes';
import { writeCursor } from './meta';
import { releaseNumber } from './numbers';
import { relate, replaceOlder } from './relations';
import type { ReadConnection } from './sqlite';

/** A conversation that rows of a batch belong to. */
interface Target {
  readonly key: number;
  /** {@link NewMessage.scope} of its messages. */
  readonly scope: number;
  standing: string;
  /** It leaves the archive when something new comes. */
  archived: boolean;
}

/** Stores a batch; see `AccountStore.commitInbound`. */
export function commitInbound(
  context: WriteContext,
  records: readonly InboundRecord[],
  cursor: InboxCursor | null,
  controls: readonly NewGroupControl[] = [],
): void {
  storeRecords(context, records, null);
  for (const control of controls) queueControl(context.database, control);
  if (cursor !== null) writeCursor(context.database, cursor);
}

/** Stores a batch of a group; see `GroupWriter.commitGroupMessages`. @throws AunError `unknown_conversation` */
export function commitGroupMessages(
  context: WriteContext,
  group: string,
  records: readonly InboundRecord[],
  cursor: GroupCursor | null,
): void {
  const key = requireGroup(context.database, group);
  storeRecords(
    context,
    records.filter((record) => record.conversation === group),
    { key, group },
  );
  if (cursor !== null) writeGroupCursor(context.database, key, 'messages', cursor);
}

/** Stores messages of one group, or with `null` those that are in none. */
function storeRecords(
  context: WriteContext,
  records: readonly InboundRecord[],
  within: { readonly key: number; readonly group: string } | null,
): void {
  const { database } = context;
  const targets = new Map<string, Target>();
  const buried = database.get('SELECT 1 AS found FROM tombstones LIMIT 1') !== undefined;
  const scope = within?.key ?? 0;
  const controls =
    within === null && database.get('SELECT 1 AS found FROM group_controls LIMIT 1') !== undefined;
  for (const record of records) {
    if (record.seq !== null) releaseNumber(database, scope, record.seq, record);
    if (buried && isBuried(database, record.sender, record.messageId, within?.group ?? '')) continue;
    // A group key message that is pulled again is no message.
    if (controls && isKnownControl(database, record.sender, record.messageId)) continue;
    storeRecord(context, record, targetOf(context, record, targets, scope));
  }
}

function storeRecord(context: WriteContext, record: InboundRecord, target: Target): void {
  const content = storeContent(record.content);
  const links = linksOf(context, target, record, content);
  const serverTime = wholeNumber(record.serverTime);
  const senderTime = record.senderTime === null ? null : wholeNumber(record.senderTime);
  const recalled = content.kind === 'recalled';
  const id = insertMessage(context, {
    conversation: target.key,
    scope: target.scope,
    sender: record.sender,
    messageId: record.messageId,
    own: record.own,
    seq: record.seq === null ? null : wholeNumber(record.seq),
    epoch: isReadable(content.kind) ? null : wholeNumberOrNull(record.epoch),
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
    mergeInbound(context, record, { conversation: target.key, scope: target.scope });
    return;
  }
  insertClaims(context.database, target.key, id, record.links.attachments);
  tellInserted(context, target, id, record, links);
}

function linksOf(
  context: WriteContext,
  { key: conversation, scope }: Target,
  record: InboundRecord,
  content: StoredContent,
): StoredLinks {
  const flags = flagsOf(record.content, record.links.searchText, record.links.attachments);
  const links = storeLinks(record.links, content.body, flags);
  if (links.hidden !== SHOWN || links.replaceKey === null) return links;
  const { sender, serverTime } = record;
  const place = { conversation, sender, replaceKey: links.replaceKey, sortAt: wholeNumber(serverTime) };
  const known = isKnown(context, scope, record);
  const standing = known ? 'shown' : replaceOlder(context, place);
  return standing === 'shown' ? links : { ...links, hidden: standing };
}

/** A repeat must not hide anything. */
function isKnown({ database }: WriteContext, scope: number, record: InboundRecord): boolean {
  return (
    database.get('SELECT 1 AS found FROM messages WHERE sender = ? AND message_id = ? AND scope = ?', [
      record.sender,
      record.messageId,
      scope,
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

function targetOf(
  context: WriteContext,
  record: InboundRecord,
  targets: Map<string, Target>,
  scope: number,
): Target {
  const { database } = context;
  const known = targets.get(record.conversation);
  const target = known ?? readTarget(database, scope === 0 ? conversationOf(context, record) : scope, scope);
  targets.set(record.conversation, target);
  // What another own device writes there answers the request.
  if (isOurWord(record) && target.standing === 'pending') {
    database.run("UPDATE conversations SET standing = 'accepted' WHERE key = ?", [target.key]);
    target.standing = 'accepted';
  }
  return target;
}

function readTarget(database: ReadConnection, key: number, scope: number): Target {
  const row = database.get('SELECT standing, archived FROM conversations WHERE key = ?', [key]);
  if (row === undefined) return { key, scope, standing: 'accepted', archived: false };
  return { key, scope, standing: text(row, 'standing'), archived: integer(row, 'archived') !== 0 };
}

/** Finds or makes the conversation of a message that is in no group. */
function conversationOf({ database }: WriteContext, record: InboundRecord): number {
  const { conversation: id } = record;
  // Between two people one of them is always the peer; what is kept of nobody is kept under the notes to self.
  const self = record.own === (record.sender === id);
  return (
    keyOf(database, id) ??
    ensureConversation(database, {
      id,
      kind: self ? 'self' : 'direct',
      title: id,
      now: record.serverTime,
      standing: self || isOurWord(record) || isVerified(database, id) ? 'accepted' : 'pending',
    })
  );
}

/** Somebody whose present key the user has verified is no stranger. */
function isVerified(database: WriteContext['database'], aid: string): boolean {
  return (
    database.get('SELECT 1 AS found FROM contacts WHERE aid = ? AND verified_key = pinned_key', [aid]) !==
    undefined
  );
}
