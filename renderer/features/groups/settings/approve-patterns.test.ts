import { describe, expect, it } from 'vitest';
import { meaningOf, patternOf } from './approve-patterns';

/** Whether an address fits, anchored as the network has to do it, and also where it only searches. */
function fits(typed: string, aid: string): boolean {
  const pattern = patternOf(typed) ?? 'nothing';
  const strict = new RegExp(`^(?:${pattern})$`, 'u').test(aid);
  expect(new RegExp(pattern, 'u').test(aid), 'found somewhere').toBe(strict);
  return strict;
}

describe('patterns that let people in', () => {
  it('take a whole address for that one alone', () => {
    expect(fits('Lin_Wei.agentid.pub', 'lin_wei.agentid.pub')).toBe(true);
    for (const other of ['lin_weix.agentid.pub', 'xlin_wei.agentid.pub', 'lin_wei.agentidxpub'])
      expect(fits('lin_wei.agentid.pub', other), other).toBe(false);
    expect(meaningOf(patternOf('lin_wei.agentid.pub') ?? '')).toEqual({
      kind: 'address',
      text: 'lin_wei.agentid.pub',
    });
  });

  it('take a star for a name or a part of one, and never for a part of the network', () => {
    expect(fits('*.example.com', 'anna.example.com')).toBe(true);
    for (const other of ['anna.example.com.evil.net', 'anna.sub.example.com', 'anna.examplexcom'])
      expect(fits('*.example.com', other), other).toBe(false);
    expect(fits('team-*.example.com', 'team-berlin.example.com')).toBe(true);
    expect(fits('team-*.example.com', 'other.example.com')).toBe(false);
    expect(meaningOf(patternOf('*.example.com') ?? '')).toEqual({ kind: 'everybody', text: 'example.com' });
    expect(meaningOf(patternOf('team-*.example.com') ?? '')).toEqual({
      kind: 'form',
      text: 'team-*.example.com',
    });
  });

  it('take an expression, which has to fit from end to end', () => {
    expect(fits('(anna|berta)\\.example\\.com', 'berta.example.com')).toBe(true);
    expect(fits('(anna|berta)\\.example\\.com', 'berta.example.com.evil.net')).toBe(false);
    expect(fits('^anna.*\\.example\\.com$', 'anna_b.example.com')).toBe(true);
    expect(meaningOf(patternOf('(anna|berta)\\.example\\.com') ?? '')).toEqual({
      kind: 'expression',
      text: '(anna|berta)\\.example\\.com',
    });
    expect(fits('^anna|berta\\.example\\.com$', 'anna.evil.net')).toBe(false);
    expect(fits('^anna$|^berta\\.example\\.com$', 'berta.example.com')).toBe(true);
  });

  it.each([
    '',
    '   ',
    'anna',
    '*',
    '.example.com',
    'anna.*',
    '*.*',
    'anna berta.example.com',
    '(anna',
    '[z-a]\\.x',
    'a)|(b',
    `${'a'.repeat(60)}.${'b'.repeat(250)}.com`,
    `(${'a'.repeat(260)})`,
  ])('refuse "%s"', (typed) => {
    expect(patternOf(typed)).toBeNull();
  });

  it.each(['.*', '.*\\.aun\\.test', '[^.]+', 'x\\.y|z', '', '^\\.example$', '\\.\\.'])(
    'of other programs are shown as they are: %s',
    (pattern) => {
      expect(meaningOf(pattern)).toEqual({ kind: 'expression', text: pattern });
    },
  );
});
