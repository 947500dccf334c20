import { describe, expect, it } from 'vitest';
import { judgePlaintext } from './envelope-open';

const judged = (text: string, type: string | null = null) => judgePlaintext(Buffer.from(text, 'utf8'), type);

describe('what was inside an envelope', () => {
  it('is the text of an object', () => {
    for (const text of ['{}', '{"type":""}', '{"text":"你好 \\u0000"}', '\uFEFF{}'.slice(1)])
      expect(judged(text)).toEqual({ ok: true, plaintext: text });
  });

  it.each(['', ' ', '[]', 'null', '1', '"text"', 'true', '{', '{} {}', '\uFEFF{}'])(
    'is nothing where it is %j',
    (text) => {
      expect(judged(text)).toMatchObject({ ok: false, reason: 'plaintext_invalid' });
    },
  );

  it('is nothing where its bytes are no text', () => {
    const broken = Buffer.from([...Buffer.from('{"text":"'), 0xc3, ...Buffer.from('"}')]);
    expect(judgePlaintext(broken, null)).toMatchObject({ ok: false, reason: 'plaintext_invalid' });
  });

  it('has the type that its headers protect, an absent one being empty', () => {
    expect(judged('{"type":"text"}', 'text')).toMatchObject({ ok: true });
    expect(judged('{}', '')).toMatchObject({ ok: true });
    expect(judged('{"type":1}', '1')).toMatchObject({ ok: true });
    for (const [text, type] of [
      ['{"type":"text"}', 'image'],
      ['{"type":"text"}', ''],
      ['{}', 'text'],
    ] as const)
      expect(judged(text, type)).toMatchObject({ ok: false, reason: 'metadata_invalid' });
  });
});
