import { describe, expect, it } from 'vitest';
import { groupLink, parseGroupInvitation, parseGroupLink } from './group-link';

const GROUP = 'group.agentid.pub/g-abc123';

describe('links of groups', () => {
  it('are the same with and without a code', () => {
    expect(groupLink(GROUP)).toBe('aun://group.agentid.pub/g-abc123');
    expect(groupLink(GROUP, 'ic-0123456789')).toBe('aun://group.agentid.pub/g-abc123/invite/ic-0123456789');
    expect(groupLink('alice')).toBe('');
  });

  it.each([
    ['aun://group.agentid.pub/g-abc123', null],
    ['AUN://GROUP.agentid.pub/G-abc123/', null],
    ['https://group.agentid.pub/g-abc123', null],
    ['https://group.agentid.pub/g-abc123.agentid.pub', null],
    ['https://group.agentid.pub/g-abc123.agentid.pub/invite/IC-77aa', 'ic-77aa'],
    ['aun://group.agentid.pub/g-abc123/invite/IC-0123456789', 'ic-0123456789'],
    ['  https://group.agentid.pub/g-abc123/invite/ic-0123456789/ ', 'ic-0123456789'],
  ])('%j leads to the group', (link, code) => {
    expect(parseGroupLink(link)).toEqual({ group: GROUP, code, domain: 'agentid.pub' });
    expect(parseGroupInvitation(link)).toEqual({ group: GROUP, code, domain: 'agentid.pub' });
  });

  it.each([
    'aun://storage/default/x',
    'aun://alice.agentid.pub',
    'http://group.agentid.pub/g-abc123',
    'https://example.com/g-abc123',
    'https://group.agentid.pub:8443/g-abc123',
    'https://me@group.agentid.pub/g-abc123',
    'https://group.agentid.pub/g-abc123?x=1',
    'https://group.agentid.pub/g-abc123#x',
    'https://group.agentid.pub/g-abc123/invite/a b',
    'https://group.agentid.pub/g-abc123/invite/abc%20',
    'https://group.agentid.pub/g-abc123/other/ic-0123456789',
    'https://group.agentid.pub/',
    'javascript:alert(1)',
    `aun://group.agentid.pub/g-abc123/invite/${'a'.repeat(900)}`,
  ])('%j leads to no group', (link) => {
    expect(parseGroupLink(link)).toBeNull();
  });
});

describe('what somebody pastes to get in', () => {
  it.each([
    ['ic-0123456789', { group: null, code: 'ic-0123456789', domain: null }],
    [' IC-0123456789 ', { group: null, code: 'ic-0123456789', domain: null }],
    ['ic-0123456789@agentid.pub', { group: null, code: 'ic-0123456789', domain: 'agentid.pub' }],
    ['WELCOME_2026@AgentID.pub', { group: null, code: 'welcome_2026', domain: 'agentid.pub' }],
    [GROUP, { group: GROUP, code: null, domain: 'agentid.pub' }],
    ['g-abc123.agentid.pub', { group: GROUP, code: null, domain: 'agentid.pub' }],
    ['g-abc123@agentid.pub', { group: GROUP, code: null, domain: 'agentid.pub' }],
    ['g-abc123', { group: 'group.aun.test/g-abc123', code: null, domain: 'aun.test' }],
  ])('%j is understood', (text, expected) => {
    expect(parseGroupInvitation(text, 'aun.test')).toEqual(expected);
  });

  it.each(['', 'abc', 'a b c d', 'code@', 'code@x@y', 'https://example.com', 'code@-', 'code@a b'])(
    '%j is refused',
    (text) => {
      expect(parseGroupInvitation(text, 'aun.test')).toBeNull();
    },
  );
});
