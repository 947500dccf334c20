import type { TFunction } from 'i18next';
import type { PreviewKind } from '../../../shared/model/conversation';
import type { MessageContent } from '../../../shared/model/message';

const withoutWords = ['undecryptable', 'recalled', 'unsupported', 'none'] as const;
type WithoutWords = (typeof withoutWords)[number];

function lacksWords(kind: PreviewKind): kind is WithoutWords {
  return withoutWords.some((other) => other === kind);
}

/** One line about a message: its words, or what it is, with its own words behind. */
export function previewWords(t: TFunction, kind: PreviewKind, text: string): string {
  if (kind === 'text') return text;
  if (lacksWords(kind)) {
    return {
      undecryptable: t('list.previewUndecryptable'),
      recalled: t('list.previewRecalled'),
      unsupported: t('list.previewUnsupported'),
      none: t('list.previewNone'),
    }[kind];
  }
  const name = t(`preview.${kind}`);
  return text === '' || kind === 'stream' ? text || name : t('preview.with', { kind: name, text });
}

/** What kind of preview line a message makes, and the words in it. */
export function previewOf(content: MessageContent): { readonly kind: PreviewKind; readonly text: string } {
  switch (content.kind) {
    case 'text':
    case 'thought':
    case 'event':
    case 'stream':
      return { kind: content.kind, text: content.text };
    case 'media':
      return { kind: content.media, text: content.text };
    case 'poll':
    case 'bundle':
    case 'link':
      return { kind: content.kind, text: content.title };
    case 'actions':
      return { kind: 'actions', text: content.title || content.text };
    case 'location':
    case 'person':
    case 'tool':
    case 'data':
      return { kind: content.kind, text: content.name };
    case 'choice':
      return { kind: 'choice', text: content.label || content.text };
    case 'status':
      return { kind: 'text', text: content.text };
    case 'undecryptable':
    case 'recalled':
    case 'unsupported':
      return { kind: content.kind, text: '' };
    case 'vote':
    case 'control':
    case 'notice':
    case 'group_event':
    case 'expired':
      return { kind: 'none', text: '' };
  }
}
