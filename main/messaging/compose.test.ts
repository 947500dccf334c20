import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Attachment } from '../../shared/model/attachment';
import type { MessageContent } from '../../shared/model/message';
import {
  composeAnswer,
  composeAttachments,
  composeChoice,
  composeObject,
  composeText,
  composeVote,
  type ComposedFile,
  type Words,
} from './compose';
import { composeBundle, composeForward, filesOf } from './compose-forward';
import { describePayload } from './describe';
import { own, OWN, PEER, reference, samples, sealed } from './payload/payload-test-support';

const words: Words = { text: 'Hello', markdown: false, mentions: [], reply: null };
const reply = { messageId: 'm-1', sender: PEER, text: 'Shall we?', thread: 'task-7' };
const file: ComposedFile = {
  name: 'a.jpg',
  type: 'image/jpeg',
  width: 640,
  height: 480,
  durationMs: null,
  voice: false,
};
const shown = (payload: JsonObject) => describePayload(payload, own);

/** Texts as a person may type them. */
const typed = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 200 }));

describe('a text', () => {
  it('is shown as it was composed, with whom it names and what it answers', () => {
    fc.assert(
      fc.property(
        typed,
        fc.boolean(),
        fc.boolean(),
        fc.nat(300),
        fc.nat(300),
        (text, markdown, answers, a, b) => {
          const [start, end] = [Math.min(a, b) % (text.length + 1), Math.max(a, b) % (text.length + 1)];
          const mention = { aid: PEER, start: Math.min(start, end), end: Math.max(start, end) };
          const payload = composeText({
            text,
            markdown,
            mentions: [mention],
            reply: answers ? reply : null,
          });
          expect(JSON.parse(JSON.stringify(payload))).toEqual(payload);
          const { content, links } = shown(payload);
          expect(content).toEqual({
            kind: 'text',
            text,
            format: markdown ? 'markdown' : 'plain',
            mentions: mention.start < mention.end ? [mention] : [],
          });
          expect(links.replyTo).toEqual(answers ? { messageId: 'm-1', text: 'Shall we?' } : null);
          expect(links.thread).toBe(answers ? 'task-7' : null);
          expect(links.refersTo).toBeNull();
        },
      ),
    );
  });

  it('names everybody or somebody on the other side', () => {
    const payload = composeText({
      ...words,
      text: 'Hi @all and @Marta',
      mentions: [
        { aid: null, start: 3, end: 7 },
        { aid: PEER, start: 12, end: 18 },
        { aid: PEER, start: 12, end: 99 },
      ],
    });
    expect(payload['mentions']).toEqual([
      { scope: 'all', display: '@all', offset: 3, length: 4 },
      { aid: PEER, display: '@Marta', offset: 12, length: 6 },
    ]);
    expect(
      describePayload(payload, { ownAid: PEER, sender: OWN, protection: 'e2ee-v1' }).links.mentionsMe,
    ).toBe(true);
  });

  it('is a quote with a reference where it answers', () => {
    expect(composeText({ ...words, reply })).toEqual({
      type: 'quote',
      text: 'Hello',
      quote: { message_id: 'm-1', text: 'Shall we?', sender_display: PEER },
      reply_to: { message_id: 'm-1', sender_aid: PEER },
      thread_id: 'task-7',
    });
  });
});

describe('files', () => {
  it.each([
    ['image', [file, file]],
    ['video', [{ ...file, type: 'video/mp4', durationMs: 1_200.4 }]],
    ['voice', [{ ...file, type: 'audio/webm', voice: true, durationMs: 900 }]],
    ['file', [{ ...file, type: 'audio/mpeg' }]],
    ['file', [file, { ...file, type: 'application/pdf' }]],
    ['file', [{ ...file, type: 'video/mp4' }, file]],
  ] as const)('are sent as %s', (media, files) => {
    const payload = composeAttachments(files, { ...words, reply });
    expect(payload).toMatchObject({ type: media, client_context: { caps: ['att-enc-1'] } });
    expect(payload['attachments']).toEqual(files.map((_, index) => ({ pending: index })));
    expect(shown(payload)).toMatchObject({
      content: { kind: 'media', media, text: 'Hello' },
      links: { replyTo: { messageId: 'm-1' }, attachments: [] },
    });
  });

  it('state the measures of a single one', () => {
    const content = shown(composeAttachments([{ ...file, durationMs: 1_200.4 }], words)).content;
    expect(content).toMatchObject({ width: 640, height: 480, durationMs: 1_200 });
    expect(shown(composeAttachments([file, file], words)).content).toMatchObject({
      width: null,
      height: null,
    });
  });

  it('need no caption', () => {
    expect(composeAttachments([file], { ...words, text: '' })).not.toHaveProperty('text');
  });
});

describe('objects', () => {
  const nameOf = (): string => 'Marta';

  it('are shown as they were composed', () => {
    expect(
      shown(composeObject({ kind: 'location', latitude: 1.5, longitude: -2, name: 'Here' }, nameOf)).content,
    ).toEqual({
      kind: 'location',
      latitude: 1.5,
      longitude: -2,
      name: 'Here',
      address: '',
      precisionMetres: null,
    });
    expect(shown(composeObject({ kind: 'person', aid: PEER.toUpperCase() }, nameOf)).content).toEqual({
      kind: 'person',
      name: 'Marta',
      aid: PEER,
    });
    const link = { kind: 'link', url: 'https://a.example/x', title: 'T', description: 'D' } as const;
    expect(shown(composeObject(link, nameOf)).content).toEqual({ ...link, host: 'a.example' });
    const poll = { kind: 'poll', title: 'Lunch?', options: ['Soup', 'Salad'], multiple: true } as const;
    expect(shown(composeObject({ ...poll, options: [...poll.options] }, nameOf)).content).toMatchObject({
      kind: 'poll',
      title: 'Lunch?',
      multiple: true,
      options: [
        { id: '1', text: 'Soup' },
        { id: '2', text: 'Salad' },
      ],
    });
  });

  it('that are none are refused', () => {
    const link = { kind: 'link', url: 'javascript:alert(1)', title: '', description: '' } as const;
    expect(() => composeObject(link, nameOf)).toThrow(expect.objectContaining({ code: 'link_invalid' }));
    expect(() => composeObject({ kind: 'person', aid: 'g-1.aun.test' }, nameOf)).toThrow(
      expect.objectContaining({ code: 'invalid_aid' }),
    );
  });
});

describe('answers', () => {
  it('to a card press a button or write something, for that card', () => {
    const card = { messageId: 'm-2', title: 'Deploy?' };
    expect(shown(composeChoice(card, { label: 'Yes', value: 'deploy' }))).toMatchObject({
      content: { kind: 'choice', card: 'm-2', label: 'Yes: deploy', text: 'deploy', typed: false },
      links: { refersTo: { messageId: 'm-2', as: 'choice' } },
    });
    const answer = composeAnswer(card, 'Say why', 'Because');
    expect(answer).not.toHaveProperty('action_value');
    expect(shown(answer).content).toMatchObject({ label: 'Say why', text: 'Because', typed: true });
  });

  it('to a poll vote in it, or take the vote back', () => {
    const poll = {
      messageId: 'm-3',
      options: [
        { id: 'a', text: 'Soup' },
        { id: 'b', text: 'Salad' },
      ],
    };
    const vote = composeVote(poll, ['b']);
    expect(vote['fallback_text']).toBe('☑ Salad');
    expect(shown(vote)).toMatchObject({
      content: { kind: 'vote', poll: 'm-3', options: ['b'] },
      links: { refersTo: { messageId: 'm-3', as: 'vote' } },
    });
    expect(shown(composeVote(poll, [])).content).toMatchObject({ kind: 'vote', options: [] });
  });
});

const FORWARDED = [
  'text',
  'quote',
  'thought',
  'voice',
  'image',
  'video',
  'file',
  'location',
  'link',
  'merge',
] as const;
const OBJECTS = [
  'personal_card',
  'poll',
  'json',
  'custom',
  'action_card',
  'action_card_reply',
  'status',
  'event',
] as const;

function contentOf(name: string): { content: MessageContent; payload: JsonObject; files: number } {
  const payload = samples[name] ?? {};
  const { content, links } = describePayload(payload, sealed);
  return { content, payload, files: links.attachments.filter((claim) => claim.role === 'main').length };
}

describe('a forwarded message', () => {
  it.each([...FORWARDED, ...OBJECTS])('of type %s says what it said and does nothing it did', (name) => {
    const { content, payload, files } = contentOf(name);
    const forwarded = composeForward(content, payload, files);
    const json = JSON.stringify(forwarded);
    const { content: now, links } = shown(forwarded ?? {});
    for (const secret of [reference.object_key, reference.enc.key, 'm-1', 'm-2'])
      expect(json).not.toContain(secret);
    expect(links).toMatchObject({
      replyTo: null,
      thread: null,
      refersTo: null,
      replaceKey: null,
      hidden: false,
    });
    expect(now.kind === 'text' ? now.mentions : []).toEqual([]);
    expect(now.kind).not.toBe('actions');
    if ('text' in content && content.kind !== 'choice' && now.kind !== 'data')
      expect(JSON.stringify(now)).toContain(JSON.stringify(content.text).slice(1, -1));
    if (files > 0) expect(forwarded?.['attachments']).toHaveLength(files);
  });

  it.each(['media', 'location', 'link', 'person', 'poll', 'bundle'])(
    'keeps everything it shows: %s',
    (kind) => {
      for (const name of Object.keys(samples)) {
        const { content, payload, files } = contentOf(name);
        if (content.kind !== kind) continue;
        const expected = content.kind === 'media' ? { ...content, expiresAt: null } : content;
        expect(shown(composeForward(content, payload, files) ?? {}).content).toEqual(expected);
      }
    },
  );

  it.each(['vote', 'stream', 'tool_call', 'tool_result', 'peer.offer', 'e2ee.encrypted'])(
    'is none where it only means something in its place: %s',
    (name) => {
      const { content, payload, files } = contentOf(name);
      expect(composeForward(content, payload, files)).toBeNull();
    },
  );

  it('needs no payload where its words are enough', () => {
    expect(composeForward(contentOf('text').content, null, 0)).toEqual({
      type: 'text',
      text: 'Hello @Alice, 你好',
      format: 'markdown',
    });
    expect(composeForward(contentOf('json').content, null, 0)).toEqual({ type: 'text', text: '21 degrees' });
  });
});

describe('a bundle', () => {
  const attachment = (role: 'main' | 'picture', name: string): Attachment => ({
    id: 1,
    role,
    name,
    type: 'image/jpeg',
    size: 1,
    width: null,
    height: null,
    durationMs: null,
    encrypted: true,
    dangerous: false,
    state: 'here',
    problem: null,
    media: null,
    thumbnail: null,
  });

  it('shows who wrote what, with the files of all in order', () => {
    const text = {
      content: contentOf('text').content,
      sender: PEER,
      sortAt: 1_790_000_000_000,
      attachments: [],
    };
    const picture = {
      content: { ...contentOf('image').content, text: '', alt: '' } as MessageContent,
      sender: OWN,
      sortAt: 1_790_000_000_001,
      attachments: [
        attachment('main', 'a.jpg'),
        attachment('picture', 'no.jpg'),
        attachment('main', 'b.jpg'),
      ],
    };
    const payload = composeBundle([text, picture]);
    expect(payload['attachments']).toEqual([{ pending: 0 }, { pending: 1 }]);
    expect(filesOf(picture).map((each) => each.name)).toEqual(['a.jpg', 'b.jpg']);
    expect(shown(payload).content).toEqual({
      kind: 'bundle',
      title: `${PEER}, ${OWN}`,
      summary: `${PEER}: Hello @Alice, 你好\n${OWN}: a.jpg b.jpg`,
      items: [
        { sender: PEER, text: 'Hello @Alice, 你好', at: 1_790_000_000_000 },
        { sender: OWN, text: 'a.jpg\nb.jpg', at: 1_790_000_000_001 },
      ],
      omitted: 0,
    });
  });
});
