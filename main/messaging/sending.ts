import { splitAid } from '../../shared/aun/aid';
import { cleanLine, cutText } from '../../shared/aun/agent-md-text';
import type { ParsedParams } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import { quotedTextOf } from '../../shared/model/preview-text';
import type { AttachmentRecord } from '../ports/store';
import { AunError } from '../runtime/errors';
import { refuseBlocked } from './action-support';
import type { ActionDependencies } from './action-support';
import type { Cards } from './cards';
import { composeAnswer, composeAttachments, composeObject, composeText } from './compose';
import type { ComposedFile, ReplyTarget, Words } from './compose';
import { isObject } from './payload/fields';

/** What `message.send` is told. */
export type NewMessage = Omit<ParsedParams<'message.send'>, 'account'>;
type Composed = ParsedParams<'message.sendObject'>['object'];

const MAX_NAME = 120;

/**
 * Queues what was written: a text, files with or without a caption, or the answer to a card. It is on disk when this resolves.
 * @throws AunError `message_empty`, `conversation_blocked`, `unknown_message` for an original that is not here, `not_found` for
 *   files that do not stand beside the draft, `message_too_large`, `disk_full`
 */
export async function send(deps: ActionDependencies, cards: Cards, message: NewMessage): Promise<Message> {
  const { conversation, requestId, attachments, answering } = message;
  const repeated = await deps.store.findRequest(requestId);
  if (repeated !== null) return repeated;
  const hasText = message.text.trim() !== '';
  if (!hasText && attachments.length === 0) throw new AunError('message_empty', 'there is nothing to send');
  await refuseBlocked(deps.store, conversation);
  const files = await draftFiles(deps, conversation, attachments);
  const reply = await replyTarget(deps, conversation, message.replyTo);
  const words: Words = { text: message.text, markdown: message.markdown, mentions: message.mentions, reply };
  const write = (payload: ReturnType<typeof composeText>, ids: readonly number[]): Promise<Message> =>
    deps.outbox.sendPayload({ conversation, payload, requestId, attachments: ids });

  const answerId = files.length === 0 ? requestId : `${requestId}/answer`;
  const answer =
    answering === null || !hasText ? null : await writtenAnswer(deps, cards, message, answering, answerId);
  if (files.length === 0) return answer ?? write(composeText(words), []);
  const caption = answer === null ? words : { ...words, text: '', mentions: [] };
  return write(composeAttachments(files, caption), attachments);
}

/** The text as answer to a card, or null where it is a plain one. With files it goes before them, as a message of its own. */
async function writtenAnswer(
  deps: ActionDependencies,
  cards: Cards,
  message: NewMessage,
  card: number,
  requestId: string,
): Promise<Message | null> {
  const earlier = await deps.store.findRequest(requestId);
  if (earlier !== null) return earlier;
  const answered = await cards.answeredBy(message.conversation, card);
  if (answered === null) return null;
  const payload = composeAnswer(answered.card, answered.label, message.text);
  const sent = await deps.outbox.sendPayload({ conversation: message.conversation, payload, requestId });
  await cards.written(card, answered.label);
  return sent;
}

async function draftFiles(
  deps: ActionDependencies,
  conversation: string,
  ids: readonly number[],
): Promise<ComposedFile[]> {
  if (ids.length === 0) return [];
  if (new Set(ids).size !== ids.length) throw new AunError('invalid_request', 'a file is named twice');
  const drafts = new Map(
    (await deps.store.draftAttachments(conversation)).map((record) => [record.id, record]),
  );
  return ids.map((id) => {
    const record = drafts.get(id);
    if (record?.parent !== null) throw new AunError('not_found', 'a file does not stand beside the draft');
    return { ...record, voice: isVoice(record) };
  });
}

/** Whether a draft was recorded here. */
function isVoice(record: Pick<AttachmentRecord, 'uploadJson'>): boolean {
  const state: unknown = record.uploadJson === null ? null : JSON.parse(record.uploadJson);
  return isObject(state) && state['voice'] === true;
}

async function replyTarget(
  deps: ActionDependencies,
  conversation: string,
  id: number | null,
): Promise<ReplyTarget | null> {
  if (id === null) return null;
  const original = await deps.store.message(id);
  if (original?.conversation !== conversation)
    throw new AunError('unknown_message', 'what is answered is not in this conversation');
  const { messageId, sender, content, thread, attachments } = original;
  return { messageId, sender, text: quotedTextOf(content, attachments[0]?.name ?? ''), thread };
}

/**
 * Queues a place, a person, a link or a poll.
 * @throws AunError `conversation_blocked`, `link_invalid`, `invalid_aid`, `disk_full`
 */
export async function sendObject(
  deps: ActionDependencies,
  conversation: string,
  object: Composed,
  requestId: string,
): Promise<Message> {
  await refuseBlocked(deps.store, conversation);
  const name = object.kind === 'person' ? await publicName(deps, object.aid) : '';
  const payload = composeObject(object, () => name);
  return deps.outbox.sendPayload({ conversation, payload, requestId });
}

/** What somebody calls themselves; never what this user calls them. */
async function publicName(deps: ActionDependencies, aid: string): Promise<string> {
  const profile = await deps.store.profile(aid.trim().toLowerCase());
  const name = cutText(cleanLine(profile?.name ?? ''), MAX_NAME);
  return name === '' ? splitAid(aid.trim().toLowerCase()).name : name;
}
