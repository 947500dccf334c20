import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GroupParty, object, objects, V2_CAPABILITIES } from '../testing/groups';
import { failure } from '../testing/network';
import { field } from '../testing/socket';

const DAY = 86_400_000;

describe('coming into a group', () => {
  let party: GroupParty;
  beforeAll(async () => {
    party = await GroupParty.start();
  });
  afterAll(() => party.dispose());

  it.each([
    ['open', 'joined', null],
    ['approval', 'pending', null],
    ['invite_only', null, 'group is invite only, an invite code is required'],
    ['invite_code', null, 'group is invite only, an invite code is required'],
    ['closed', null, 'joining is closed for this group'],
  ])('asking in mode %s ends with %s %s', async (mode, status, refusal) => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [], { join_mode: mode });
    const asked = bob.call('group.request_join', { group_id: group, message: 'let me in' });
    if (refusal === null) expect((await asked)['status']).toBe(status);
    else expect((await failure(asked)).message).toBe(refusal);
    const code = object((await alice.call('group.create_invite_code', { group_id: group }))['invite_code']);
    if (mode === 'closed') {
      expect((await bob.refusal('group.use_invite_code', { code: code['code'] })).reason).toBe('join_closed');
    } else if (status !== 'joined') {
      expect((await bob.call('group.use_invite_code', { code: code['code'] }))['status']).toBe('joined');
    }
  });

  it.each([
    ['public', 'open'],
    ['private', 'approval'],
    ['invite_only', 'approval'],
  ])('a %s group without a mode is %s', async (visibility, mode) => {
    const alice = await party.person('alice');
    const group = await party.group(alice, [], { visibility });
    const asked = await alice.call('group.get_join_requirements', { group_id: group });
    expect(object(asked['join_requirements'])['mode']).toBe(mode);
    expect((await alice.call('group.get_info', { group_id: group }))['visibility']).toBe(
      visibility === 'public' ? 'public' : 'private',
    );
  });

  it('refuses modes nobody knows', async () => {
    const alice = await party.person('alice');
    expect((await alice.refusal('group.create', { name: 'x', join_mode: 'sometimes' })).code).toBe(-32602);
    const group = await party.group(alice);
    const refused = await alice.refusal('group.update_join_requirements', { group_id: group, mode: 'maybe' });
    expect(refused.code).toBe(-32602);
  });

  it('asks the question first, keeps one request each, and lets admins decide', async () => {
    const [alice, bob, carol, dora] = await party.people('alice', 'bobby', 'carol', 'doras');
    const group = await party.group(alice, [dora], { join_mode: 'approval', join_question: 'Why?' });
    expect(await bob.call('group.request_join', { group_id: group, answer: '  ' })).toEqual({
      status: 'question_required',
      question: 'Why?',
    });
    const asked = await bob.call('group.request_join', { group_id: group, answer: 'tea', message: 'hello' });
    const request = object(asked['request']);
    expect(request).toMatchObject({ aid: bob.aid, status: 'pending', answer: 'tea', message: 'hello' });
    expect(Number(request['expires_at']) - Number(request['created_at'])).toBe(DAY);
    expect(await bob.refusal('group.request_join', { group_id: group, answer: 'x' })).toEqual({
      code: -33007,
      message: 'join request already pending',
      reason: 'join_pending',
    });
    expect(object((await alice.event('join_requested', group))['request'])['answer']).toBe('tea');
    const seen = object((await dora.event('join_requested', group))['request']);
    expect(seen).not.toHaveProperty('answer');
    expect(seen).not.toHaveProperty('message');
    const waiting = await alice.call('group.list_join_requests', { group_id: group });
    expect(objects(waiting['items']).map((each) => each['answer'])).toEqual(['tea']);
    const answer = await alice.call('group.review_join_request', { group_id: group, aid: bob.aid });
    expect(answer).toMatchObject({
      status: 'approved',
      old_epoch: 0,
      member: { aid: bob.aid, group_id: group },
    });
    expect(await bob.event('join_approved', group)).toMatchObject({
      member_aid: bob.aid,
      actor_aid: alice.aid,
      old_epoch: 0,
      request: { aid: bob.aid, status: 'approved', reviewed_by: alice.aid },
      client_signature: { _method: 'group.review_join_request', aid: alice.aid },
    });
    expect(await alice.refusal('group.review_join_request', { group_id: group, aid: bob.aid })).toMatchObject(
      {
        message: 'join request not found',
        code: -32008,
      },
    );
    await carol.call('group.request_join', { group_id: group, answer: 'coffee' });
    await alice.call('group.review_join_request', {
      group_id: group,
      aid: carol.aid,
      approve: false,
      reason: 'tea only',
    });
    const told = await carol.event('join_rejected', group);
    expect(told).toMatchObject({ rejection_reason: 'tea only', member_aid: carol.aid });
    expect(told).not.toHaveProperty('event_seq');
    expect(await dora.event('join_rejected', group)).not.toHaveProperty('rejection_reason');
    expect((await alice.event('join_rejected', group))['rejection_reason']).toBe('tea only');
    const rejected = await alice.call('group.list_join_requests', { group_id: group, status: 'rejected' });
    expect(objects(rejected['items'])[0]).toMatchObject({ aid: carol.aid, rejection_reason: 'tea only' });
    expect((await carol.call('group.request_join', { group_id: group, answer: 'tea then' }))['status']).toBe(
      'pending',
    );
  });

  it('decides about several at once and says for each how it went', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice);
    await bob.call('group.request_join', { group_id: group });
    await carol.call('group.request_join', { group_id: group });
    const done = await alice.call('group.batch_review_join_request', {
      group_id: group,
      requests: [
        { aid: bob.aid, approve: true },
        { aid: carol.aid, approve: false, reason: 'no' },
        { aid: 'nobody.aun.test', approve: true },
      ],
    });
    expect(done).toMatchObject({ success_count: 2, fail_count: 1, old_epoch: 0 });
    expect(objects(done['results'])).toMatchObject([
      { aid: bob.aid, ok: true, status: 'approved' },
      { aid: carol.aid, ok: true, status: 'rejected' },
      { aid: 'nobody.aun.test', ok: false, error: 'join request not found' },
    ]);
    await carol.call('group.request_join', { group_id: group });
    const other = { group_id: group, aids: [carol.aid], approve: true };
    expect((await alice.call('group.batch_review_join_request', other))['success_count']).toBe(1);
    const aids = Array.from({ length: 101 }, (_, index) => `person${index}.aun.test`);
    expect((await alice.refusal('group.batch_review_join_request', { group_id: group, aids })).code).toBe(
      -32602,
    );
  });

  it('lets in whom a pattern names as a whole, and survives patterns made to hang', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [], {
      auto_approve_patterns: ['(a+)+$', 'bob', String.raw`bob.*\.aun\.test`],
    });
    expect((await bob.call('group.request_join', { group_id: group }))['status']).toBe('joined');
    expect((await carol.call('group.request_join', { group_id: group }))['status']).toBe('pending');
    const hanging = await party.group(alice, [], { auto_approve_patterns: [String.raw`(([a-z.]+)+)+!`] });
    expect((await carol.call('group.request_join', { group_id: hanging }))['status']).toBe('pending');
    const bad = { group_id: group, auto_approve_patterns: ['('] };
    expect((await alice.refusal('group.update_join_requirements', bad)).code).toBe(-32602);
  });

  it('lets go of requests after their time and counts how many may wait', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [], { max_pending: 1 });
    await bob.call('group.request_join', { group_id: group });
    expect(await carol.refusal('group.request_join', { group_id: group })).toEqual({
      code: -33002,
      message: 'too many pending join requests',
      reason: 'pending_limit',
    });
    party.network.gateway.admin.advanceClock(DAY);
    expect((await carol.call('group.request_join', { group_id: group }))['status']).toBe('pending');
    const expired = await alice.call('group.list_join_requests', { group_id: group, status: 'expired' });
    expect(objects(expired['items'])[0]?.['aid']).toBe(bob.aid);
  });

  it('gives out codes, counts their uses and says why they no longer work', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice);
    const made = await alice.call('group.create_invite_code', {
      group_id: group,
      code: 'Tea-Time',
      expires_in_seconds: 600,
    });
    expect(object(made['invite_code'])).toMatchObject({
      code: 'tea-time',
      max_uses: 1,
      used_count: 0,
      status: 'active',
    });
    expect(
      (await alice.refusal('group.create_invite_code', { group_id: group, code: 'tea-time' })).reason,
    ).toBe('invite_taken');
    expect((await alice.refusal('group.create_invite_code', { group_id: group, code: 'a b' })).code).toBe(
      -32602,
    );
    expect((await alice.refusal('group.create_invite_code', { group_id: group, max_uses: -1 })).code).toBe(
      -32602,
    );
    const used = await bob.call('group.use_invite_code', { code: ' TEA-TIME@aun.test ' });
    expect(used).toMatchObject({
      status: 'joined',
      old_epoch: 0,
      member: { aid: bob.aid },
      group: { group_id: group, my_role: 'member' },
      invite_code: { code: 'tea-time', used_count: 1, used_by: bob.aid },
    });
    expect((await alice.event('invite_code_used', group))['invite_code']).toMatchObject({ code: 'tea-time' });
    expect(object((await bob.event('invite_code_used', group))['invite_code'])).not.toHaveProperty('code');
    expect(await carol.refusal('group.use_invite_code', { code: 'tea-time' })).toEqual({
      code: -33006,
      message: 'invite code exhausted',
      reason: 'invite_exhausted',
    });
    const codeOf = async (params: Record<string, number>): Promise<string> => {
      const reply = await alice.call('group.create_invite_code', { group_id: group, ...params });
      return field(object(reply['invite_code']), 'code');
    };
    const endless = await codeOf({ max_uses: 0 });
    expect(endless).toMatch(/^ic-[0-9a-f]{10}$/);
    expect((await bob.refusal('group.use_invite_code', { code: endless })).reason).toBe('already_member');
    const list = await alice.call('group.list_invite_codes', { group_id: group, status: 'active' });
    expect(objects(list['items'])).toMatchObject([{ code: endless, used_count: 0, status: 'active' }]);
    const revoked = await codeOf({});
    await alice.call('group.revoke_invite_code', { group_id: group, code: revoked.toUpperCase() });
    expect(await carol.refusal('group.use_invite_code', { code: revoked })).toMatchObject({
      message: 'invite code is not active',
      reason: 'invite_revoked',
    });
    const short = await codeOf({ expires_in_seconds: 60 });
    party.network.gateway.admin.advanceClock(61_000);
    expect(await carol.refusal('group.use_invite_code', { code: short })).toMatchObject({
      message: 'invite code expired',
      reason: 'invite_expired',
    });
    expect(await carol.refusal('group.use_invite_code', { code: 'ic-0000000000' })).toMatchObject({
      message: 'invite code not found',
      code: -33006,
    });
    expect(
      (await alice.refusal('group.revoke_invite_code', { group_id: group, code: 'nothing' })).reason,
    ).toBe('invite_unknown');
  });

  it('shows codes to admins and their maker only', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [bob, carol]);
    await alice.call('group.update_rules', { group_id: group, allow_member_invite: true });
    await bob.call('group.create_invite_code', { group_id: group, code: 'from-bob' });
    expect(object((await alice.event('invite_code_created', group))['invite_code'])['code']).toBe('from-bob');
    expect(object((await bob.event('invite_code_created', group))['invite_code'])['code']).toBe('from-bob');
    expect(object((await carol.event('invite_code_created', group))['invite_code'])).not.toHaveProperty(
      'code',
    );
    const logged = (await carol.log(group)).find((event) => event['action'] === 'invite_code_created');
    expect(object(logged?.['invite_code'])).not.toHaveProperty('code');
  });

  it('keeps out whoever is banned, member or not', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [], { visibility: 'public' });
    await alice.call('group.ban', { group_id: group, subject: bob.aid, reason: 'noise' });
    const code = object((await alice.call('group.create_invite_code', { group_id: group }))['invite_code']);
    for (const refused of [
      await bob.refusal('group.request_join', { group_id: group }),
      await bob.refusal('group.use_invite_code', { code: code['code'] }),
      await alice.refusal('group.add_member', { group_id: group, aid: bob.aid }),
    ]) {
      expect(refused).toEqual({ code: -32004, message: 'member is banned', reason: 'banned' });
    }
    await alice.call('group.unban', { group_id: group, subject: bob.aid });
    expect((await bob.call('group.use_invite_code', { code: code['code'] }))['status']).toBe('joined');
  });

  it('adds nobody who could not take part in the encryption', async () => {
    const alice = await party.person('alice');
    const group = await party.group(alice);
    const refusal = async (aid: string) => alice.refusal('group.add_member', { group_id: group, aid });
    const missing = {
      code: -32004,
      message: 'target has not enabled group e2ee',
      reason: 'e2ee_capability_missing',
    };
    const never = await party.network.register('never');
    expect(await refusal(never.aid)).toEqual(missing);
    const plain = await party.network.join('plain', { capabilities: {} });
    await plain.call('message.e2ee.put_prekey', plain.identity.prekey('device-1'));
    expect(await refusal(plain.identity.aid)).toEqual(missing);
    const keyless = await party.network.join('keyless');
    expect(await refusal(keyless.identity.aid)).toEqual(missing);
    const newer = await party.network.join('newer', { capabilities: V2_CAPABILITIES });
    expect(await refusal(newer.identity.aid)).toMatchObject({
      code: -33020,
      message: 'E2EE_VERSION_UNSUPPORTED',
      reason: 'e2ee_protocol_mismatch',
    });
    await keyless.call('message.e2ee.put_prekey', keyless.identity.prekey('device-1'));
    const added = await alice.call('group.add_member', { group_id: group, aid: keyless.identity.aid });
    expect(added['member']).toMatchObject({ role: 'member', status: 'active' });
    // Somebody of another network is taken as they are.
    expect(await alice.call('group.add_member', { group_id: group, aid: 'zoe.else.where' })).toBeDefined();
  });

  it('adds several at once', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice);
    const done = await alice.call('group.invite', {
      group_id: group,
      members: [bob.aid, { aid: carol.aid, role: 'admin', member_type: 'ai' }, bob.aid],
    });
    expect(objects(done['results'])).toMatchObject([
      { aid: bob.aid, ok: true },
      { aid: carol.aid, ok: true, member: { role: 'admin', member_type: 'ai' } },
      { aid: bob.aid, ok: false, reason: 'already_member' },
    ]);
    await bob.settled();
    expect(bob.events('member_added').filter((event) => event['group_id'] === group)).toHaveLength(2);
  });

  it('stops at the limits of members, of the rules, of groups and of codes', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const { groups } = party.network.gateway.admin;
    const before = groups.limits;
    const full = { code: -33002, message: 'group member limit reached', reason: 'member_limit' };
    const group = await party.group(alice, [bob]);
    groups.setLimits({ members: 2 });
    expect(await alice.refusal('group.add_member', { group_id: group, aid: carol.aid })).toEqual(full);
    groups.setLimits(before);
    await alice.call('group.update_rules', { group_id: group, max_members: 2 });
    expect(await alice.refusal('group.add_member', { group_id: group, aid: carol.aid })).toEqual(full);
    groups.setLimits({ groupsPerAid: 1, codes: 1 });
    expect((await alice.refusal('group.create', { name: 'One more' })).reason).toBe('group_limit');
    await alice.call('group.create_invite_code', { group_id: group });
    expect((await alice.refusal('group.create_invite_code', { group_id: group })).reason).toBe(
      'invite_limit',
    );
    groups.setLimits(before);
  });
});
