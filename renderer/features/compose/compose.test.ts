import { describe, expect, it } from 'vitest';
import { readCoordinate, readPair } from './coordinates';
import { readLink } from './link-dialog';
import { readOptions } from './poll-dialog';

describe('coordinates', () => {
  it('are read as people write them', () => {
    expect(readCoordinate('31.2304', 90)).toBe(31.2304);
    expect(readCoordinate(' -121,47 ', 180)).toBe(-121.47);
    expect(readCoordinate('31.2° S', 90)).toBe(-31.2);
    expect(readCoordinate('121.47 W', 180)).toBe(-121.47);
  });

  it('are refused outside the globe and with the wrong letter', () => {
    for (const text of ['91', '', 'x', '31 E', '1e5', '12.3.4']) expect(readCoordinate(text, 90)).toBeNull();
    expect(readCoordinate('181', 180)).toBeNull();
  });

  it('are taken apart when a map gives both at once', () => {
    expect(readPair('31.2304, 121.4737')).toEqual(['31.2304', '121.4737']);
    expect(readPair('31.2304,121.4737')).toEqual(['31.2304', '121.4737']);
    expect(readPair('-33.86 151.21')).toEqual(['-33.86', '151.21']);
    expect(readPair('31,2304')).toBeNull();
    expect(readPair('31.2304')).toBeNull();
  });
});

describe('a link', () => {
  it('gets its scheme when it has none', () => {
    expect(readLink('example.org/a b')).toBe('https://example.org/a%20b');
    expect(readLink('http://example.org')).toBe('http://example.org/');
  });

  it('is http or https, has a host, and hides nobody’s password', () => {
    for (const text of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'aun://x',
      '',
      'word',
      'https://me:secret@example.org',
    ])
      expect(readLink(text), text).toBeNull();
  });
});

describe('options of a poll', () => {
  it('are at least two different ones, without blanks', () => {
    expect(readOptions([' Friday ', '', 'Monday'])).toEqual(['Friday', 'Monday']);
    expect(readOptions(['Friday', 'Friday '])).toBeNull();
    expect(readOptions(['Friday', ' '])).toBeNull();
  });
});
