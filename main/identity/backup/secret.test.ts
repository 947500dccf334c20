import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../runtime/runtime';
import { groupRecoveryKey, makeRecoveryKey, secretBytes } from './secret';

const fixed = { bytes: (length: number) => Buffer.from(Array.from({ length }, (_, index) => index)) };

describe('a recovery key', () => {
  it('is 128 bits in Base32 without padding', () => {
    // RFC 4648: the sixteen bytes 00 to 0f.
    expect(makeRecoveryKey(fixed)).toBe('AAAQEAYEAUDAOCAJBIFQYDIOB4');
    expect(makeRecoveryKey({ bytes: (length) => Buffer.alloc(length, 0xff) })).toBe(`${'7'.repeat(25)}4`);
    expect(makeRecoveryKey(systemRandom)).toMatch(/^[A-Z2-7]{26}$/);
  });

  it('is the same secret however it was typed', () => {
    const key = makeRecoveryKey(fixed);
    const expected = Buffer.from(key, 'ascii');
    for (const typed of [
      key,
      key.toLowerCase(),
      groupRecoveryKey(key),
      ` ${key.slice(0, 4)} ${key.slice(4)}\n`,
      groupRecoveryKey(key).replaceAll('-', '–'),
    ])
      expect(secretBytes(typed).equals(expected), typed).toBe(true);
  });

  it('always has the form that is recognised', () => {
    for (let round = 0; round < 200; round += 1) {
      const key = makeRecoveryKey(systemRandom);
      expect(secretBytes(key.toLowerCase()).toString('ascii')).toBe(key);
    }
  });
});

describe('a passphrase', () => {
  it('is composed by compatibility and otherwise taken as it is', () => {
    expect(secretBytes('ﬁne e\u0301').toString('utf8')).toBe('fine é');
    expect(secretBytes(' two words ').toString('utf8')).toBe(' two words ');
    expect(secretBytes('correct horse battery staple').toString('utf8')).toBe('correct horse battery staple');
    expect(secretBytes('a'.repeat(26)).toString()).toBe('A'.repeat(26));
    expect(secretBytes('b'.repeat(26)).toString()).toBe('b'.repeat(26));
  });
});
