import type { TimelinePosition } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import type { StoreReader } from '../ports/store';
import { integer, text, textOrNull, wholeNumber, type SqlRow } from './columns';
import { keyOf } from './conversations';
import { isBuried } from './deletions';
import { isKnownControl } from './group-controls';
import { messageFlags } from './message-flags';
import type { MessageReader } from './message-reading';
import { isReadable } from './message-rows';
import { named } from './message-relations';
import type { ReadConnection } from './sqlite';

type PageQuery = Parameters<StoreReader['page']>[1];
type Page = Awaited<ReturnType<StoreReader['page']>>;

/** Scope of a group that is not here: nothing is in it. */
const UNKNOWN_SCOPE = -1;
const OLDER = 'ORDER BY m.sort_at DESC, m.id DESC LIMIT ?';
const NEWER = 'ORDER BY m.sort_at, m.id LIMIT ?';

/** What pages are read with. */
export interface TimelineContext {
  readonly database: ReadConnection;
  readonly messages: MessageReader;
}

/** Only what is shown: the index of the timeline has nothing else. */
const SHOWN = 'WHERE m.conversation = ? AND m.hidden = 0';

function exists(
  database: ReadConnection,
  comparison: '<=' | '>=',
  key: number,
  at: TimelinePosition,
): boolean {
  const row = database.get(
    `SELECT 1 AS found FROM messages m ${SHOWN} AND (m.sort_at, m.id) ${comparison} (?, ?) LIMIT 1`,
    [key, at.sortAt, at.id],
  );
  return row !== undefined;
}

/** A page of a timeline in ascending order; every way to ask reads only its own rows of one index. */
export function readPage(context: TimelineContext, conversation: string, query: PageQuery): Page {
  const { database, messages } = context;
  const key = keyOf(database, conversation);
  if (key === null) return { messages: [], hasOlder: false, hasNewer: false };
  const { limit, before, after } = query;
  if (before !== undefined) {
    const found = messages.all(`${SHOWN} AND (m.sort_at, m.id) < (?, ?) ${OLDER}`, [
      key,
      before.sortAt,
      before.id,
      limit + 1,
    ]);
    return olderPage(found, limit, exists(database, '>=', key, before));
  }
  if (after !== undefined) {
    const found = messages.all(`${SHOWN} AND (m.sort_at, m.id) > (?, ?) ${NEWER}`, [
      key,
      after.sortAt,
      after.id,
      limit + 1,
    ]);
    return {
      messages: found.slice(0, limit),
      hasOlder: exists(database, '<=', key, after),
      hasNewer: found.length > limit,
    };
  }
  const middle = placeOf(database, key, query);
  if (middle !== null) return pageAround(messages, key, middle, limit);
  return olderPage(messages.all(`${SHOWN} ${OLDER}`, [key, limit + 1]), limit, false);
}

function olderPage(descending: Message[], limit: number, hasNewer: boolean): Page {
  return { messages: descending.slice(0, limit).reverse(), hasOlder: descending.length > limit, hasNewer };
}

function placeOf(database: ReadConnection, key: number, query: PageQuery): TimelinePosition | null {
  if (query.around !== undefined) return positionOf(database, key, query.around);
  return query.at === undefined ? null : { sortAt: wholeNumber(query.at), id: 0 };
}

function positionOf(database: ReadConnection, key: number, id: number): TimelinePosition | null {
  const row = database.get('SELECT sort_at FROM messages WHERE id = ? AND conversation = ?', [id, key]);
  return row === undefined ? null : { sortAt: integer(row, 'sort_at'), id };
}

/** Half before and half from the position on; where one side is short, the other fills up. */
function pageAround(messages: MessageReader, key: number, at: TimelinePosition, limit: number): Page {
  const older = messages.all(`${SHOWN} AND (m.sort_at, m.id) < (?, ?) ${OLDER}`, [
    key,
    at.sortAt,
    at.id,
    limit,
  ]);
  const newer = messages.all(`${SHOWN} AND (m.sort_at, m.id) >= (?, ?) ${NEWER}`, [
    key,
    at.sortAt,
    at.id,
    limit + 1,
  ]);
  const half = Math.floor(limit / 2);
  const olderCount = Math.min(older.length, Math.max(half, limit - newer.length));
  const newerCount = Math.min(newer.length, limit - olderCount);
  return {
    messages: [...older.slice(0, olderCount).reverse(), ...newer.slice(0, newerCount)],
    hasOlder: older.length > olderCount,
    hasNewer: newer.length > newerCount,
  };
}

/** The raw row kept with a message, or null. */
export function rawOf(database: ReadConnection, id: number): string | null {
  const row = database.get('SELECT raw FROM messages WHERE id = ?', [id]);
  return row === undefined ? null : textOrNull(row, 'raw');
}

/** The decrypted payload of a message, or null. */
export function payloadOf(database: ReadConnection, id: number): string | null {
  const row = database.get('SELECT payload FROM messages WHERE id = ?', [id]);
  return row === undefined ? null : textOrNull(row, 'payload');
}

/** The message under a protocol id in a conversation, or null. */
export function findMessage(
  { database, messages }: TimelineContext,
  conversation: string,
  messageId: string,
): Message | null {
  const key = keyOf(database, conversation);
  if (key === null) return null;
  const [found] = named(database, key, messageId);
  return found === undefined ? null : messages.byId(found.id);
}

/** The own message that a request made, or null. */
export function findRequest({ messages }: TimelineContext, requestId: string): Message | null {
  return messages.all('WHERE m.request_id = ?', [requestId])[0] ?? null;
}

const CARRIES = {
  media: messageFlags.media,
  files: messageFlags.otherFile,
  links: messageFlags.link,
} as const;

/** Messages of a conversation that carry something, newest first; each kind has an index of its own. */
export function messagesWith(
  { database, messages }: TimelineContext,
  conversation: string,
  what: keyof typeof CARRIES,
  before: number | null,
  limit: number,
): Message[] {
  const key = keyOf(database, conversation);
  if (key === null) return [];
  return messages.all(`${SHOWN} AND m.flags & ${CARRIES[what]} AND m.id < ? ORDER BY m.id DESC LIMIT ?`, [
    key,
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  ]);
}

/** Which (sender, messageId) pairs need no second opening: they are stored in readable form, or were deleted here. */
export function known(
  database: ReadConnection,
  pairs: readonly { readonly sender: string; readonly messageId: string }[],
  group: string | undefined,
): boolean[] {
  const scope = group === undefined ? 0 : keyOf(database, group);
  return pairs.map(({ sender, messageId }) => {
    const row = database.get(
      'SELECT kind, protection FROM messages WHERE sender = ? AND message_id = ? AND scope = ?',
      [sender, messageId, scope ?? UNKNOWN_SCOPE],
    );
    if (row === undefined) {
      const control = group === undefined && isKnownControl(database, sender, messageId);
      return control || isBuried(database, sender, messageId, group ?? '');
    }
    const kind = text(row, 'kind');
    // What came in the clear gives way to the sealed message of the same id.
    return isReadable(kind) && (kind === 'recalled' || text(row, 'protection') !== 'none');
  });
}

/** Whose message a sequence number of the inbox is, or null. */
export function seqOwner(
  database: ReadConnection,
  seq: number,
): { sender: string; messageId: string } | null {
  const row: SqlRow | undefined = database.get(
    'SELECT sender, message_id FROM messages WHERE scope = 0 AND seq = ?',
    [seq],
  );
  return row === undefined ? null : { sender: text(row, 'sender'), messageId: text(row, 'message_id') };
}

/** Messages outside of groups that may be opened later; those tried least often come first, so that hopeless ones never block others. */
export function healingItems(
  database: ReadConnection,
  conversation: string | null,
  limit: number,
): { id: number; conversation: string; rawJson: string }[] {
  const condition = conversation === null ? '' : 'AND c.id = ?';
  const rows = database.all(
    `SELECT m.id, c.id AS conversation, m.raw FROM messages m JOIN conversations c ON c.key = m.conversation
     WHERE m.healing = 1 AND m.scope = 0 AND m.raw IS NOT NULL ${condition} ORDER BY m.heal_attempts, m.id LIMIT ?`,
    conversation === null ? [limit] : [conversation, limit],
  );
  return rows.map((row) => ({
    id: integer(row, 'id'),
    conversation: text(row, 'conversation'),
    rawJson: text(row, 'raw'),
  }));
}
