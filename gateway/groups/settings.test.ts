import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { GroupParty, object, objects, V2_CAPABILITIES } from '../testing/groups';
import { field } from '../testing/socket';

describe('settings and texts of a group', () => {
  let party: GroupParty;
  beforeAll(async () => {
    party = await GroupParty.start();
  });
  afterAll(() => party.dispose());

  const values = (reply: JsonObject): Record<string, unknown> =>
    Object.fromEntries(objects(reply['settings']).map((each) => [field(each, 'key'), each['value']]));

  it('are there before anybody has set them', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob], { description: 'About tea' });
    expect(values(await bob.call('group.get_settings', { group_id: group }))).toEqual({
      name: 'A group',
      description: 'About tea',
      visibility: 'private',
      dispatch_mode: 'broadcast',
      'rules.content': '',
      'rules.attachments': [],
      'announcement.content': '',
      'announcement.attachments': [],
      'join.mode': 'approval',
      'join.question': '',
      'join.auto_approve_patterns': [],
      'join.max_pending': 100,
    });
    const asked = { group_id: group, keys: ['join.mode', 'duty.config', 'no.such'] };
    expect(values(await bob.call('group.get_settings', asked))).toEqual({ 'join.mode': 'approval' });
  });

  it('are written all or not at all, and told by category', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const settings = {
      name: 'Tea',
      'duty.config': { duty_mode: 'fixed', duty_fixed_agents: ['bot.example'] },
      'rules.content': 'be kind',
      'announcement.content': 'news',
      'join.question': 'Why?',
    };
    const written = await alice.call('group.set_settings', { group_id: group, settings });
    expect(written).toEqual({ group_id: group, updated_keys: Object.keys(settings) });
    await bob.settled();
    const told = bob
      .events()
      .filter((event) => event['group_id'] === group && event['action'] !== 'member_added');
    expect(told.map((event) => event['action'])).toEqual([
      'update',
      'rules_updated',
      'announcement_updated',
      'join_requirements_updated',
    ]);
    expect(told[0]).toMatchObject({
      changes: ['name', 'duty.config'],
      group: { name: 'Tea', group_id: group },
    });
    expect(told[1]).toMatchObject({ rules: { content: 'be kind', updated_by: alice.aid, group_id: group } });
    expect(told[2]).toMatchObject({
      announcement: { content: 'news' },
      client_signature: { _method: 'group.set_settings' },
    });
    const bad = { group_id: group, settings: { name: 'Coffee', 'no.such': 1 } };
    expect(await alice.refusal('group.set_settings', bad)).toEqual({
      code: -32602,
      message: 'unknown setting key: no.such',
      reason: 'unknown_setting',
    });
    expect((await alice.call('group.get_info', { group_id: group }))['name']).toBe('Tea');
  });

  it('say nothing when they are written as they were', async () => {
    const alice = await party.person('alice');
    const group = await party.group(alice);
    for (let round = 0; round < 2; round += 1) {
      await alice.call('group.update', {
        group_id: group,
        name: 'Same',
        metadata: { a: 1 },
        avatar_ref: 'x',
      });
      await alice.call('group.update_announcement', { group_id: group, content: 'Same' });
    }
    const log = await alice.log(group);
    expect(log.map((event) => event['action'])).toEqual(['upsert', 'update', 'announcement_updated']);
    expect(log[1]?.['changes']).toEqual(['name', 'metadata', 'avatar_ref']);
  });

  it('are the same behind the older methods', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const ofGroup = { group_id: group };
    const files = [{ object_key: 'a' }];
    const rules = await alice.call('group.update_rules', {
      ...ofGroup,
      content: 'be kind',
      attachments: files,
      max_members: 9,
      allow_member_invite: true,
      question: 'Why?',
    });
    expect(rules['rules']).toMatchObject({ content: 'be kind', max_members: 9, allow_member_invite: true });
    expect(rules).toHaveProperty('_deprecated');
    expect((await bob.call('group.get_rules', ofGroup))['rules']).toMatchObject({
      content: 'be kind',
      attachments: files,
    });
    await alice.call('group.set_settings', { ...ofGroup, settings: { 'announcement.content': 'news' } });
    const read = await bob.call('group.get_announcement', ofGroup);
    expect(read['announcement']).toMatchObject({ content: 'news', updated_by: alice.aid, group_id: group });
    await alice.call('group.update_join_requirements', { ...ofGroup, mode: 'invite_code', max_pending: 3 });
    expect((await bob.call('group.get_join_requirements', ofGroup))['join_requirements']).toMatchObject({
      mode: 'invite_only',
      question: 'Why?',
      max_pending: 3,
    });
    const stored = values(
      await bob.call('group.get_settings', { ...ofGroup, keys: ['rules.content', 'join.mode'] }),
    );
    expect(stored).toEqual({ 'rules.content': 'be kind', 'join.mode': 'invite_only' });
  });

  it.each([
    ['group.update_announcement', { content: 'x'.repeat(4001) }],
    ['group.update_announcement', {}],
    ['group.update_rules', { content: 'x'.repeat(8001) }],
    ['group.update', { name: ' ' }],
    ['group.update', { description: 'x'.repeat(1001) }],
    ['group.update', { metadata: { text: 'x'.repeat(17_000) } }],
    ['group.update', { visibility: 'hidden' }],
    ['group.update', { dispatch_mode: 'nobody' }],
    ['group.set_settings', { settings: {} }],
    ['group.set_settings', { settings: { 'join.max_pending': -1 } }],
    ['group.set_settings', { settings: { 'my-notes.content': 'x' } }],
  ])('are refused by %s outside their limits', async (method, params) => {
    const alice = await party.person('alice');
    const group = await party.group(alice);
    expect((await alice.refusal(method, { group_id: group, ...params })).code).toBe(-32602);
    expect((await alice.log(group)).map((event) => event['action'])).toEqual(['upsert']);
  });

  it('show strangers of a public group how to get in and no more', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [], {
      visibility: 'public',
      join_mode: 'approval',
      join_question: 'Why?',
    });
    const seen = await bob.call('group.get_join_requirements', { group_id: group });
    expect(seen['join_requirements']).toEqual({ group_id: group, mode: 'approval', question: 'Why?' });
    const info = await bob.call('group.get_info', { group_id: group });
    for (const key of ['owner_aid', 'creator_aid', 'metadata', 'message_seq', 'event_seq']) {
      expect(info).not.toHaveProperty(key);
    }
    expect(info).toMatchObject({ found: true, name: 'A group', member_count: 1, join_mode: 'approval' });
  });

  it('let the newer generation keep an index, which older writes end', async () => {
    const [alice] = await party.people('alice');
    const identity = await party.network.register('newer');
    await party.connect(identity);
    const group = await party.group(alice);
    await alice.call('group.add_member', { group_id: group, aid: identity.aid, role: 'admin' });
    const newer = await party.connect(identity, { device: 'device-2', capabilities: V2_CAPABILITIES });
    const index = (etag: string) => ({ body: `${JSON.stringify({ etag, type: 'index_meta' })}\n`, meta: {} });
    const write = (etag: string, expected: string) => ({
      group_id: group,
      settings: { 'notes.content': etag, 'group.index': index(etag) },
      expected_index_etag: expected,
    });
    const first = await newer.call('group.set_settings', write('"a"', ''));
    expect(object(object(first['_meta'])['group_indexes'])).toHaveProperty([
      `${group.split('/')[1] ?? ''}.aun.test`,
    ]);
    expect(await newer.refusal('group.set_settings', write('"b"', ''))).toEqual({
      code: -32009,
      message: 'group.index etag conflict',
      reason: 'index_conflict',
    });
    await newer.call('group.set_settings', write('"b"', '"a"'));
    const keys = { group_id: group, keys: ['group.index'] };
    expect(values(await newer.call('group.get_settings', keys))['group.index']).toEqual(index('"b"'));
    await alice.call('group.update_announcement', { group_id: group, content: 'x' });
    expect(values(await newer.call('group.get_settings', keys))).toEqual({});
  });
});

describe('finding groups and people', () => {
  let party: GroupParty;
  beforeAll(async () => {
    party = await GroupParty.start({ issuers: ['aun.test', 'other.test'] });
  });
  afterAll(() => party.dispose());

  it('searches public, active groups by name, description and id', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const tea = await party.group(alice, [], { name: 'Green Tea', visibility: 'public' });
    const cups = await party.group(alice, [], { name: 'Cups', description: 'for TEA', visibility: 'public' });
    await party.group(alice, [], { name: 'Secret tea' });
    const asleep = await party.group(alice, [], { name: 'Sleepy tea', visibility: 'public' });
    await alice.call('group.suspend', { group_id: asleep });
    const found = await bob.call('group.search', { keyword: 'tea', size: 1, page: 2 });
    expect(found).toMatchObject({ query: 'tea', page: 2, size: 1, total: 2 });
    expect(objects(found['items']).map((item) => item['group_id'])).toEqual([tea]);
    const byId = await bob.call('group.search', { q: cups });
    expect(objects(byId['items']).map((item) => item['group_id'])).toEqual([cups]);
    expect(await bob.call('group.search')).toMatchObject({ query: '', total: 2 });
  });

  it('lists all members without a page, in order, and pages with one', async () => {
    const alice = await party.person('alice');
    const group = await party.group(alice, [], { description: 'many' });
    const names = Array.from(
      { length: 60 },
      (_, index) => `someone${String(index).padStart(2, '0')}.else.where`,
    );
    for (const aid of names) await alice.call('group.add_member', { group_id: group, aid });
    await alice.call('group.set_role', { group_id: group, aid: names[59] ?? '', role: 'admin' });
    const all = await alice.call('group.get_members', { group_id: group });
    const aids = objects(all['members']).map((member) => member['aid']);
    expect(aids).toEqual([alice.aid, names[59], ...names.slice(0, 59)]);
    expect(all).toMatchObject({ total: 61, count: 61, page: 1 });
    const page = await alice.call('group.get_members', { group_id: group, page: 2, size: 50 });
    expect([objects(page['members']).length, page['total'], page['size']]).toEqual([11, 61, 50]);
    const some = await alice.call('group.get_members', {
      group_id: group,
      query: 'someone1',
      role: 'member',
    });
    expect(objects(some['members'])).toHaveLength(10);
  });

  it('says of everybody whether they are online', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const online = async () => {
      const reply = await alice.call('group.get_online_members', { group_id: group });
      expect(reply['items']).toEqual(reply['members']);
      return objects(reply['members']).map((member) => [member['aid'], member['online']]);
    };
    expect(await online()).toEqual([
      [alice.aid, true],
      [bob.aid, true],
    ]);
    await bob.client.leave();
    await expect.poll(online).toEqual([
      [alice.aid, true],
      [bob.aid, false],
    ]);
  });

  it('hosts groups of several domains, codes of another one name it', async () => {
    const alice = await party.person('alice');
    const zoe = await party.person('zoezoe.other.test');
    const group = await party.group(zoe);
    expect(group).toMatch(/^group\.other\.test\//);
    const code = object(
      (await zoe.call('group.create_invite_code', { group_id: group, code: 'same' }))['invite_code'],
    );
    expect((await alice.refusal('group.use_invite_code', { code: code['code'] })).reason).toBe(
      'invite_unknown',
    );
    expect(await alice.call('group.use_invite_code', { code: 'Same@other.test' })).toMatchObject({
      group: { group_id: group },
    });
    expect((await alice.refusal('group.get_members', { group_id: group.split('/')[1] ?? '' })).reason).toBe(
      'group_not_found',
    );
  });
});

describe('rates', () => {
  it('slow down senders, guessers of codes and everybody else, when they are on', async () => {
    const slow = { perSecond: 0.001, burst: 2 };
    const party = await GroupParty.start({
      rateLimit: {
        groupSend: slow,
        groupJoin: slow,
        groupChange: { perSecond: 0.001, burst: 3 },
        groupRead: slow,
      },
    });
    const alice = await party.person('alice');
    const group = await party.group(alice);
    const repeat = async (method: string, params: JsonObject) => {
      for (let round = 0; round < 4; round += 1) await alice.refusal(method, params);
      return alice.refusal(method, params);
    };
    const limited = { code: -32029, message: 'rate limited', reason: 'rate_limited' };
    expect(await repeat('group.use_invite_code', { code: 'nothing' })).toEqual(limited);
    expect(await repeat('group.send', { group_id: group, payload: 7 })).toEqual(limited);
    expect(await repeat('group.kick', { group_id: group, aid: alice.aid })).toEqual(limited);
    expect(await repeat('group.get_info', { group_id: 'nothing' })).toEqual(limited);
    await party.dispose();
  });
});
