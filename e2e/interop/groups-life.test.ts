import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import {
  allSecured,
  beginQuartet,
  groupIs,
  groupOf,
  logged,
  makeGroup,
  memberIs,
  reads,
  said,
  say,
  secured,
  textsOf,
  verdict,
} from './group-folk';
import type { Parley } from './parley';
import type { World } from './world';

/** The workflows of `protocol/05 §13.10` to §13.18 with real engines, and the loop guard; each starts with a group of its own. */
let world: World;
let alice: Parley;
let bob: Parley;
let carol: Parley;
let dave: Parley;

beforeAll(async () => {
  ({ world, alice, bob, carol, dave } = await beginQuartet());
}, 120_000);
afterAll(() => world.end());

describe('13.10 to 13.12 texts and settings', () => {
  it('everybody sees them, with who wrote them and whether that was signed', async () => {
    const group = await makeGroup(alice, [bob]);
    await secured(bob, group);
    await alice.call('group.setAnnouncement', { group, content: 'Meeting at 5' });
    await alice.call('group.setRules', { group, content: 'Be kind', maxMembers: 50 });
    await alice.call('group.setJoin', { group, mode: 'approval', question: 'Why?' });
    await alice.call('group.update', {
      group,
      name: 'New name',
      description: 'New purpose',
      dispatchMode: 'mention',
      duty: [bob.aid],
    });
    const shown = expect.poll(() => groupOf(bob, group));
    await shown.toMatchObject({
      name: 'New name',
      dispatchMode: 'mention',
      joinQuestion: 'Why?',
      duty: [bob.aid],
      description: 'New purpose',
      announcement: { content: 'Meeting at 5', updatedBy: alice.aid, signature: 'verified' },
      announcementSeen: false,
      rules: { content: 'Be kind', updatedBy: alice.aid },
      rulesSeen: false,
    });
    await bob.call('group.seen', { group, what: 'announcement' });
    await bob.call('group.seen', { group, what: 'rules' });
    expect(await groupOf(bob, group)).toMatchObject({ announcementSeen: true, rulesSeen: true });
    await alice.call('group.setAnnouncement', { group, content: '' });
    await groupIs(bob, group, 'has none', ({ announcement }) => announcement === null);
    for (const action of ['announcement_updated', 'rules_updated', 'join_requirements_updated', 'update'])
      await logged(bob, group, action, (entry) => entry['actor'] === alice.aid);
  });

  it('a picture reaches the others without its metadata', async () => {
    const group = await makeGroup(alice, [bob]);
    await bob.call('conversation.accept', { conversation: group });
    await secured(bob, group);
    const own = await alice.call('group.update', { group, picture: PICTURE });
    expect(own['picture']).toMatch(/^data:image\/png;base64,/);
    const shown = await groupIs(bob, group, 'has a picture', ({ picture }) => picture !== null);
    expect(shown['picture']).toBe(own['picture']);
    expect(Buffer.from(textOf(shown['picture']).split(',')[1] ?? '', 'base64').includes('Berlin')).toBe(
      false,
    );
    expect(await verdict(alice.call('group.update', { group, picture: 'AAAA' }))).toBe(
      'attachment_unsupported',
    );
    await alice.call('group.update', { group, picture: null });
    await groupIs(bob, group, 'has none', ({ picture }) => picture === null);
  });
});

describe('13.13 resting', () => {
  it('nobody writes while it rests; afterwards they do', async () => {
    const group = await makeGroup(alice, [bob]);
    await allSecured([alice, bob], group, 1);
    expect(await alice.call('group.suspend', { group })).toMatchObject({ status: 'suspended' });
    expect(await alice.call('group.suspend', { group })).toMatchObject({ status: 'suspended' });
    await groupIs(bob, group, 'rests', ({ status }) => status === 'suspended');
    expect(await alice.call('group.resume', { group })).toMatchObject({ status: 'active' });
    expect(await alice.call('group.resume', { group })).toMatchObject({ status: 'active' });
    await groupIs(bob, group, 'goes on', ({ status }) => status === 'active');
    await say(bob, group, 'awake');
    await reads(alice, group, 'awake');
    await logged(bob, group, 'suspended');
    await logged(bob, group, 'resumed');
  });
});

describe('13.14 leaving', () => {
  it('keeps what was written in the archive, changes the key, and is no way for the owner', async () => {
    const group = await makeGroup(alice, [bob, carol]);
    const before = await allSecured([alice, bob, carol], group, 1);
    await say(bob, group, 'farewell');
    await reads(carol, group, 'farewell');
    expect(await verdict(alice.call('group.leave', { group }))).toBe('group_owner_leaves');
    expect(await carol.call('group.leave', { group })).toMatchObject({ membership: 'left' });
    const archived = async (): Promise<unknown[]> =>
      (await carol.list('archived')).map(({ conversation }) => conversation);
    await expect.poll(archived).toContain(group);
    expect(await textsOf(carol, group)).toContain('farewell');
    await allSecured([alice, bob], group, before + 1);
    await say(alice, group, 'she left');
    await reads(bob, group, 'she left');
    expect(await textsOf(carol, group)).not.toContain('she left');
    await logged(alice, group, 'member_left', (entry) => entry['target'] === carol.aid);
  });
});

describe('13.15 ending', () => {
  it('is for everybody, and what was written stays readable', async () => {
    const group = await makeGroup(alice, [bob]);
    await allSecured([alice, bob], group, 1);
    await said(bob, group, 'last words');
    expect(await alice.call('group.dissolve', { group })).toMatchObject({ status: 'dissolved' });
    expect(await textsOf(alice, group)).toContain('last words');
    await groupIs(bob, group, 'is over', ({ status }) => status === 'dissolved');
    expect(await textsOf(bob, group)).toContain('last words');
    expect(await verdict(alice.call('group.update', { group, name: 'x' }))).toBe('group_dissolved');
  });

  it('a suspended group has to be resumed first', async () => {
    const group = await makeGroup(alice);
    await alice.call('group.suspend', { group });
    expect(await verdict(alice.call('group.dissolve', { group }))).toBe('group_suspended');
    await alice.call('group.resume', { group });
    expect(await verdict(alice.call('group.dissolve', { group }))).toBe('ok');
  });
});

describe('13.16 the log', () => {
  it('says who did what to whom, is searched, and saved without formulas', async () => {
    const group = await makeGroup(alice, [bob]);
    await alice.call('group.mute', { group, aid: bob.aid, seconds: 60, reason: '=1+1 evil' });
    await alice.call('group.unmute', { group, aid: bob.aid });
    const entry = await logged(alice, group, 'member_banned');
    expect(entry).toMatchObject({ actor: alice.aid, target: bob.aid, signature: 'verified' });
    const found = await alice.call('group.log', { group, query: 'evil' });
    expect(dictsOf(found['entries']).map(({ action }) => action)).toEqual(['member_banned']);
    const all = await alice.call('group.log', { group });
    const seqs = dictsOf(all['entries']).map(({ seq }) => numberOf(seq));
    expect(seqs).toEqual([...seqs].sort((one, other) => other - one));
    expect(new Set(seqs).size).toBe(seqs.length);
    const file = path.join(world.folder('exports'), 'log.csv');
    mkdirSync(path.dirname(file), { recursive: true });
    expect(await alice.call('group.exportLog', { group, format: 'csv' }, [file])).toEqual({ saved: true });
    expect(readFileSync(file, 'utf8')).toContain(`"'=1+1 evil"`);
    expect(await alice.call('group.exportLog', { group, format: 'csv' })).toEqual({ saved: false });
  });

  it('members see what happened, not what is the admins’ own', async () => {
    const group = await makeGroup(alice, [bob]);
    await secured(bob, group);
    const { code } = await alice.call('group.createInvite', { group });
    await logged(bob, group, 'invite_code_created');
    expect(JSON.stringify(await bob.call('group.log', { group }))).not.toContain(textOf(code));
  });
});

/** Addresses in somebody's list of members, in its order; it is read anew in the background. */
async function listed(parley: Parley, group: string, params: Dict = {}): Promise<unknown[]> {
  const { members } = await parley.call('group.members', { group, ...params });
  return dictsOf(members).map(({ aid }) => aid);
}

describe('13.17 members', () => {
  it('stand in order, say who is online, and are looked for', async () => {
    const group = await makeGroup(alice, [carol, bob, dave]);
    await alice.call('group.setRole', { group, aid: dave.aid, role: 'admin' });
    await alice.call('group.watchOnline', { group });
    await memberIs(alice, group, bob.aid, (found) => found?.['online'] === true);
    await expect.poll(() => listed(alice, group)).toEqual([alice.aid, dave.aid, bob.aid, carol.aid]);
    expect((await alice.call('group.members', { group }))['total']).toBe(4);
    expect(await listed(alice, group, { query: carol.aid.split('.')[0] ?? '' })).toEqual([carol.aid]);
    await alice.call('group.watchOnline', { group: null });
  });
});

describe('13.18 devices', () => {
  it('has a place for this one, which is kept', async () => {
    const group = await makeGroup(alice, [bob]);
    await secured(bob, group);
    await say(alice, group, 'to be pulled');
    await reads(bob, group, 'to be pulled');
    const own = await until('bob has a place', async () => {
      const [device] = dictsOf((await bob.call('group.devices', { group }))['devices']);
      return device?.['own'] === true && device;
    });
    expect(
      await verdict(bob.call('group.forgetDevice', { group, device: own['device'], slot: own['slot'] })),
    ).toBe('invalid_request');
  });
});

describe('agents that answer each other', () => {
  it('are noticed within six turns, and calmed by muting them or by listening to names only', async () => {
    const group = await makeGroup(alice);
    await alice.call('group.add', {
      group,
      members: [
        { aid: carol.aid, kind: 'ai' },
        { aid: dave.aid, kind: 'ai' },
      ],
    });
    const agents = [carol, dave];
    await allSecured([alice, ...agents], group, 1);
    for (const agent of agents) await agent.call('conversation.accept', { conversation: group });
    const exchange = async (name: string): Promise<number> => {
      for (let turn = 1; turn <= 6; turn += 1) {
        const agent = agents[turn % 2] ?? carol;
        await say(agent, group, `${name} ${String(turn)}`);
        await reads(alice, group, `${name} ${String(turn)}`);
        const shown = await groupOf(alice, group);
        if (isDict(shown['loop'])) return turn;
      }
      await groupIs(alice, group, 'is noticed', ({ loop }) => isDict(loop));
      return 6;
    };
    expect(await exchange('first')).toBeLessThanOrEqual(6);
    expect((await groupOf(alice, group))['loop']).toMatchObject({ agents: [carol.aid, dave.aid].sort() });
    // Who may do nothing about it is told nothing.
    expect((await groupOf(carol, group))['loop']).toBeNull();
    expect(await alice.call('group.calmLoop', { group, how: 'mention_mode' })).toMatchObject({
      dispatchMode: 'mention',
      loop: null,
    });
    await exchange('second');
    await alice.call('group.calmLoop', { group, how: 'mute', seconds: 600 });
    await expect.poll(() => listed(alice, group, { only: 'muted' })).toEqual([carol.aid, dave.aid].sort());
    await expect.poll(async () => (await groupOf(alice, group))['loop']).toBeNull();
    for (const agent of agents)
      await groupIs(agent, group, 'is muted', ({ mutedUntil }) => mutedUntil !== null);
  });
});

/** A PNG of one pixel with a place written into it. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAAD3RFWHRMb2NhdGlvbgBCZXJsaW5PPiCLAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
