import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkify } from './linkify';

function links(text: string): string[] {
  return linkify(text).flatMap((piece) => (piece.kind === 'link' ? [piece.text] : []));
}

describe('linkify', () => {
  it('finds http and https addresses in a sentence', () => {
    expect(links('See https://example.org/a?b=1#c and http://10.0.0.1:8080/x.')).toEqual([
      'https://example.org/a?b=1#c',
      'http://10.0.0.1:8080/x',
    ]);
  });

  it('ends an address where Chinese text or punctuation begins', () => {
    expect(links('请看https://example.org/路径，谢谢')).toEqual(['https://example.org/']);
    expect(links('（https://example.org/a）。')).toEqual(['https://example.org/a']);
  });

  it('keeps brackets that belong to the address and leaves those of the sentence', () => {
    expect(links('(https://example.org/Parley_(app))')).toEqual(['https://example.org/Parley_(app)']);
    expect(links('[https://example.org/a]')).toEqual(['https://example.org/a']);
  });

  it('makes nothing else clickable', () => {
    const texts = [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'ftp://example.org',
      'www.example.org',
    ];
    for (const text of texts) expect(links(text)).toEqual([]);
  });

  it('refuses an address that hides its host behind a name', () => {
    expect(links('https://bank.example@evil.example/')).toEqual([]);
    expect(links('https://bank.example:pw@evil.example/')).toEqual([]);
  });

  it('ends an address at a mark that turns the direction of reading', () => {
    expect(links('https://example.org/\u202Egpj.exe')).toEqual(['https://example.org/']);
  });

  it('shows an address exactly as it was written', () => {
    const [piece] = linkify('HTTPS://Example.ORG/A');
    expect(piece).toEqual({ kind: 'link', text: 'HTTPS://Example.ORG/A', url: 'https://example.org/A' });
  });

  it('takes off a long tail of brackets without going through the text for each', () => {
    const text = `https://example.org/${')'.repeat(200_000)}`;
    expect(links(text)).toEqual(['https://example.org/']);
  });

  it('loses and adds nothing, and every link is http or https, whatever the text', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        'https://',
        'http://a',
        '(',
        ')',
        '.',
        '@',
        '链接',
        '😀',
        '\u202E',
        '\uD800',
        'javascript:',
        '<img src=x>',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const pieces = linkify(text);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        for (const piece of pieces) if (piece.kind === 'link') expect(piece.url).toMatch(/^https?:\/\//);
      }),
    );
  });

  it('finds links of people and groups, and none that name nobody', () => {
    const links = (text: string): string[] =>
      linkify(text).flatMap((piece) => (piece.kind === 'link' ? [piece.url] : []));
    expect(links('来 aun://group.aun.test/g-room1/invite/spring-door-42，谢谢')).toEqual([
      'aun://group.aun.test/g-room1/invite/spring-door-42',
    ]);
    expect(links('ask aun://marta.aun.test.')).toEqual(['aun://marta.aun.test']);
    expect(links('aun://../../etc/passwd aun://a@b aun://group.aun.test/g-1?x=1')).toEqual([]);
  });
});
