import { describe, expect, it } from 'vitest';
import { strengthOf } from './strength';

describe('strengthOf', () => {
  it.each([
    'aaaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    '1234567890123456',
    'passwordpassword',
    'Password12345678',
    'abcabcabcabcabc',
    '口令口令口令口令',
    '',
  ])('calls "%s" weak', (passphrase) => {
    expect(strengthOf(passphrase).level).toBe('weak');
  });

  it.each(['correct horse battery staple', 'Xk9#pQ2m!vL7', '春眠不觉晓处处闻啼鸟夜来风雨声'])(
    'calls "%s" more than weak',
    (passphrase) => {
      expect(strengthOf(passphrase).level).not.toBe('weak');
    },
  );

  it('grows with the length', () => {
    const shares = ['kestrel', 'kestrel orbit', 'kestrel orbit lantern'].map(
      (text) => strengthOf(text).share,
    );
    expect([...shares].sort((one, other) => one - other)).toEqual(shares);
    expect(new Set(shares).size).toBe(3);
  });
});
