import { describe, expect, it } from 'vitest';
import { readAddressInput } from './address-input';
import { readVerificationCode } from './verification-code';

const me = 'me.aun.test';
const code = `aun-verify:1?a=lin.aun.test&ka=${'aa'.repeat(32)}&b=${me}&kb=${'bb'.repeat(32)}`;

describe('readAddressInput', () => {
  it('gives a name without a dot the own network', () => {
    expect(readAddressInput(' Lin_Wei ', me)).toMatchObject({ aid: 'lin_wei.aun.test', problem: null });
  });

  it('reads a pasted link', () => {
    expect(readAddressInput(' aun://Lin.agentid.pub/ ', me)).toEqual({
      source: 'link',
      aid: 'lin.agentid.pub',
      problem: null,
      code: null,
    });
  });

  it.each(['aun://', 'aun://lin.agentid.pub/path', 'aun://a@lin.agentid.pub', 'aun://g-team.agentid.pub'])(
    'refuses the link "%s"',
    (link) => {
      expect(readAddressInput(link, me)).toMatchObject({ aid: '', problem: 'link_invalid' });
    },
  );

  it('reads the text of a verification code and keeps it for the comparison', () => {
    expect(readAddressInput(`\n${code} `, me)).toEqual({
      source: 'code',
      aid: 'lin.aun.test',
      problem: null,
      code,
    });
    expect(readAddressInput('aun-verify:1?a=lin.aun.test', me)).toMatchObject({ problem: 'code_invalid' });
  });

  it('says what is wrong with an address', () => {
    expect(readAddressInput('林伟', me).problem).toBe('bad_character');
    expect(readAddressInput('', me)).toMatchObject({ aid: '', problem: null });
  });
});

describe('readVerificationCode', () => {
  it('refuses what is too long, of another version or names nobody', () => {
    expect(readVerificationCode(code)).toEqual({ shownBy: 'lin.aun.test', shownTo: me });
    expect(readVerificationCode(code.padEnd(2000, 'a'))).toBeNull();
    expect(readVerificationCode(code.replace(':1?', ':2?'))).toBeNull();
    expect(readVerificationCode(code.replace('a=lin.aun.test', 'a=li n'))).toBeNull();
  });
});
