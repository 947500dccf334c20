import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  aidProblem,
  nameProblem,
  parseAid,
  parsePeerAid,
  peerAidProblem,
  safeAid,
  splitAid,
  suggestNames,
} from './aid';

it('folds what a person types and splits at the first dot', () => {
  expect(parseAid('  Alice.AgentID.pub ')).toBe('alice.agentid.pub');
  expect(splitAid('alice.a.b.c')).toEqual({ name: 'alice', issuer: 'a.b.c' });
});

it.each([
  ['', 'empty'],
  ['bob', 'too_short'],
  ['a'.repeat(65), 'too_long'],
  ['-bob', 'bad_start'],
  ['guest42', 'guest_prefix'],
  ['g-1234', 'group_prefix'],
  ['gateway', 'reserved'],
  ['bob smith', 'bad_character'],
  ['林伟林伟', 'bad_character'],
  ['Bobby', 'bad_character'],
])('refuses the name %j as %s', (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
});

it.each([
  ['alice', 'missing_issuer'],
  ['alice.', 'missing_issuer'],
  ['alice.aun.test:8080', 'bad_issuer'],
  ['alice.aun..test', 'bad_issuer'],
  ['alice.-aun', 'bad_issuer'],
])('refuses the address %j as %s', (aid, problem) => {
  expect(aidProblem(aid)).toBe(problem);
});

it('makes a folder name without separators', () => {
  expect(safeAid('a/b\\c:d')).toBe('a_b_c_d');
});

it('suggests only names that follow the rules, near what was typed', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (typed, salt) => {
      const names = suggestNames(typed, salt);
      expect(names.length).toBeGreaterThanOrEqual(3);
      for (const name of names) expect(nameProblem(name)).toBeNull();
    }),
  );
  // What begins like the id of a group gets as many as everybody.
  for (const typed of ['g-', 'G-', 'g-g-x', '-g-anna', '--g-'])
    expect(suggestNames(typed, 0).length).toBe(suggestNames('x', 0).length);
  expect(suggestNames('alice', 3).every((name) => name.includes('alice'))).toBe(true);
});

it('writes to whom other networks have registered, but never to a group or to nonsense', () => {
  for (const aid of ['bob.aid.test', 'guest42.agentid.pub', 'Al.X']) {
    expect(parsePeerAid(aid)).toBe(aid.toLowerCase());
  }
  expect(peerAidProblem('g-12ab.aun.test')).toBe('group_prefix');
  expect(peerAidProblem('group.aun.test')).toBe('reserved');
  expect(peerAidProblem('bob')).toBe('missing_issuer');
  expect(peerAidProblem('b b.aun.test')).toBe('bad_character');
  expect(peerAidProblem('../../x.aun.test')).toBe('empty');
});
