import { describe, expect, it } from 'vitest';
import { aunLink, looksLikeAunLink, parseAunLink } from './link';

describe('an aun:// link', () => {
  it('names an address, however the system spells it', () => {
    for (const text of [
      'aun://marta.aun.test',
      'aun://marta.aun.test/',
      'AUN://Marta.AUN.test',
      'aun:marta.aun.test',
      ' aun://marta.aun.test\n',
    ])
      expect(parseAunLink(text), text).toBe('marta.aun.test');
  });

  it('is what is shared', () => {
    expect(parseAunLink(aunLink('marta.aun.test'))).toBe('marta.aun.test');
  });

  it('carries nothing else: no path, query, port or user', () => {
    for (const text of [
      'aun://',
      'aun://marta',
      'aun://marta.aun.test/run',
      'aun://marta.aun.test?x=1',
      'aun://marta.aun.test#x',
      'aun://me@marta.aun.test',
      'aun://marta.aun.test:443',
      'aun://mar ta.aun.test',
      'aun://марта.aun.test',
      'https://marta.aun.test',
      `aun://${'a'.repeat(500)}.aun.test`,
    ])
      expect(parseAunLink(text), text).toBeNull();
  });

  it('is recognised even where it is wrong, so that it can be explained', () => {
    expect(looksLikeAunLink('aun://??')).toBe(true);
    expect(looksLikeAunLink('marta.aun.test')).toBe(false);
  });
});
