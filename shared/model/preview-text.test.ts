import { describe, expect, it } from 'vitest';
import type { MessageContent } from './content';
import { previewKindSchema } from './conversation';
import { previewOf, QUOTE_LENGTH, quotedTextOf } from './preview-text';

const text = (value: string, format: 'plain' | 'markdown' = 'plain'): MessageContent => ({
  kind: 'text',
  text: value,
  format,
  mentions: [],
});
const media = (parts: Partial<Extract<MessageContent, { kind: 'media' }>>): MessageContent => ({
  kind: 'media',
  media: 'file',
  text: '',
  format: 'plain',
  alt: '',
  width: null,
  height: null,
  durationMs: null,
  transcript: '',
  expiresAt: null,
  ...parts,
});

describe('the line of a message in the list', () => {
  it('is one line of bounded length, without marks of Markdown', () => {
    expect(previewOf(text('a\n\n  b\u0000c'))).toEqual({ preview: 'a b c', previewKind: 'text' });
    expect(previewOf(text('# **Hi** [you](https://a.example)', 'markdown')).preview).toBe('Hi you');
    expect(previewOf(text('**Hi**')).preview).toBe('**Hi**');
    const long = previewOf(text('😀'.repeat(5_000))).preview;
    expect(long).toBe(`${'😀'.repeat(100)}…`);
  });

  it('says of files what there is to say', () => {
    expect(previewOf(media({ text: 'Look', media: 'image' }), 'a.jpg')).toEqual({
      preview: 'Look',
      previewKind: 'image',
    });
    expect(previewOf(media({}), 'a.pdf')).toEqual({ preview: 'a.pdf', previewKind: 'file' });
    expect(previewOf(media({ media: 'image', alt: 'a cat' }), 'a.jpg').preview).toBe('a cat');
    expect(previewOf(media({ media: 'voice', transcript: 'good morning' })).preview).toBe('good morning');
  });

  it('is there for every kind, and tells nothing of what is not to be shown', () => {
    const kinds: MessageContent[] = [
      { kind: 'location', latitude: 1, longitude: 2, name: '', address: 'Street', precisionMetres: null },
      { kind: 'link', url: 'https://a.example/', host: 'a.example', title: '', description: '' },
      { kind: 'person', name: 'Bob', aid: null },
      { kind: 'bundle', title: 'T', summary: '', items: [], omitted: 0 },
      { kind: 'actions', title: '', text: '**Go?**', format: 'markdown', actions: [], expiresAt: null },
      { kind: 'choice', card: 'c', label: 'Yes', text: 'deploy', typed: false },
      { kind: 'status', state: 'busy', text: '', progress: null, task: null, expiresAt: null },
      { kind: 'tool', phase: 'call', call: 'c', name: 'search', ok: null, detail: '' },
      { kind: 'thought', text: 'hm', format: 'plain', stage: '' },
      { kind: 'poll', title: 'Lunch?', options: [], multiple: false, expiresAt: null },
      { kind: 'vote', poll: 'p', options: ['a'] },
      { kind: 'stream', stream: 's', text: '(streaming)' },
      { kind: 'data', name: 'weather', text: '', json: '{}' },
      { kind: 'unsupported', type: 'x', text: 'words' },
      { kind: 'undecryptable', reason: 'prekey_missing', detail: 'd', retrying: true },
      { kind: 'recalled' },
      { kind: 'expired' },
      { kind: 'control', type: 'peer.offer' },
      { kind: 'notice', notice: 'restored', detail: '' },
    ];
    const lines = kinds.map((content) => previewOf(content));
    for (const line of lines) expect(previewKindSchema.safeParse(line.previewKind).success).toBe(true);
    expect(lines.map((line) => line.preview)).toEqual([
      'Street',
      'a.example',
      'Bob',
      'T',
      'Go?',
      'Yes',
      'busy',
      'search',
      'hm',
      'Lunch?',
      '',
      '(streaming)',
      'weather',
      'words',
      '',
      '',
      '',
      '',
      '',
    ]);
  });
});

describe('what is quoted of a message', () => {
  it('is its beginning as it stands, so that it can be compared', () => {
    expect(quotedTextOf(text('**Hi**\nthere', 'markdown'))).toBe('**Hi**\nthere');
    const cut = quotedTextOf(text(`${'x'.repeat(QUOTE_LENGTH - 1)}😀`));
    expect(cut).toBe('x'.repeat(QUOTE_LENGTH - 1));
    expect(quotedTextOf(media({}), 'a.pdf')).toBe('a.pdf');
    expect(quotedTextOf({ kind: 'person', name: 'Bob', aid: null })).toBe('Bob');
  });
});
