import type { Message, MessageContent } from '../../shared/model/message';
import { message, text } from './fake-data';
import { file, media, next, photo } from './fake-message-parts';

/** What somebody sends who wants to break the view. */
export function hostile(peer: string): Message[] {
  const from = (content: MessageContent, more: Partial<Message> = {}): Message =>
    message(peer, false, next(1), content, more);
  const long = 'x'.repeat(4000);
  const turned = '\u202egpj.exe\u2066 שלום';
  return [
    from(text(long)),
    from(text(`${'汉'.repeat(3000)}\n${'\n'.repeat(300)}end`)),
    from({
      kind: 'text',
      text: `${'> '.repeat(500)}${'#'.repeat(40)}\n\n\`\`\`js\n${long}\n\`\`\``,
      format: 'markdown',
      mentions: [],
    }),
    from(media('image', { width: 0, height: -4 }), { attachments: [photo(`${turned}${long}`, 0, 0, 1)] }),
    from(media('image', { width: 1_000_000, height: 1 }), {
      attachments: [photo('wide.jpg', 1_000_000, 1, 40)],
    }),
    from(media('image', { width: 1, height: 1_000_000 }), {
      attachments: [photo('tall.jpg', 1, 1_000_000, 90)],
    }),
    from(media('file', { text: turned }), {
      attachments: [file(`${turned}${long}.pdf`, long, { size: 1e15, dangerous: true })],
    }),
    from({ kind: 'person', name: `${turned}${long}`, aid: null }),
    from({
      kind: 'link',
      url: `https://x.example/${long}`,
      host: `${'a'.repeat(60)}.example`,
      title: long,
      description: turned,
    }),
    from({
      kind: 'actions',
      title: long,
      text: turned,
      format: 'plain',
      expiresAt: null,
      actions: Array.from({ length: 100 }, (_, index) => ({
        label: index === 0 ? long : `${turned}${index}`,
        value: '',
        behavior: 'reply',
        style: 'default',
        composeTimeoutMs: 1,
      })),
    }),
    from(
      {
        kind: 'poll',
        title: long,
        multiple: false,
        expiresAt: null,
        options: Array.from({ length: 20 }, (_, index) => ({
          id: 'same',
          text: index === 0 ? long : turned,
        })),
      },
      { votes: [] },
    ),
    from({
      kind: 'location',
      latitude: 90,
      longitude: -180,
      name: long,
      address: turned,
      precisionMetres: 1e300,
    }),
    from({ kind: 'tool', phase: 'result', call: '', name: long, ok: false, detail: long }),
  ];
}
