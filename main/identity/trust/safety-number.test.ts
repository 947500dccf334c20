import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import {
  parseVerificationCode,
  safetyNumberGroups,
  safetyNumberPart,
  verificationCodeText,
} from './safety-number';

/** The two key holders of the protocol's vector: scalars 1 and 2. */
const alice = {
  aid: 'alice.aun.test',
  spki: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==',
};
const bob = {
  aid: 'bob.aun.test',
  spki: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEfPJ7GI0DT36KUjgDBLUaw8CJaeJ38hs1pgtI/EdmmXgHd1UQ247QQCk9msafdDDbun2t5jzpgimeBLedInhz0Q==',
};
const NUMBER = '17033 95345 39970 64491 15381 08039 67805 16942 84963 79840 67742 43085';

describe('the safety number', () => {
  it('is the one of the protocol’s vector', async () => {
    expect(await safetyNumberPart(alice)).toBe('678051694284963798406774243085');
    expect(await safetyNumberPart(bob)).toBe('170339534539970644911538108039');
    expect((await safetyNumberGroups(alice, bob)).join(' ')).toBe(NUMBER);
  });

  it('is the same on both sides, however the address is written', async () => {
    expect((await safetyNumberGroups(bob, alice)).join(' ')).toBe(NUMBER);
    expect((await safetyNumberGroups({ ...alice, aid: 'Alice.AUN.test' }, bob)).join(' ')).toBe(NUMBER);
  });

  it('is another one for another key or another name', async () => {
    expect((await safetyNumberGroups({ ...alice, spki: bob.spki }, bob)).join(' ')).not.toBe(NUMBER);
    expect((await safetyNumberGroups({ ...alice, aid: 'alicf.aun.test' }, bob)).join(' ')).not.toBe(NUMBER);
  });

  it('lets the event loop run while it is computed', async () => {
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const start = performance.now();
    await safetyNumberPart(alice);
    done = true;
    expect(performance.now()).toBeGreaterThan(start);
    expect(turns).toBeGreaterThan(10);
  });
});

describe('the text of a QR code', () => {
  const key = 'a'.repeat(64);
  const other = 'b'.repeat(64);
  const text = `aun-verify:1?a=alice.aun.test&ka=${key}&b=bob.aun.test&kb=${other}`;

  it('says who shows it and whom they see', () => {
    const code = {
      shownBy: { aid: 'alice.aun.test', key },
      sees: { aid: 'bob.aun.test', key: other },
    };
    expect(verificationCodeText(code)).toBe(text);
    expect(parseVerificationCode(text)).toEqual(code);
  });

  it.each([
    ['another version', text.replace(':1?', ':2?')],
    ['another scheme', text.replace('aun-verify', 'aun')],
    ['upper case keys', text.replace(key, key.toUpperCase())],
    ['a short key', text.replace(key, key.slice(1))],
    ['another order', `aun-verify:1?b=bob.aun.test&kb=${other}&a=alice.aun.test&ka=${key}`],
    ['something behind it', `${text}&x=1`],
    ['a line break behind it', `${text}\n`],
    ['white space before it', ` ${text}`],
    ['an address in upper case', text.replace('alice', 'Alice')],
    ['an address that is none', text.replace('bob.aun.test', 'bob')],
    ['a group', text.replace('bob.aun.test', 'g-bob.aun.test')],
    ['nothing', ''],
  ])('is refused with %s', (_name, damaged) => {
    expect(parseVerificationCode(damaged)).toBeNull();
  });
});
