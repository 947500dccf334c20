import type { PreviewKind } from './conversation';
import type { MessageContent } from './content';

const MAX_PREVIEW = 200;
/** How much of a text is looked at for its one line. */
export const PREVIEW_SOURCE = 1_000;
/** Longest text that is quoted of a message, in UTF-16 units. */
export const QUOTE_LENGTH = 300;

/** What the conversation list shows of a message. */
export interface Preview {
  readonly preview: string;
  readonly previewKind: PreviewKind;
}

/**
 * The one line of a message that the conversation list shows, as plain text. `fileName` is the name of its first attachment,
 * for what has no words of its own. Texts that are ours, such as "Photo", are added by the window: they have a language.
 */
export function previewOf(content: MessageContent, fileName = ''): Preview {
  switch (content.kind) {
    case 'text':
      return line('text', content.text, content.format);
    case 'media':
      return content.text !== ''
        ? line(content.media, content.text, content.format)
        : line(content.media, content.media === 'file' ? fileName : content.alt || content.transcript);
    case 'location':
      return line('location', content.name || content.address);
    case 'link':
      return line('link', content.title || content.host);
    case 'person':
      return line('person', content.name || (content.aid ?? ''));
    case 'bundle':
      return line('bundle', content.title || content.summary);
    case 'actions':
      return content.title !== ''
        ? line('actions', content.title)
        : line('actions', content.text, content.format);
    case 'choice':
      return line('choice', content.typed ? content.text : content.label || content.text);
    case 'status':
      return line('event', content.text || content.state);
    case 'event':
      return line('event', content.text || content.event);
    case 'tool':
      return line('tool', content.name);
    case 'thought':
      return line('thought', content.text, content.format);
    case 'poll':
      return line('poll', content.title);
    case 'vote':
      return line('poll', '');
    case 'stream':
      return line('stream', content.text);
    case 'group_event':
      return line('none', '');
    case 'data':
      return line('data', content.text || content.name);
    case 'unsupported':
      return line('unsupported', content.text);
    case 'undecryptable':
      return line('undecryptable', '');
    case 'recalled':
      return line('recalled', '');
    case 'control':
    case 'expired':
    case 'notice':
      return line('none', '');
  }
}

/** The words of a message that an answer quotes: the beginning of what it says, unchanged, so that it can be compared. */
export function quotedTextOf(content: MessageContent, fileName = ''): string {
  const text = wordsOf(content, fileName);
  if (text.length <= QUOTE_LENGTH) return text;
  const cut = text.slice(0, QUOTE_LENGTH);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

function wordsOf(content: MessageContent, fileName: string): string {
  if ('text' in content && content.text !== '') return content.text;
  return previewOf(content, fileName).preview;
}

function line(previewKind: PreviewKind, value: string, format: 'plain' | 'markdown' = 'plain'): Preview {
  return { preview: oneLine(format === 'markdown' ? plain(value) : value), previewKind };
}

/** Control characters and runs of white space become one space; long texts are cut between characters. */
function oneLine(value: string): string {
  const text = value
    .slice(0, PREVIEW_SOURCE)
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  if (text.length <= MAX_PREVIEW) return text;
  const cut = text.slice(0, MAX_PREVIEW);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** Takes the commonest Markdown marks away; what is left over is shown as it is. */
function plain(value: string): string {
  return value
    .slice(0, PREVIEW_SOURCE)
    .replace(/^\s{0,3}(#{1,6}\s+|>\s?|[-*+]\s+|\d+[.)]\s+|```\S*\s*$)/gm, '')
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/(\*\*|__|~~|`+)/g, '');
}
