import type { TFunction } from 'i18next';
import type { Message, MessageContent } from '../../../../shared/model/message';
import { durationWords, label } from './format';

type Media = Extract<MessageContent, { kind: 'media' }>;

/** What something is, and what it says: with the colon of the language. */
function labelled(t: TFunction, name: string, text: string): string {
  return text === '' ? name : t('content.labelled', { label: name, text });
}

function mediaWords(t: TFunction, content: Media, message: Message): string {
  const names = message.attachments
    .filter(({ role }) => role === 'main')
    .map(({ name }) => label(name, 80))
    .slice(0, 3)
    .join(', ');
  switch (content.media) {
    case 'image': {
      const what = content.alt === '' ? t('content.image') : t('content.imageAlt', { text: content.alt });
      return labelled(t, what, content.text);
    }
    case 'video':
      return labelled(t, t('content.video'), content.text);
    case 'voice': {
      const what = t('content.voiceOf', { time: durationWords(content.durationMs) });
      return labelled(t, what, content.transcript === '' ? content.text : content.transcript);
    }
    case 'file':
      return labelled(t, labelled(t, t('content.file'), names), content.text);
  }
}

/** Words of the state a sender names; unknown ones as they are. */
export function statusWords(t: TFunction, content: Extract<MessageContent, { kind: 'status' }>): string {
  if (content.text !== '') return content.text;
  switch (content.state) {
    case 'processing':
    case 'busy':
    case 'online':
    case 'completed':
    case 'error':
    case 'typing':
      return t(`content.status_${content.state}`);
    default:
      return label(content.state, 60);
  }
}

/** Words of something that happened at the sender's. */
export function eventWords(t: TFunction, content: Extract<MessageContent, { kind: 'event' }>): string {
  const known = {
    'task.started': t('content.task_started'),
    'task.completed': t('content.task_completed'),
    'task.interrupted': t('content.task_interrupted'),
    'task.error': t('content.task_error'),
    'task.timeout': t('content.task_timeout'),
  };
  const words = Object.entries(known).find(([name]) => name === content.event)?.[1];
  if (words === undefined) return content.text === '' ? label(content.event, 80) : content.text;
  const same = content.text.trim().toLowerCase() === words.toLowerCase();
  return same ? words : labelled(t, words, content.text);
}

/** One plain text that says what a message is: for screen readers, for what is quoted, and where it is chosen. */
export function messageWords(t: TFunction, message: Message, name: string): string {
  const { content, own } = message;
  switch (content.kind) {
    case 'text':
      return content.text;
    case 'media':
      return mediaWords(t, content, message);
    case 'location':
      return labelled(
        t,
        t('content.location'),
        content.name || content.address || `${content.latitude}, ${content.longitude}`,
      );
    case 'link':
      return labelled(
        t,
        t('content.link'),
        [content.title, content.host].filter((part) => part !== '').join(', '),
      );
    case 'person':
      return labelled(
        t,
        t('content.person'),
        `${t('content.claimsToBe', { name: content.name })}${content.aid === null ? '' : `, ${content.aid}`}`,
      );
    case 'bundle':
      return labelled(t, t('content.bundle'), content.title);
    case 'actions':
      return labelled(
        t,
        t('content.actions'),
        [content.title, content.text].filter((part) => part !== '').join('. '),
      );
    case 'choice': {
      const facts = { name, label: content.label, text: content.text };
      if (content.typed) return own ? t('content.choiceTypedOwn', facts) : t('content.choiceTyped', facts);
      return own ? t('content.choiceOwn', facts) : t('content.choice', facts);
    }
    case 'status':
      return statusWords(t, content);
    case 'event':
      return eventWords(t, content);
    case 'tool':
      return labelled(t, t('content.steps', { count: 1 }), label(content.name, 80));
    case 'thought':
      return labelled(t, t('content.thought'), content.text);
    case 'poll':
      return labelled(t, t('content.poll'), content.title);
    case 'vote':
      return own ? t('content.voteUnknownOwn') : t('content.voteUnknown', { name });
    case 'stream':
      return t('content.stream');
    case 'data':
      return content.text === '' ? t('content.data', { name: label(content.name, 80) }) : content.text;
    case 'control':
    case 'notice':
    case 'group_event':
      return '';
    case 'unsupported':
      return content.text === '' ? t('chat.unsupported', { type: label(content.type, 80) }) : content.text;
    case 'recalled':
      return own ? t('chat.recalledOwn') : t('chat.recalled');
    case 'expired':
      return t('chat.expired');
    case 'undecryptable':
      return t('message.cannotRead');
  }
}

/** The sender's own words in a message, which is what copying takes; empty where there are none. */
export function copyableText(message: Message): string {
  const { content } = message;
  switch (content.kind) {
    case 'text':
    case 'thought':
      return content.text;
    case 'media':
      return content.text === '' ? content.transcript : content.text;
    case 'location':
      return [content.name, content.address, `${content.latitude}, ${content.longitude}`]
        .filter((part) => part !== '')
        .join('\n');
    case 'link':
      return content.url;
    case 'person':
      return content.aid ?? content.name;
    case 'actions':
      return [content.title, content.text].filter((part) => part !== '').join('\n');
    case 'choice':
      return content.text === '' ? content.label : content.text;
    case 'poll':
      return [content.title, ...content.options.map(({ text }) => text)].join('\n');
    case 'bundle':
      return [content.title, ...content.items.map(({ sender, text }) => `${sender}: ${text}`)].join('\n');
    case 'data':
      return content.text === '' ? content.json : content.text;
    case 'unsupported':
    case 'event':
    case 'status':
      return content.text;
    case 'tool':
      return content.detail;
    case 'vote':
    case 'stream':
    case 'control':
    case 'recalled':
    case 'notice':
    case 'group_event':
    case 'expired':
    case 'undecryptable':
      return '';
  }
}

/** What is drawn as a small line between the bubbles. */
export function isLine(content: MessageContent): boolean {
  return ['choice', 'vote', 'status', 'event'].includes(content.kind);
}

/** What somebody wrote, and so can be answered, sent on and chosen. */
export function isWritten(content: MessageContent): boolean {
  return !['notice', 'control', 'status', 'recalled', 'expired', 'group_event'].includes(content.kind);
}

/** What can be sent on to others. */
export function canForward(message: Message): boolean {
  return [
    'text',
    'media',
    'location',
    'link',
    'person',
    'bundle',
    'poll',
    'data',
    'thought',
    'actions',
    'choice',
  ].includes(message.content.kind);
}
