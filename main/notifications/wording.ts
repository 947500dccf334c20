import type { Conversation } from '../../shared/model/conversation';
import type { Preview } from '../../shared/model/preview-text';
import type { Settings } from '../../shared/model/settings';
import type { NotificationTexts } from './texts';

/** Longest name in a notification, in UTF-16 code units. */
const MAX_NAME = 80;

/** A name or a line from outside without characters that hide or turn it. */
export function harmless(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
}

function nameOf(title: string): string {
  const name = harmless(title);
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME).replace(/[\uD800-\uDBFF]$/, '')}…` : name;
}

/** A message as a notification tells it; `who` wrote it where the title does not say so, as in groups. */
export interface Told extends Preview {
  readonly who: string | null;
}

/** The line that stands for a message. */
export function lineOf(told: Told, texts: NotificationTexts): string {
  const line = wordsOf(told, texts);
  return told.who === null ? line : texts.labelled(nameOf(told.who), line);
}

function wordsOf({ preview, previewKind }: Preview, texts: NotificationTexts): string {
  const text = harmless(preview);
  const kind = texts.kinds[previewKind];
  if (kind === undefined) return text === '' ? texts.newMessage : text;
  return text === '' ? kind : texts.labelled(kind, text);
}

/** Title and body for the messages of one conversation, oldest first, as much of them as the user wants to be seen. */
export function wordsFor(
  told: {
    readonly title: string;
    /** Name of the own identity, or null where there is only one. */
    readonly identity: string | null;
    readonly messages: readonly Told[];
  },
  content: Settings['notificationContent'],
  texts: NotificationTexts,
): { readonly title: string; readonly body: string } {
  const { messages } = told;
  const newest = messages[messages.length - 1];
  const count = messages.length === 1 ? texts.newMessage : texts.newMessages(messages.length);
  if (content === 'none' || newest === undefined) return { title: texts.app, body: count };
  const name = nameOf(told.title);
  const title = told.identity === null ? name : `${name} → ${nameOf(told.identity)}`;
  if (content === 'name') return { title, body: count };
  const line = lineOf(newest, texts);
  return { title, body: messages.length === 1 ? line : `${count}\n${line}` };
}

/** Title and body of the notification that somebody new wrote, or put us into a group; never anything of what they wrote. */
export function wordsForRequest(
  { title, kind }: Pick<Conversation, 'title' | 'kind'>,
  content: Settings['notificationContent'],
  texts: NotificationTexts,
): { readonly title: string; readonly body: string } {
  if (content === 'none') return { title: texts.app, body: texts.request };
  if (kind === 'group')
    return {
      title: texts.request,
      body: content === 'full' ? texts.addedTo(nameOf(title)) : texts.addedToSomething,
    };
  return {
    title: texts.request,
    body: content === 'full' ? texts.requestFrom(nameOf(title)) : texts.requestFromSomebody,
  };
}
