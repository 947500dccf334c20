import { z } from 'zod';
import { ATTACHMENT_CAPABILITY } from '../../shared/aun/attachment-reference';
import { cutText } from '../../shared/aun/agent-md-text';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { STREAM_KIND } from '../../shared/aun/streams';
import type { Message, MessageContent } from '../../shared/model/message';
import { previewOf } from '../../shared/model/preview-text';

/** Most files that are named in the line of one forwarded message. */
const MAX_NAMES = 8;
const MAX_SUMMARY = 300;

/** What of a message can be sent on. */
export type Forwardable = Pick<Message, 'content' | 'sender' | 'sortAt' | 'attachments'>;

/**
 * The same message as one's own (`protocol/06 §3`: its files are uploaded anew): what it said, without what it did. It answers
 * nothing, belongs to no thread, names nobody and presses no button. `payload` is the stored one of data of an unknown kind,
 * `files` how many attachments go along. Null for what only means something where it was written.
 */
export function composeForward(
  content: MessageContent,
  payload: JsonObject | null,
  files: number,
): JsonObject | null {
  const object = objectOf(content, files);
  if (object !== null) return object;
  if (content.kind === 'media' && files > 0) return mediaOf(content, files);
  if (content.kind === 'data') return dataOf(content, payload);
  const words = wordsOf(content);
  if (words === null) return null;
  if (files > 0) return { type: 'file', ...pendingFiles(files), ...words };
  return words['text'] === '' ? null : { type: 'text', ...words };
}

function pendingFiles(files: number): JsonObject {
  return {
    attachments: Array.from({ length: files }, (_, index) => ({ pending: index })),
    client_context: { caps: [ATTACHMENT_CAPABILITY] },
  };
}

function mediaOf(content: Extract<MessageContent, { kind: 'media' }>, files: number): JsonObject {
  return withoutEmpty({
    type: content.media,
    ...pendingFiles(files),
    text: content.text,
    format: content.format === 'markdown' ? 'markdown' : '',
    alt: content.alt,
    width: content.width,
    height: content.height,
    duration_ms: content.durationMs,
    transcript: content.transcript,
  });
}

/** Types that are sent on as they are. */
function objectOf(content: MessageContent, files: number): JsonObject | null {
  switch (content.kind) {
    case 'location':
      return withoutEmpty({
        type: 'location',
        latitude: content.latitude,
        longitude: content.longitude,
        name: content.name,
        address: content.address,
        precision_m: content.precisionMetres,
      });
    case 'link': {
      const { url, title, description } = content;
      return withoutEmpty({ type: 'link', url, title, description });
    }
    case 'person':
      return withoutEmpty({ type: 'personal_card', display_name: content.name, aid: content.aid });
    case 'bundle': {
      const items = content.items.map(({ sender, text, at }) =>
        withoutEmpty({ sender_display: sender, text, timestamp: at }),
      );
      const { title, summary } = content;
      return withoutEmpty({
        type: 'merge',
        title,
        summary,
        items,
        ...(files > 0 ? pendingFiles(files) : {}),
      });
    }
    case 'poll': {
      const { title, options, multiple, expiresAt } = content;
      const fallback = [title, ...options.map((option) => option.text)].join('\n');
      return withoutEmpty({
        type: 'json',
        kind: 'poll',
        title,
        options,
        multiple,
        expires_at: expiresAt,
        fallback_text: fallback,
      });
    }
    default:
      return null;
  }
}

function withoutEmpty(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== null));
}

const dataSchema = z.object({
  type: z.enum(['json', 'custom']),
  kind: z.string().min(1),
  schema: z.string().optional(),
});
/** Kinds that act on something else. */
const BOUND_KINDS: readonly string[] = ['poll', 'poll_vote', STREAM_KIND];

function dataOf(
  content: Extract<MessageContent, { kind: 'data' }>,
  payload: JsonObject | null,
): JsonObject | null {
  const parsed = dataSchema.safeParse(payload);
  if (parsed.success && !BOUND_KINDS.includes(parsed.data.kind)) {
    const { data } = payload ?? {};
    return { ...parsed.data, data, ...(content.text === '' ? {} : { fallback_text: content.text }) };
  }
  return content.text === '' ? null : { type: 'text', text: content.text };
}

/** Words of what is not sent on as it is, as fields of a text; null where words alone would say something else. */
function wordsOf(content: MessageContent): JsonObject | null {
  switch (content.kind) {
    case 'text':
    case 'thought':
    case 'media':
      return { text: content.text, ...(content.format === 'markdown' ? { format: 'markdown' } : {}) };
    case 'actions': {
      const text = [content.title, content.text].filter((part) => part !== '').join('\n\n');
      return { text, ...(content.format === 'markdown' ? { format: 'markdown' } : {}) };
    }
    case 'choice':
      return { text: content.typed ? content.text : content.label || content.text };
    case 'status':
    case 'event':
    case 'unsupported':
      return { text: content.text };
    default:
      return null;
  }
}

/**
 * Several messages as one (`merge`): who wrote what and when, as our word. Senders are named by their addresses: what this user
 * calls somebody is nobody else's business. All files of the messages go along, in order.
 */
export function composeBundle(messages: readonly Forwardable[]): JsonObject {
  const items = messages.map((message) => ({
    sender_display: message.sender,
    text: lineOf(message),
    timestamp: message.sortAt,
  }));
  const summary = items
    .slice(0, 3)
    .map((item) => `${item.sender_display}: ${previewLine(item.text)}`)
    .join('\n');
  const files = messages.reduce((count, message) => count + filesOf(message).length, 0);
  return {
    type: 'merge',
    title: [...new Set(messages.map((message) => message.sender))].slice(0, 4).join(', '),
    summary: cutText(summary, MAX_SUMMARY),
    items,
    ...(files === 0 ? {} : pendingFiles(files)),
  };
}

/** Kinds of which nothing can be told in a bundle. */
const UNTOLD: readonly MessageContent['kind'][] = [
  'recalled',
  'undecryptable',
  'expired',
  'notice',
  'control',
  'stream',
  'vote',
];

/** Whether a bundle can tell of a message. */
export function canBeBundled(message: Forwardable): boolean {
  return !UNTOLD.includes(message.content.kind) && lineOf(message) !== '';
}

/** Files that go along when a message is sent on: small pictures of links and cards stay behind. */
export function filesOf<File extends { readonly role: string }>(message: {
  readonly attachments: readonly File[];
}): File[] {
  return message.attachments.filter((attachment) => attachment.role === 'main');
}

function lineOf(message: Forwardable): string {
  const { content } = message;
  const names = filesOf(message)
    .slice(0, MAX_NAMES)
    .map((file) => file.name);
  const words = 'text' in content && content.text !== '' ? content.text : previewOf(content).preview;
  const address = content.kind === 'link' ? content.url : '';
  return [words, address, ...names].filter((part) => part !== '').join('\n');
}

function previewLine(text: string): string {
  return previewOf({ kind: 'text', text, format: 'plain', mentions: [] }).preview;
}
