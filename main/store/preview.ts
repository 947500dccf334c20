import type { Conversation } from '../../shared/model/conversation';
import type { MessageContent } from '../../shared/model/message';

const MAX_PREVIEW = 200;
/** How much of a text is looked at for its preview. */
export const PREVIEW_SOURCE = 1000;

/** The one line of a message that the conversation list shows. */
export function previewOf(content: MessageContent): Pick<Conversation, 'preview' | 'previewKind'> {
  switch (content.kind) {
    case 'text':
      return {
        preview: oneLine(content.format === 'markdown' ? plain(content.text) : content.text),
        previewKind: 'text',
      };
    case 'unsupported':
      return { preview: oneLine(content.text), previewKind: 'unsupported' };
    case 'undecryptable':
      return { preview: '', previewKind: 'undecryptable' };
    case 'recalled':
      return { preview: '', previewKind: 'recalled' };
    case 'expired':
    case 'notice':
      return { preview: '', previewKind: 'none' };
  }
}

/** Control characters and runs of white space become one space; long texts are cut between characters. */
function oneLine(value: string): string {
  const line = value
    .slice(0, PREVIEW_SOURCE)
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  if (line.length <= MAX_PREVIEW) return line;
  const cut = line.slice(0, MAX_PREVIEW);
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
