import type { MessageContent } from '../../shared/model/message';
import { integer } from './columns';
import { readContent } from './message-rows';
import { named } from './message-relations';
import { REPLACED, replaceMessage, storedMessages, type WriteContext } from './message-writes';
import { textOrNull, text } from './columns';

/** A message of which something refers or may refer to others. */
export interface Referring {
  readonly id: number;
  readonly conversation: number;
  readonly sender: string;
  readonly messageId: string;
  readonly own: boolean;
  readonly refersTo: string | null;
  readonly refersAs: string | null;
}

/** Answers to one message that are told of its change; the window asks again for what it shows of others. */
const MOST_ANSWERS = 200;

/**
 * What a new (or now readable) message does to others of its conversation: it votes in a poll, ends a stream, or answers a card
 * of somebody else. Whoever wrote before it came (answers to it, a card that was answered on another device) is looked at
 * again.
 */
export function relate(context: WriteContext, message: Referring, content: MessageContent): void {
  touchTarget(context, message);
  if (message.own && message.refersAs === 'choice' && content.kind === 'choice') {
    completeCard(context, message, content.label || content.text);
  }
  if (content.kind === 'actions' && !message.own) takeEarlierChoice(context, message);
  touchAnswers(context, message);
}

/** Tells the poll or the stream that a message belongs to. */
export function touchTarget(context: WriteContext, message: Referring): void {
  const { refersTo, refersAs, conversation } = message;
  if (refersTo === null || refersAs === 'choice') return;
  for (const target of named(context.database, conversation, refersTo)) {
    const concerned = refersAs === 'vote' ? target.kind === 'poll' : target.sender === message.sender;
    if (concerned && !target.hidden) context.change.message(target.id, conversation);
  }
}

/** Tells the messages that answer this one: what they quote may stand differently now. */
export function touchAnswers(
  context: WriteContext,
  message: Pick<Referring, 'conversation' | 'messageId'>,
): void {
  for (const row of context.database.all(
    'SELECT id FROM messages WHERE conversation = ? AND reply_to = ? AND hidden = 0 ORDER BY id DESC LIMIT ?',
    [message.conversation, message.messageId, MOST_ANSWERS],
  )) {
    context.change.message(integer(row, 'id'), message.conversation);
  }
}

function completeCard(context: WriteContext, message: Referring, label: string): void {
  if (message.refersTo === null) return;
  for (const card of named(context.database, message.conversation, message.refersTo)) {
    if (card.kind !== 'actions' || card.own) continue;
    context.database.run("UPDATE messages SET card_state = 'completed', card_label = ? WHERE id = ?", [
      label,
      card.id,
    ]);
    context.change.message(card.id, message.conversation);
  }
}

function takeEarlierChoice(context: WriteContext, card: Referring): void {
  const row = context.database.get(
    `SELECT facts, body FROM messages WHERE conversation = ? AND refers_to = ? AND refers_as = 'choice' AND own = 1
       AND kind = 'choice' ORDER BY id LIMIT 1`,
    [card.conversation, card.messageId],
  );
  if (row === undefined) return;
  const choice = readContent(text(row, 'facts'), textOrNull(row, 'body'));
  if (choice.kind !== 'choice') return;
  context.database.run("UPDATE messages SET card_state = 'completed', card_label = ? WHERE id = ?", [
    choice.label || choice.text,
    card.id,
  ]);
  context.change.message(card.id, card.conversation);
}

/** A choice that did not leave makes its card open again. */
export function reopenCard(context: WriteContext, message: Referring): void {
  if (message.refersTo === null || message.refersAs !== 'choice') return;
  for (const card of named(context.database, message.conversation, message.refersTo)) {
    if (card.kind !== 'actions' || card.own) continue;
    context.database.run('UPDATE messages SET card_state = NULL, card_label = NULL WHERE id = ?', [card.id]);
    context.change.message(card.id, message.conversation);
  }
}

/**
 * Of messages with the same sender and key only the newest is shown. Hides those that are older than a new one; returns how the
 * new one itself is to be stored.
 */
export function replaceOlder(
  context: WriteContext,
  message: {
    readonly conversation: number;
    readonly sender: string;
    readonly replaceKey: string | null;
    readonly sortAt: number;
  },
): 'shown' | typeof REPLACED {
  if (message.replaceKey === null) return 'shown';
  const where = 'WHERE m.conversation = ? AND m.sender = ? AND m.replace_key = ? AND m.hidden = 0';
  const params = [message.conversation, message.sender, message.replaceKey];
  const newer = storedMessages(context.database, `${where} AND m.sort_at > ?`, [...params, message.sortAt]);
  if (newer.length > 0) return REPLACED;
  for (const older of storedMessages(context.database, where, params)) replaceMessage(context, older);
  return 'shown';
}
