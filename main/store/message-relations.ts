import { quotedTextOf } from '../../shared/model/preview-text';
import type { Message, MessageContent, Reply } from '../../shared/model/message';
import { flag, integer, text, textOrNull, type SqlRow } from './columns';
import { groupIdOf, isGroup } from './conversations';
import { isLine } from './message-flags';
import { isReadable, readContent } from './message-rows';
import { firstFileName } from './summary';
import type { ReadConnection } from './sqlite';

/** A message as another one names it, found among those who write in a conversation. */
export interface NamedMessage {
  readonly id: number;
  readonly sender: string;
  readonly own: boolean;
  readonly kind: string;
  readonly hidden: boolean;
  readonly row: SqlRow;
}

/** More messages under one id are not looked at: all but one of them only pretend to be what others mean. */
const MOST_NAMED = 16;
const NAMED = 'SELECT m.id, m.sender, m.own, m.kind, m.hidden, m.body, m.facts FROM messages m';

/**
 * Between two people those who can have written are the peer, whose AID is the conversation's id, and the owner; so the rule of
 * what is unique finds a message by its id.
 */
const NAMED_BY_TWO = `${NAMED} WHERE m.message_id = ? AND m.conversation = ? AND m.scope = 0 AND m.sender IN (
    SELECT id FROM conversations WHERE key = ?
    UNION
    SELECT * FROM (SELECT sender FROM messages INDEXED BY messages_own WHERE conversation = ? AND own = 1 LIMIT 1)
  ) ORDER BY m.id`;
/** In a group everybody can have written. */
const NAMED_IN_GROUP = `${NAMED} WHERE m.scope = ? AND m.scope > 0 AND m.message_id = ? ORDER BY m.id LIMIT ${MOST_NAMED}`;

/** The messages of a conversation under a message id; each sender may have used it once. */
export function named(database: ReadConnection, conversation: number, messageId: string): NamedMessage[] {
  const rows = isGroup(database, conversation)
    ? database.all(NAMED_IN_GROUP, [conversation, messageId])
    : database.all(NAMED_BY_TWO, [messageId, conversation, conversation, conversation]);
  return rows
    .filter((row) => !isLine(text(row, 'kind')))
    .map((row) => ({
      id: integer(row, 'id'),
      sender: text(row, 'sender'),
      own: flag(row, 'own'),
      kind: text(row, 'kind'),
      hidden: integer(row, 'hidden') !== 0,
      row,
    }));
}

/**
 * What a message answers. The stored original speaks for itself; what the sender says it was only counts where there is none,
 * and is compared with it otherwise (`protocol/04 §9.2`).
 */
export function replyOf(
  database: ReadConnection,
  claim: { readonly key: number; readonly messageId: string; readonly text: string },
): Reply {
  const { messageId } = claim;
  const [original] = named(database, claim.key, messageId).filter((message) => !message.hidden);
  if (original === undefined) {
    const gone = isBuried(database, claim.key, messageId);
    return gone
      ? { id: null, messageId, sender: null, text: '', standing: 'gone' }
      : { id: null, messageId, sender: null, text: claim.text, standing: 'unknown' };
  }
  const { id, sender, kind } = original;
  if (kind === 'recalled') return { id, messageId, sender, text: '', standing: 'gone' };
  if (!isReadable(kind)) return { id, messageId, sender, text: claim.text, standing: 'unknown' };
  const content = readContent(text(original.row, 'facts'), textOrNull(original.row, 'body'));
  const words = quotedTextOf(content, firstFileName(database, id));
  const standing = agrees(claim.text, content, words) ? 'known' : 'differs';
  return { id, messageId, sender, text: words, standing };
}

const squeezed = (value: string): string => value.replace(/\s+/gu, ' ').trim();

/** Whether quoted words are the whole of a text or its beginning. */
function agrees(quoted: string, content: MessageContent, words: string): boolean {
  const claim = squeezed(quoted).replace(/\s?(…|\.\.\.)$/u, '');
  const whole = 'text' in content && content.text !== '' ? content.text : words;
  return squeezed(whole).startsWith(claim);
}

function isBuried(database: ReadConnection, conversation: number, messageId: string): boolean {
  const group = groupIdOf(database, conversation);
  if (group !== null) {
    const buried =
      "SELECT 1 AS found FROM tombstones WHERE scope = ? AND scope <> '' AND message_id = ? LIMIT 1";
    return database.get(buried, [group, messageId]) !== undefined;
  }
  const row = database.get(
    `SELECT 1 AS found FROM tombstones WHERE message_id = ? AND scope = '' AND sender IN (
       SELECT id FROM conversations WHERE key = ?
       UNION
       SELECT * FROM (SELECT sender FROM messages INDEXED BY messages_own WHERE conversation = ? AND own = 1 LIMIT 1))`,
    [messageId, conversation, conversation],
  );
  return row !== undefined;
}

/** The votes of a poll: the newest one of each voter, as long as it is open, for options that exist. */
export function votesOf(
  database: ReadConnection,
  conversation: number,
  messageId: string,
  poll: Extract<MessageContent, { kind: 'poll' }>,
): NonNullable<Message['votes']> {
  const newest = new Map<string, { readonly own: boolean; readonly options: readonly string[] }>();
  for (const row of database.all(
    `SELECT sender, own, facts, sort_at FROM messages WHERE conversation = ? AND refers_to = ? AND refers_as = 'vote'
       AND kind = 'vote' ORDER BY sort_at, id`,
    [conversation, messageId],
  )) {
    const vote = readContent(text(row, 'facts'), null);
    const late = poll.expiresAt !== null && integer(row, 'sort_at') > poll.expiresAt;
    if (vote.kind !== 'vote' || late) continue;
    const known = poll.options.map(({ id }) => id).filter((id) => vote.options.includes(id));
    newest.set(text(row, 'sender'), {
      own: flag(row, 'own'),
      options: poll.multiple ? known : known.slice(0, 1),
    });
  }
  const votes = [...newest.values()];
  return poll.options.map(({ id }) => {
    const those = votes.filter((vote) => vote.options.includes(id));
    return { option: id, count: those.length, mine: those.some((vote) => vote.own) };
  });
}

/** The message with the final text of a stream: of the same sender, or it is none (`protocol/04 §14.7`). */
export function finalOf(
  database: ReadConnection,
  conversation: number,
  messageId: string,
  sender: string,
): number | null {
  const row = database.get(
    `SELECT id FROM messages WHERE conversation = ? AND refers_to = ? AND refers_as = 'final' AND sender = ?
       AND hidden = 0 AND kind <> 'recalled' ORDER BY id DESC LIMIT 1`,
    [conversation, messageId, sender],
  );
  return row === undefined ? null : integer(row, 'id');
}
