import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import {
  allSecured,
  beginQuartet,
  epochOf,
  groupIs,
  groupOf,
  logged,
  makeGroup,
  memberIs,
  membersOf,
  reads,
  said,
  say,
  secured,
  textsOf,
  verdict,
} from './group-folk';
import type { Parley } from './parley';
import type { World } from './world';

/** The workflows of `protocol/05 §13.1` to §13.9 with real engines; each starts with a group of its own. */
let world: World;
let alice: Parley;
let bob: Parley;
let carol: Parley;
let dave: Parley;

beforeAll(async () => {
  ({ world, alice, bob, carol, dave } = await beginQuartet());
}, 120_000);
afterAll(() => world.end());

const lineOf = (row: Dict): Dict => (isDict(row['content']) ? row['content'] : {});
const TIMES = { timeout: 30_000 };

describe('13.1 making a group', () => {
  it('adds the picked people, names who could not be added, and everybody reads', async () => {
    const made = await alice.act('group.create', {
      name: '读书会 📚',
      description: 'Books',
      question: 'Which one?',
      members: [{ aid: bob.aid }, { aid: 'nobody-there.aun.test' }, { aid: carol.aid, kind: 'ai' }],
    });
    const shown = isDict(made['group']) ? made['group'] : {};
    const group = textOf(shown['group']);
    expect(shown).toMatchObject({
      name: '读书会 📚',
      description: 'Books',
      role: 'owner',
      membership: 'member',
      visibility: 'private',
      joinMode: 'approval',
    });
    expect(dictsOf(made['failed'])).toMatchObject([{ aid: 'nobody-there.aun.test' }]);
    await allSecured([alice, bob, carol], group, 1);
    await say(alice, group, 'welcome');
    await say(bob, group, 'thanks');
    for (const parley of [alice, bob, carol]) {
      await reads(parley, group, 'welcome');
      await reads(parley, group, 'thanks');
    }
    await expect
      .poll(async () => (await membersOf(alice, group)).get(carol.aid))
      .toMatchObject({ kind: 'ai', role: 'member' });
    await logged(alice, group, 'member_added', (entry) => entry['target'] === carol.aid);
  });

  it('one request makes one group, however often it comes', async () => {
    const params = { name: 'Once', requestId: `once-${String(process.pid)}` };
    const [one, two] = await Promise.all([
      alice.call('group.create', params),
      alice.call('group.create', params),
    ]);
    const three = await alice.call('group.create', params);
    const ids = [one, two, three].map((made) => (isDict(made['group']) ? made['group']['group'] : null));
    expect(new Set(ids).size).toBe(1);
    const { found, total } = await alice.call('group.search', { query: 'Once' });
    expect([dictsOf(found), total]).toEqual([[], 0]);
  });
});

describe('13.2 invite codes and links', () => {
  it('lets in as often as it says, in any case, and no further', async () => {
    const group = await makeGroup(alice);
    const invite = await alice.call('group.createInvite', { group, maxUses: 1, expiresInSeconds: 3600 });
    expect(invite).toMatchObject({ maxUses: 1, usedCount: 0, status: 'active' });
    const link = textOf(invite['link']);
    expect(link).toBe(`aun://${group}/invite/${textOf(invite['code'])}`);
    expect(await bob.call('group.preview', { invitation: link })).toMatchObject({
      preview: null,
      group,
      code: invite['code'],
    });
    const joined = await bob.call('group.join', { invitation: link.toUpperCase().replace('AUN:', 'aun:') });
    expect(joined).toMatchObject({ state: 'joined', group: { group, membership: 'member', addedBy: null } });
    await secured(bob, group);
    await say(bob, group, 'in by link');
    await reads(alice, group, 'in by link');
    expect(await verdict(carol.call('group.join', { invitation: invite['code'] }))).toBe(
      'group_invite_exhausted',
    );
    const { invites } = await alice.call('group.invites', { group });
    expect(dictsOf(invites)).toMatchObject([{ usedCount: 1, status: 'exhausted' }]);
    await logged(alice, group, 'invite_code_used', (entry) => entry['actor'] === bob.aid);
  });

  it('a revoked, an unknown and an expired one let nobody in', async () => {
    const group = await makeGroup(alice);
    const { code } = await alice.call('group.createInvite', { group, code: `Own-${String(process.pid)}` });
    expect(code).toBe(`own-${String(process.pid)}`);
    await alice.call('group.revokeInvite', { group, code });
    expect(await verdict(bob.call('group.join', { invitation: code }))).toBe('group_invite_revoked');
    expect(await verdict(bob.call('group.join', { invitation: 'ic-0000000000' }))).toBe(
      'group_invite_unknown',
    );
    expect(await verdict(bob.call('group.join', { invitation: `${textOf(code)}@aun.test` }))).toBe(
      'group_invite_revoked',
    );
    expect(await verdict(bob.call('group.join', { invitation: 'https://example.com/x' }))).toBe(
      'link_invalid',
    );
    await logged(alice, group, 'invite_code_revoked');
  });
});

describe('13.3 adding directly', () => {
  it('shows who added and waits for the word of who was added by somebody unknown', async () => {
    const group = await makeGroup(alice);
    await alice.call('group.add', { group, members: [{ aid: dave.aid }] });
    await secured(dave, group);
    await expect.poll(() => groupOf(dave, group)).toMatchObject({ addedBy: alice.aid, membership: 'member' });
    expect((await dave.row(group))['standing']).toBe('pending');
    await dave.call('conversation.accept', { conversation: group });
    expect((await dave.row(group))['standing']).toBe('accepted');
    await expect
      .poll(async () => JSON.stringify((await alice.timeline(group)).map(lineOf)), TIMES)
      .toContain('member_added');
  });

  it('somebody who declines is out', async () => {
    const group = await makeGroup(alice, [dave]);
    await groupIs(dave, group, 'is there', ({ membership }) => membership === 'member');
    await dave.call('group.leave', { group });
    await memberIs(alice, group, dave.aid, (found) => found === undefined);
  });
});

describe('13.4 asking to join', () => {
  it('asks the question, waits, is let in; refusals come with their reason; many at once', async () => {
    const group = await makeGroup(alice, [], { question: 'Why?', visibility: 'public' });
    expect(await bob.call('group.preview', { invitation: group })).toMatchObject({
      preview: { joinMode: 'approval', joinQuestion: 'Why?', membership: 'none' },
    });
    expect(await bob.call('group.join', { invitation: group })).toMatchObject({
      state: 'question',
      question: 'Why?',
    });
    const asked = await bob.call('group.join', { invitation: group, answer: 'Because', message: 'Hi' });
    expect(asked).toMatchObject({ state: 'pending', group: { membership: 'pending' } });
    expect(numberOf(isDict(asked['group']) ? asked['group']['requestExpiresAt'] : 0)).toBeGreaterThan(0);
    await groupIs(alice, group, 'has a request', ({ requests }) => requests === 1);
    const { requests } = await alice.call('group.requests', { group });
    expect(dictsOf(requests)).toMatchObject([
      { aid: bob.aid, answer: 'Because', message: 'Hi', status: 'pending' },
    ]);
    expect(await bob.call('group.join', { invitation: group, answer: 'Again' })).toMatchObject({
      state: 'pending',
    });
    const first = await alice.call('group.review', { group, decisions: [{ aid: bob.aid, approve: true }] });
    expect(first).toMatchObject({ results: [{ aid: bob.aid, code: null }] });
    await secured(bob, group);
    await say(bob, group, 'let in');
    await reads(alice, group, 'let in');
    for (const parley of [carol, dave])
      await parley.call('group.join', { invitation: group, answer: 'Me too' });
    const both = await alice.call('group.review', {
      group,
      decisions: [
        { aid: carol.aid, approve: true },
        { aid: dave.aid, approve: false, reason: 'Not this time' },
        { aid: 'nobody1.aun.test', approve: true },
      ],
    });
    expect(dictsOf(both['results'])).toEqual([
      { aid: carol.aid, code: null },
      { aid: dave.aid, code: null },
      { aid: 'nobody1.aun.test', code: 'group_request_not_found' },
    ]);
    await secured(carol, group);
    await groupIs(dave, group, 'is refused', ({ membership, rejection }) => {
      return membership === 'none' && rejection === 'Not this time';
    });
    await groupIs(alice, group, 'has none left', ({ requests: left }) => left === 0);
    const history = await alice.call('group.requests', { group, status: 'rejected' });
    expect(dictsOf(history['requests'])).toMatchObject([
      { aid: dave.aid, reason: 'Not this time', reviewedBy: alice.aid },
    ]);
    await logged(bob, group, 'join_rejected', (entry) => entry['target'] === dave.aid);
  });

  it('who was let in while away is in when they are back', async () => {
    const group = await makeGroup(alice, [], { visibility: 'public' });
    expect(await bob.call('group.join', { invitation: group })).toMatchObject({ state: 'pending' });
    await groupIs(alice, group, 'has a request', ({ requests }) => requests === 1);
    await bob.stop();
    await alice.call('group.review', { group, decisions: [{ aid: bob.aid, approve: true }] });
    await say(alice, group, 'while you were away');
    await bob.startAgain();
    await secured(bob, group);
    await reads(bob, group, 'while you were away');
  });

  it.each([
    ['invite_only', 'group_invite_only'],
    ['closed', 'group_closed'],
  ])('a group that is %s cannot be asked', async (joinMode, code) => {
    const group = await makeGroup(alice, [], { joinMode });
    expect(await verdict(bob.call('group.join', { invitation: group }))).toBe(code);
  });

  it('an open one is entered at once', async () => {
    const group = await makeGroup(alice, [], { joinMode: 'open', visibility: 'public' });
    expect(await bob.call('group.join', { invitation: group })).toMatchObject({ state: 'joined' });
    await secured(bob, group);
    await logged(alice, group, 'joined', (entry) => entry['actor'] === bob.aid);
  });
});

describe('13.5 roles, 13.9 handing over', () => {
  it('an admin is made and unmade; the new owner leads and the old one is an admin', async () => {
    const group = await makeGroup(alice, [bob]);
    await secured(bob, group);
    await alice.call('group.setRole', { group, aid: bob.aid, role: 'admin' });
    await groupIs(bob, group, 'is led', ({ role }) => role === 'admin');
    await alice.call('group.setRole', { group, aid: bob.aid, role: 'member' });
    await groupIs(bob, group, 'is led no longer', ({ role }) => role === 'member');
    expect(await alice.call('group.transfer', { group, aid: bob.aid })).toMatchObject({
      role: 'admin',
      owner: bob.aid,
    });
    await groupIs(bob, group, 'is owned', ({ role, owner }) => role === 'owner' && owner === bob.aid);
    expect(await verdict(alice.call('group.suspend', { group }))).toBe('group_need_owner');
    expect(await verdict(alice.call('group.leave', { group }))).toBe('ok');
    await logged(bob, group, 'owner_transferred');
    await logged(bob, group, 'role_changed', (entry) => entry['target'] === bob.aid);
  });
});

describe('13.6 muting', () => {
  it('takes the right to write until its end, and the log says why', async () => {
    const group = await makeGroup(alice, [bob, carol]);
    await allSecured([alice, bob, carol], group, 1);
    await alice.call('group.mute', { group, aid: bob.aid, seconds: 600, reason: 'too loud' });
    const shown = await groupIs(bob, group, 'is muted', ({ mutedUntil }) => mutedUntil !== null);
    expect(shown['muteReason']).toBe('too loud');
    expect(Math.abs(numberOf(shown['mutedUntil']) - Date.now() - 600_000)).toBeLessThan(60_000);
    const muted = async (): Promise<unknown[]> =>
      dictsOf((await alice.call('group.members', { group, only: 'muted' }))['members']).map(({ aid }) => aid);
    await expect.poll(muted).toEqual([bob.aid]);
    await say(carol, group, 'still read by all');
    await reads(bob, group, 'still read by all');
    await alice.call('group.unmute', { group, aid: bob.aid });
    await groupIs(bob, group, 'may write', ({ mutedUntil }) => mutedUntil === null);
    await say(bob, group, 'back again');
    await reads(carol, group, 'back again');
    await logged(alice, group, 'member_banned', (entry) => {
      return (
        entry['actor'] === alice.aid &&
        entry['target'] === bob.aid &&
        JSON.stringify(entry).includes('too loud')
      );
    });
    await logged(alice, group, 'member_unbanned');
  });
});

describe('13.7 removing', () => {
  it('changes the key; who was removed reads nothing more and keeps what was there', async () => {
    const group = await makeGroup(alice, [bob, carol]);
    const before = await allSecured([alice, bob, carol], group, 1);
    await say(alice, group, 'for all of us');
    await reads(carol, group, 'for all of us');
    await alice.call('group.kick', { group, aid: carol.aid });
    const after = await allSecured([alice, bob], group, before + 1);
    expect(after).toBeGreaterThan(before);
    await groupIs(carol, group, 'is left', ({ membership, removedBy }) => {
      return membership === 'removed' && removedBy === alice.aid;
    });
    await say(bob, group, 'without her');
    await reads(alice, group, 'without her');
    expect(await textsOf(carol, group)).toContain('for all of us');
    expect(await textsOf(carol, group)).not.toContain('without her');
    expect(await epochOf(carol, group)).toBeLessThan(after);
    expect(await verdict(carol.call('group.refresh', { group }))).toBe('group_not_member');
    await logged(bob, group, 'member_removed', (entry) => entry['target'] === carol.aid);
  });

  it('somebody who was removed while away learns it when they are back', async () => {
    const group = await makeGroup(alice, [carol]);
    const before = await allSecured([alice, carol], group, 1);
    await carol.stop();
    await alice.call('group.kick', { group, aid: carol.aid });
    await secured(alice, group, before + 1);
    await said(alice, group, 'behind her back');
    await carol.startAgain();
    await groupIs(carol, group, 'is left', ({ membership }) => membership === 'removed');
    expect(await textsOf(carol, group)).not.toContain('behind her back');
  });

  it('somebody who was removed comes back by code and reads on, not what was between', async () => {
    const group = await makeGroup(alice, [bob]);
    await allSecured([alice, bob], group, 1);
    await alice.call('group.kick', { group, aid: bob.aid });
    await groupIs(bob, group, 'is left', ({ membership }) => membership === 'removed');
    await secured(alice, group, 2);
    await said(alice, group, 'between');
    const { code } = await alice.call('group.createInvite', { group });
    await bob.call('group.join', { invitation: code });
    const epoch = await allSecured([alice, bob], group, 3);
    expect(epoch).toBeGreaterThan(2);
    await say(alice, group, 'after');
    await reads(bob, group, 'after');
    expect(await textsOf(bob, group)).not.toContain('between');
  });
});

describe('13.8 banning', () => {
  it('keeps somebody out of an open group until it is lifted', async () => {
    const group = await makeGroup(alice, [bob], { joinMode: 'open', visibility: 'public' });
    await groupIs(bob, group, 'is there', ({ membership }) => membership === 'member');
    await alice.call('group.kick', { group, aid: bob.aid, ban: true, reason: 'spam' });
    await groupIs(bob, group, 'is left', ({ membership }) => membership === 'removed');
    expect(await verdict(bob.call('group.join', { invitation: group }))).toBe('group_muted');
    // The list of members is read anew in the background: for a moment it may be the one from before.
    const bans = (): Promise<Dict[]> =>
      alice.call('group.bans', { group }).then((answer) => dictsOf(answer['bans']));
    await expect
      .poll(bans, TIMES)
      .toMatchObject([{ aid: bob.aid, by: alice.aid, reason: 'spam', until: null, member: false }]);
    await alice.call('group.unmute', { group, aid: bob.aid });
    expect(await bob.call('group.join', { invitation: group })).toMatchObject({ state: 'joined' });
    await secured(bob, group);
  });
});
