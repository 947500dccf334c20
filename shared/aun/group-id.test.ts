import { describe, expect, it } from 'vitest';
import { groupAid, groupName, isGroupId, parseGroupId } from './group-id';

/** Every spelling of `protocol/05 §1.2`, with both canonical forms. */
const SPELLINGS: readonly (readonly [spelling: string, formA: string, formB: string])[] = [
  ['group.agentid.pub/g-abc123', 'group.agentid.pub/g-abc123', 'g-abc123.agentid.pub'],
  ['group.agentid.pub/10001', 'group.agentid.pub/10001', '10001.agentid.pub'],
  ['  GROUP.AgentID.pub/G-ABC123 ', 'group.agentid.pub/g-abc123', 'g-abc123.agentid.pub'],
  ['group..agentid.pub./.g-abc123.', 'group.agentid.pub/g-abc123', 'g-abc123.agentid.pub'],
  ['group.eu/g-abc123@agentid.pub', 'group.agentid.pub.eu/g-abc123', 'g-abc123.agentid.pub.eu'],
  ['g-abc123@agentid.pub', 'group.agentid.pub/g-abc123', 'g-abc123.agentid.pub'],
  ['team01@agentid.pub', 'group.agentid.pub/team01', 'team01.agentid.pub'],
  ['g-abc123.agentid.pub', 'group.agentid.pub/g-abc123', 'g-abc123.agentid.pub'],
  ['10042.agentid.pub', 'group.agentid.pub/10042', '10042.agentid.pub'],
  ['team01.agentid.pub', 'group.agentid.pub/team01', 'team01.agentid.pub'],
  ['/team01.agentid.pub/', 'group.agentid.pub/team01', 'team01.agentid.pub'],
  ['g-abc123', 'group.aun.test/g-abc123', 'g-abc123.aun.test'],
  ['10001', 'group.aun.test/10001', '10001.aun.test'],
];

const NO_GROUPS = [
  '',
  '   ',
  'group.',
  'group./g-abc123',
  'group.agentid.pub/',
  '@agentid.pub',
  'team01@',
  '.agentid.pub',
  'group.agentid.pub/ab',
  'group.agentid.pub/-abc',
  'group.agentid.pub/a b c d e',
  'group.agentid.pub/g-abc123/more',
  'group.agent..pub/g-abc123',
  'group.agentid.pub/../g-abc123',
  'group.-agentid.pub/g-abc123',
  `group.agentid.pub/${'a'.repeat(65)}`,
  `${'a'.repeat(500)}.agentid.pub`,
  'https://group.agentid.pub/g-abc123',
  'gruppe\u202e.agentid.pub',
];

describe('group ids', () => {
  it.each(SPELLINGS)('%j is one group in both forms', (spelling, formA, formB) => {
    expect(parseGroupId(spelling, 'aun.test')).toBe(formA);
    expect(groupAid(spelling, 'aun.test')).toBe(formB);
  });

  it.each(SPELLINGS)('%j keeps its forms when they are read again', (_spelling, formA, formB) => {
    expect(parseGroupId(formA)).toBe(formA);
    expect(parseGroupId(formB)).toBe(formA);
    expect(groupAid(formA)).toBe(formB);
  });

  it.each(NO_GROUPS)('%j names no group', (text) => {
    expect(parseGroupId(text, 'aun.test')).toBeNull();
    expect(groupAid(text, 'aun.test')).toBeNull();
  });

  it('says nothing about a base without a domain when it knows no issuer', () => {
    expect(parseGroupId('g-abc123')).toBeNull();
    expect(groupName('10001')).toBeNull();
  });

  it('tells ids of groups from those of people', () => {
    expect(isGroupId('group.agentid.pub/g-abc123')).toBe(true);
    expect(isGroupId('alice.agentid.pub')).toBe(false);
    expect(isGroupId('groups.agentid.pub')).toBe(false);
  });
});
