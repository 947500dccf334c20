import { describe, expect, it } from 'vitest';
import {
  contentOf,
  described,
  KEY,
  linksOf,
  open,
  openReference,
  own,
  OWN,
  PEER,
  reference,
  sample,
} from './payload/payload-test-support';

describe('a text', () => {
  it('is shown with the names it mentions, where the words are really there', () => {
    expect(contentOf(sample('text'))).toEqual({
      kind: 'text',
      text: 'Hello @Alice, 你好',
      format: 'markdown',
      mentions: [
        { aid: OWN, start: 6, end: 12 },
        { aid: null, start: 14, end: 16 },
      ],
    });
  });

  it('needs no type, and a payload may be nothing but a text', () => {
    expect(contentOf({ text: 'hi' })).toMatchObject({ kind: 'text', text: 'hi', format: 'plain' });
    expect(contentOf({ type: '', text: 'hi' })).toMatchObject({ kind: 'text', text: 'hi' });
    expect(contentOf('just this')).toMatchObject({ kind: 'text', text: 'just this' });
    expect(contentOf(['no', 'object'])).toEqual({ kind: 'unsupported', type: '', text: '' });
  });

  it('puts no name on other words, and knows no mention called all', () => {
    const mentions = [
      { aid: OWN, display: '@Alice', offset: 0, length: 6 },
      { aid: OWN, display: '@Alice', offset: 6, length: 5 },
      { aid: OWN, display: '@Alice', offset: -6, length: 6 },
      { aid: 'all', display: '@all', offset: 0, length: 4 },
      { display: '@x', offset: 0, length: 2 },
    ];
    const result = described({ type: 'text', text: '@Bobby', mentions: mentions.slice(1) });
    expect(result.content).toMatchObject({ mentions: [] });
    expect(described({ type: 'text', text: '@all', mentions: [mentions[3] ?? null] }).links.mentionsMe).toBe(
      false,
    );
    expect(contentOf({ type: 'text', text: '@Bobby', mentions: [mentions[0] ?? null] })).toMatchObject({
      mentions: [],
    });
  });

  it('highlights the first hundred of ten thousand mentions, without overlaps', () => {
    const text = '@Al'.repeat(10_000);
    const mentions = Array.from({ length: 10_000 }, (_, index) => ({
      aid: PEER,
      display: '@Al',
      offset: index * 3,
      length: 3,
    }));
    const content = contentOf({ type: 'text', text, mentions });
    expect(content.kind === 'text' && content.mentions.length).toBe(100);
    const twice = [...mentions.slice(0, 2), { aid: OWN, display: 'l@', offset: 2, length: 2 }];
    expect(contentOf({ type: 'text', text, mentions: twice })).toMatchObject({
      mentions: [
        { start: 0, end: 3 },
        { start: 3, end: 6 },
      ],
    });
  });

  it('names me when I am mentioned, when everybody is, but never in my own words', () => {
    expect(linksOf({ type: 'text', text: 'x', mentions: [{ aid: OWN.toUpperCase() }] }).mentionsMe).toBe(
      true,
    );
    expect(linksOf({ type: 'text', text: 'x', mentions: [{ scope: 'all' }] }).mentionsMe).toBe(true);
    expect(linksOf({ type: 'text', text: 'x', mentions: [{ aid: PEER }] }).mentionsMe).toBe(false);
    expect(linksOf({ type: 'text', text: 'x', mentions: [{ aid: OWN }] }, own).mentionsMe).toBe(false);
  });

  it('answers something, belongs to a thread, and may be the end of a stream', () => {
    expect(linksOf(sample('text'))).toMatchObject({
      replyTo: { messageId: 'm-1', text: '' },
      thread: 'task-7',
      refersTo: { messageId: 'm-1', as: 'final' },
      attachments: [{ name: 'minutes.pdf' }],
      searchText: 'Hello @Alice, 你好',
    });
    expect(linksOf(sample('text'), open).refersTo).toBeNull();
  });
});

describe('a quote', () => {
  it('is a text that answers, with what its sender says it answers', () => {
    expect(contentOf(sample('quote'))).toMatchObject({ kind: 'text', text: 'Yes' });
    expect(linksOf(sample('quote'))).toMatchObject({
      replyTo: { messageId: 'm-1', text: 'Shall we?' },
      refersTo: null,
      searchText: 'Yes',
    });
  });

  it('may quote words alone', () => {
    expect(linksOf({ type: 'quote', text: 'Yes', quote: { text: 'Shall we?' } }).replyTo).toEqual({
      messageId: '',
      text: 'Shall we?',
    });
  });
});

describe('pictures, films, sound and files', () => {
  it('keep what the sender says of them', () => {
    expect(contentOf(sample('image'))).toMatchObject({
      kind: 'media',
      media: 'image',
      text: 'Look',
      alt: 'a cat',
      width: 640,
      height: 480,
    });
    expect(contentOf(sample('video'))).toMatchObject({ media: 'video', durationMs: 60_000, width: 1920 });
    expect(contentOf(sample('voice'))).toMatchObject({ media: 'voice', transcript: 'good morning' });
    expect(contentOf(sample('file'))).toMatchObject({ media: 'file', expiresAt: 1_790_000_000_000 });
  });

  it('name the real file inside an encrypted one', () => {
    const [claim] = linksOf(sample('voice')).attachments;
    expect(claim).toMatchObject({
      role: 'main',
      name: 'minutes.pdf',
      type: 'application/pdf',
      size: 48_211,
      durationMs: 4_200,
      encrypted: true,
      thumbnail: null,
    });
    expect(JSON.parse(claim?.referenceJson ?? '')).toEqual(reference);
  });

  it('are never opened with a key that came in the clear', () => {
    const [claim] = linksOf(sample('voice'), open).attachments;
    expect(claim).toMatchObject({
      encrypted: false,
      name: 'minutes.pdf.enc',
      type: 'application/octet-stream',
    });
    expect(claim?.referenceJson).not.toContain(KEY);
    expect(claim?.referenceJson).not.toContain('unsupported');
  });

  it.each([
    { ...reference.enc, v: 2 },
    { ...reference.enc, alg: 'AES-128-GCM' },
    { ...reference.enc, key: 'AAAA' },
    { ...reference.enc, iv: KEY },
    { ...reference.enc, aad: '' },
    { ...reference.enc, sha256: 'short' },
    'mine',
  ])('are marked where their encryption is another one: %j', (enc) => {
    const [claim] = linksOf({ type: 'file', attachments: [{ ...reference, enc }] }).attachments;
    expect(claim).toMatchObject({ encrypted: false });
    expect(JSON.parse(claim?.referenceJson ?? '')).toMatchObject({ unsupported: true });
    expect(claim?.referenceJson).not.toContain('"enc":');
  });

  it('keep only the fields of a reference that are known', () => {
    const [claim] = linksOf({
      type: 'file',
      attachments: [
        {
          ...openReference,
          run: 'me',
          filename: '../../etc/pass\u202ewd.exe',
          content_type: 'TEXT/HTML; a=b',
        },
      ],
    }).attachments;
    expect(claim).toMatchObject({ name: '_.._etc_passwd.exe', type: 'text/html' });
    expect(claim?.referenceJson).not.toContain('run');
  });

  it('believe sizes as claims and nothing that is no size', () => {
    const sizes = [2 ** 30, -1, 1.5, 1e300, 'big', null, undefined];
    const attachments = sizes.map((size) => ({ ...openReference, size_bytes: size }));
    const claims = linksOf({ type: 'file', attachments }).attachments;
    expect(claims.map((claim) => claim.size)).toEqual([2 ** 30, 0, 0, 0, 0, 0, 0]);
  });

  it('have small pictures, those of films too', () => {
    expect(linksOf(sample('image')).attachments[0]?.thumbnail).toMatchObject({
      role: 'thumbnail',
      encrypted: true,
    });
    expect(linksOf(sample('video')).attachments[0]?.thumbnail).toMatchObject({
      role: 'thumbnail',
      encrypted: false,
      thumbnail: null,
    });
  });

  it('are only texts where there is no file', () => {
    expect(contentOf({ type: 'image', attachments: [], alt: 'a cat' })).toEqual({
      kind: 'unsupported',
      type: 'image',
      text: 'a cat',
    });
    expect(contentOf({ type: 'image', attachments: [{ pending: 0 }] })).toMatchObject({
      kind: 'unsupported',
    });
    expect(contentOf({ type: 'image', attachments: [{ pending: 0 }] }, own)).toMatchObject({ kind: 'media' });
    expect(contentOf({ type: 'file', attachments: [{ filename: 'lost.txt' }] })).toMatchObject({
      kind: 'unsupported',
    });
  });

  it('are bounded in number', () => {
    const attachments = Array.from({ length: 5_000 }, () => openReference);
    expect(linksOf({ type: 'file', attachments }).attachments).toHaveLength(100);
  });
});

describe('places, links and people', () => {
  it('show where a link really leads', () => {
    expect(contentOf(sample('link'))).toMatchObject({
      kind: 'link',
      url: 'https://xn--bcher-kva.example:8443/a?b=1',
      host: 'xn--bcher-kva.example:8443',
      title: 'Books',
    });
    expect(linksOf(sample('link')).attachments).toMatchObject([{ role: 'picture' }]);
  });

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://bank.example@evil.example/',
    'https://:pw@evil.example/',
    'data:text/html,x',
    'aun://marta.aun.test',
    'nonsense',
    `https://a.example/${'x'.repeat(3_000)}`,
    7,
  ])('make no link of %s', (url) => {
    expect(contentOf({ type: 'link', url, title: 'Safe' })).toEqual({
      kind: 'unsupported',
      type: 'link',
      text: 'Safe',
    });
  });

  it('take places on this planet only', () => {
    expect(contentOf(sample('location'))).toMatchObject({
      kind: 'location',
      latitude: 52.2,
      precisionMetres: 12.5,
    });
    expect(contentOf(sample('location', { latitude: 91 }))).toMatchObject({ kind: 'unsupported' });
    expect(contentOf(sample('location', { longitude: '21' }))).toMatchObject({ kind: 'unsupported' });
  });

  it('take a person with or without an address that is one, under a name that hides nothing', () => {
    expect(contentOf(sample('personal_card'))).toEqual({ kind: 'person', name: 'Bob', aid: 'bob.aun.test' });
    expect(
      contentOf(sample('personal_card', { aid: 'not an address', display_name: 'B\u202eo\nb' })),
    ).toEqual({
      kind: 'person',
      name: 'Bo b',
      aid: null,
    });
    expect(linksOf(sample('personal_card')).attachments).toMatchObject([{ role: 'picture' }]);
  });
});

describe('an action card', () => {
  it('has buttons of three behaviours', () => {
    expect(contentOf(sample('action_card'))).toEqual({
      kind: 'actions',
      title: 'Deploy?',
      text: 'Build 7 is ready',
      format: 'markdown',
      expiresAt: 1_790_000_000_000,
      actions: [
        { label: 'Yes', value: 'deploy', behavior: 'reply', style: 'danger', composeTimeoutMs: 300_000 },
        {
          label: 'Say why',
          value: 'Say why',
          behavior: 'compose',
          style: 'primary',
          composeTimeoutMs: 60_000,
        },
        { label: 'Later', value: 'Later', behavior: 'dismiss', style: 'default', composeTimeoutMs: 300_000 },
      ],
    });
  });

  it('takes unknown behaviours for replies and the old word for composing', () => {
    const actions = ['run', 'free_input', 'constructor', 7].map((behavior) => ({ label: 'x', behavior }));
    expect(contentOf({ type: 'action_card', actions })).toMatchObject({
      actions: [{ behavior: 'reply' }, { behavior: 'compose' }, { behavior: 'reply' }, { behavior: 'reply' }],
    });
  });

  it('is a text without a usable button', () => {
    expect(contentOf(sample('action_card', { actions: [] }))).toMatchObject({
      kind: 'text',
      text: 'Deploy?\nBuild 7 is ready',
    });
    expect(contentOf({ type: 'action_card', actions: [{ label: '\u200b' }] })).toMatchObject({
      kind: 'unsupported',
    });
  });

  it('is answered by a choice that shows what was really sent, within bounds', () => {
    const shown = (action_label: string, text: string): string => {
      const content = contentOf(sample('action_card_reply', { action_label, text }));
      return content.kind === 'choice' ? content.label : '';
    };
    expect(shown('Yes', ' yes ')).toBe('Yes');
    expect(shown('No', 'Pay\nnow\u202e')).toMatch(/^No: Pay now.?$/);
    expect(shown('n'.repeat(80), `pay ${'x'.repeat(4_000)}`)).toMatch(/^n{3,40}.?: pay x{3,200}…$/);
    expect(shown('Yes', `Yes${' '.repeat(900)}pay`)).toBe('Yes: Yes pay');
    expect(shown('', 'deploy')).toBe('');
  });

  it('is answered by a choice, unless that came in the clear', () => {
    expect(described(sample('action_card_reply'))).toMatchObject({
      content: { kind: 'choice', card: 'm-2', label: 'Yes: deploy', text: 'deploy', typed: false },
      links: { refersTo: { messageId: 'm-2', as: 'choice' } },
    });
    expect(contentOf(sample('action_card_reply', { behavior: 'compose' }))).toMatchObject({ typed: true });
    expect(linksOf(sample('action_card_reply'), open).refersTo).toBeNull();
  });
});

describe('a bundle', () => {
  it('lists what was forwarded, with the words that each thing has', () => {
    expect(described(sample('merge'))).toMatchObject({
      content: {
        kind: 'bundle',
        title: 'Alice and Bob',
        items: [
          { sender: 'Alice', text: 'Lunch?', at: 1_790_000_000_000 },
          { sender: 'Bob', text: 'Menu', at: null },
        ],
        omitted: 0,
      },
      links: { attachments: [{ name: 'minutes.pdf' }] },
    });
  });

  it('says how many it leaves out', () => {
    const items = Array.from({ length: 1_000 }, () => ({ sender_display: 'A', text: 'x' }));
    const content = contentOf({ type: 'merge', title: 'Many', items });
    expect(content).toMatchObject({ omitted: 800 });
    expect(content.kind === 'bundle' && content.items.length).toBe(200);
  });
});
