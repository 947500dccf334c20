import { parsePeerAid } from '../../shared/aun/aid';
import { ATTACHMENT_CAPABILITY } from '../../shared/aun/attachment-reference';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Composed } from '../../shared/bridge/commands/message';
import type { CardAction, Mention } from '../../shared/model/message';
import type { AttachmentRecord } from '../ports/store';
import { AunError } from '../runtime/errors';
import { webAddress } from './payload/fields';

/**
 * Payloads as this app writes them (`protocol/04 §9`): `describePayload` of the result shows what was composed. Where a file is
 * meant there is `{"pending": <place in the list of attachments>}` until it is on the server.
 */

/** What an answer answers. */
export interface ReplyTarget {
  readonly messageId: string;
  readonly sender: string;
  /** What is quoted of it; see `quotedTextOf`. */
  readonly text: string;
  readonly thread: string | null;
}

/** Words of a person. */
export interface Words {
  readonly text: string;
  readonly markdown: boolean;
  readonly mentions: readonly Mention[];
  readonly reply: ReplyTarget | null;
}

/** What a payload says of a file besides the file. */
export type ComposedFile = Pick<AttachmentRecord, 'name' | 'type' | 'width' | 'height' | 'durationMs'> & {
  /** Recorded here, to be heard and not to be kept. */
  readonly voice: boolean;
};

/** A text, or the answer to a message. */
export function composeText(words: Words): JsonObject {
  const { reply } = words;
  if (reply === null) return { type: 'text', ...textFields(words) };
  return {
    type: 'quote',
    ...textFields(words),
    quote: { message_id: reply.messageId, text: reply.text, sender_display: reply.sender },
  };
}

/** Fields of a text that every type with a caption has too. */
function textFields(words: Words): JsonObject {
  const { text, reply } = words;
  const mentions = words.mentions.filter(({ start, end }) => start < end && end <= text.length);
  return {
    text,
    ...(words.markdown ? { format: 'markdown' } : {}),
    ...(mentions.length === 0 ? {} : { mentions: mentions.map((mention) => mentionIn(text, mention)) }),
    ...(reply === null ? {} : { reply_to: { message_id: reply.messageId, sender_aid: reply.sender } }),
    ...(typeof reply?.thread === 'string' ? { thread_id: reply.thread } : {}),
  };
}

function mentionIn(text: string, { aid, start, end }: Mention): JsonObject {
  const place = { display: text.slice(start, end), offset: start, length: end - start };
  return aid === null ? { scope: 'all', ...place } : { aid, ...place };
}

/** Files with an optional caption: pictures together, one film, one recording, everything else as files. */
export function composeAttachments(files: readonly ComposedFile[], words: Words): JsonObject {
  const [first] = files;
  const single = files.length === 1 ? first : undefined;
  const { text, ...others } = textFields(words);
  return {
    type: mediaOf(files),
    attachments: files.map((_file, index) => ({ pending: index })),
    ...(words.text === '' ? {} : { text }),
    ...others,
    ...(single === undefined ? {} : measuresOf(single)),
    client_context: { caps: [ATTACHMENT_CAPABILITY] },
  };
}

function mediaOf(files: readonly ComposedFile[]): 'image' | 'video' | 'voice' | 'file' {
  if (files.length > 0 && files.every((file) => file.type.startsWith('image/'))) return 'image';
  const single = files.length === 1 ? files[0] : undefined;
  if (single?.voice === true) return 'voice';
  return single?.type.startsWith('video/') === true ? 'video' : 'file';
}

function measuresOf(file: ComposedFile): JsonObject {
  return {
    ...(file.width === null || file.height === null ? {} : { width: file.width, height: file.height }),
    ...(file.durationMs === null ? {} : { duration_ms: Math.round(file.durationMs) }),
  };
}

/**
 * A place, a person, a link or a poll. `nameOf` gives the public name of an address.
 * @throws AunError `link_invalid` for what is no web address, `invalid_aid`
 */
export function composeObject(object: Composed, nameOf: (aid: string) => string): JsonObject {
  switch (object.kind) {
    case 'location': {
      const { latitude, longitude, name } = object;
      return { type: 'location', latitude, longitude, ...(name === '' ? {} : { name }) };
    }
    case 'person': {
      const aid = parsePeerAid(object.aid);
      if (aid === null) throw new AunError('invalid_aid', 'a card of nobody');
      return { type: 'personal_card', display_name: nameOf(aid), aid };
    }
    case 'link':
      return composeLink(object);
    case 'poll':
      return composePoll(object);
  }
}

function composeLink(object: Extract<Composed, { kind: 'link' }>): JsonObject {
  const address = webAddress(object.url);
  if (address === null) throw new AunError('link_invalid', 'no address of a web page');
  const { title, description } = object;
  return {
    type: 'link',
    url: address.url,
    ...(title === '' ? {} : { title }),
    ...(description === '' ? {} : { description }),
  };
}

/** A poll; other programs show its text. */
export function composePoll(poll: {
  readonly title: string;
  readonly options: readonly string[];
  readonly multiple: boolean;
}): JsonObject {
  const options = poll.options.map((text, index) => ({ id: String(index + 1), text }));
  return {
    type: 'json',
    kind: 'poll',
    title: poll.title,
    options,
    multiple: poll.multiple,
    fallback_text: [poll.title, ...options.map(({ id, text }) => `${id}. ${text}`)].join('\n'),
  };
}

/** The card a choice is made on. */
export interface ChosenCard {
  readonly messageId: string;
  readonly title: string;
}

/** Pressing a `reply` button (`protocol/04 §9.3`). */
export function composeChoice(card: ChosenCard, action: Pick<CardAction, 'label' | 'value'>): JsonObject {
  return {
    type: 'action_card_reply',
    card_message_id: card.messageId,
    behavior: 'reply',
    action_label: action.label,
    action_value: action.value,
    text: action.value,
    ...titleOf(card),
  };
}

/** The answer that was written after pressing a `compose` button (`protocol/04 §9.3`): it carries no value. */
export function composeAnswer(card: ChosenCard, label: string, text: string): JsonObject {
  return {
    type: 'action_card_reply',
    card_message_id: card.messageId,
    behavior: 'compose',
    action_label: label,
    text,
    ...titleOf(card),
  };
}

function titleOf(card: ChosenCard): JsonObject {
  return card.title === '' ? {} : { card_title: card.title };
}

/** A vote; an empty one takes the last back. */
export function composeVote(
  poll: { readonly messageId: string; readonly options: readonly { id: string; text: string }[] },
  chosen: readonly string[],
): JsonObject {
  const words = poll.options.filter(({ id }) => chosen.includes(id)).map(({ text }) => text);
  return {
    type: 'json',
    kind: 'poll_vote',
    data: { poll_message_id: poll.messageId, option_ids: chosen },
    fallback_text: words.length === 0 ? '☐' : `☑ ${words.join(', ')}`,
  };
}
