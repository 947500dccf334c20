import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginGroupPair, GroupPerson, groupEnvelope, rotationOf, sealedKey } from '../testing/group-keys';
import { failure } from '../testing/network';
import type { TestNetwork } from '../testing/network';
import { field } from '../testing/socket';
import { epochChain, rotationText } from './texts';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

describe('rotations', () => {
  let network: TestNetwork;
  let alice: GroupPerson;
  let bobby: GroupPerson;
  let group: string;
  beforeEach(async () => {
    ({ network, alice, bobby } = await beginGroupPair());
    group = await alice.create('keys', { visibility: 'private' });
  });
  afterEach(() => network.dispose());

  async function withBobby(): Promise<string[]> {
    await alice.rotate(group, [alice.aid]);
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
    return [alice.aid, bobby.aid];
  }

  it('bring a new group to epoch 1, and publish a chain that each epoch continues', async () => {
    expect(await alice.client.call('group.e2ee.get_epoch', { group_id: group })).toMatchObject({
      group_id: group,
      epoch: 0,
      committed_epoch: 0,
      pending_rotation: null,
      committed_rotation: null,
      owner_aid: alice.aid,
    });
    const first = await alice.rotate(group, [alice.aid]);
    expect(first).toMatchObject({ success: true, epoch: 1, committed_epoch: 1 });
    const one = rotationOf(first);
    const chain = epochChain('', 1, field(one, 'key_commitment'), alice.aid);
    expect(one).toMatchObject({
      status: 'committed',
      epoch_chain: chain,
      rotated_by: alice.aid,
      committed_by: alice.aid,
    });
    const two = rotationOf(await alice.rotate(group, [alice.aid]));
    expect(two['epoch_chain']).toBe(epochChain(chain, 2, field(two, 'key_commitment'), alice.aid));
    expect(await alice.client.call('group.e2ee.get_epoch', { group_id: group })).toMatchObject({
      epoch: 2,
      rotated_by: alice.aid,
      members: [alice.aid],
      committed_rotation: { rotation_id: two['rotation_id'], base_epoch: 1, expected_members: [alice.aid] },
    });
  });

  it('begin only on the committed epoch, one step further, with exactly the members there are', async () => {
    const members = await withBobby();
    expect(await alice.begin(group, { base: 0, members })).toMatchObject({
      success: false,
      reason: 'epoch_conflict',
      epoch: 1,
    });
    expect(await alice.begin(group, { base: 1, target: 3, members })).toMatchObject({
      success: false,
      reason: 'invalid_target_epoch',
    });
    expect(await alice.begin(group, { members: [alice.aid] })).toMatchObject({
      success: false,
      reason: 'expected_members_mismatch',
    });
    expect(await alice.begin(group, { members: [...members].reverse() })).toMatchObject({ success: true });
  });

  it('answer the same when the same person begins the same one again, and refuse a second one', async () => {
    const members = await withBobby();
    const id = `rot-${'a'.repeat(32)}`;
    const first = await alice.begin(group, { members, id });
    expect(first).toMatchObject({ success: true, rotation: { rotation_id: id, status: 'distributing' } });
    expect(await alice.begin(group, { members, id })).toEqual(first);
    await alice.call('group.set_role', { group_id: group, aid: bobby.aid, role: 'admin' });
    expect(await bobby.begin(group, { members })).toMatchObject({
      success: false,
      reason: 'rotation_pending',
      rotation: { rotation_id: id, expired: false, lease_owner: alice.aid },
    });
    expect(await bobby.begin(group, { members, id })).toEqual({
      success: false,
      reason: 'rotation_id_taken',
    });
  });

  it.each([
    [1, 10 * SECOND],
    [120 * SECOND, 120 * SECOND],
    [1e9, 300 * SECOND],
  ])('lease for %d ms lasts %d ms', async (asked, given) => {
    const before = network.gateway.clock.now();
    const lease = Number(
      rotationOf(await alice.begin(group, { members: [alice.aid], leaseMs: asked }))['lease_expires_at'],
    );
    expect(lease).toBeGreaterThanOrEqual(before + given);
    expect(lease).toBeLessThanOrEqual(network.gateway.clock.now() + given);
  });

  it('are lost with their lease: no heartbeat, no commit, and the next one takes the place', async () => {
    const members = await withBobby();
    await alice.call('group.set_role', { group_id: group, aid: bobby.aid, role: 'admin' });
    const lost = rotationOf(await alice.begin(group, { members, leaseMs: 10 * SECOND }));
    await alice.ack(lost);
    network.gateway.clock.advance(9 * SECOND);
    const beat = { rotation_id: lost['rotation_id'], lease_ms: 10 * SECOND };
    expect(await bobby.client.call('group.e2ee.heartbeat_rotation', beat)).toMatchObject({
      success: false,
      reason: 'not_lease_owner',
    });
    expect(await alice.client.call('group.e2ee.heartbeat_rotation', beat)).toMatchObject({ success: true });
    network.gateway.clock.advance(11 * SECOND);
    const { pending_rotation: pending } = await bobby.client.call('group.e2ee.get_epoch', {
      group_id: group,
    });
    expect(pending).toMatchObject({ rotation_id: lost['rotation_id'], expired: true });
    expect(await alice.client.call('group.e2ee.heartbeat_rotation', beat)).toMatchObject({
      success: false,
      reason: 'lease_expired',
    });
    expect(await alice.commit(lost)).toMatchObject({
      success: false,
      reason: 'lease_expired',
      rotation: { status: 'distributing', expired: true },
    });
    const next = rotationOf(await bobby.begin(group, { members }));
    expect(await alice.commit(lost)).toMatchObject({
      success: false,
      reason: 'rotation_closed',
      rotation: { status: 'aborted' },
    });
    await bobby.ack(next);
    expect(await bobby.commit(next)).toMatchObject({ success: true, epoch: 2 });
  });

  it('are committed by their leader alone, once everything required is acknowledged; twice is once', async () => {
    const members = await withBobby();
    await alice.call('group.set_role', { group_id: group, aid: bobby.aid, role: 'admin' });
    const rotation = rotationOf(await alice.begin(group, { members, acks: members }));
    expect(await bobby.commit(rotation)).toMatchObject({ success: false, reason: 'not_lease_owner' });
    await alice.ack(rotation);
    expect(await alice.commit(rotation)).toMatchObject({
      success: false,
      reason: 'acks_missing',
      missing_acks: [bobby.aid],
      rotation: { status: 'distributing' },
      epoch: 1,
    });
    const wrong = { ...rotation, key_commitment: '0'.repeat(64) };
    expect(await bobby.ack(wrong)).toMatchObject({ success: false, reason: 'commitment_mismatch' });
    expect(await bobby.ack(rotation)).toMatchObject({ success: true });
    expect(await bobby.ack(rotation)).toMatchObject({ success: true });
    expect(await alice.commit(rotation)).toMatchObject({ success: true, epoch: 2 });
    expect(await alice.commit(rotation)).toMatchObject({ success: true, epoch: 2 });
    expect(await bobby.ack(rotation)).toMatchObject({ success: true });
    expect(await alice.begin(group, { members, id: field(rotation, 'rotation_id') })).toMatchObject({
      success: false,
      reason: 'rotation_closed',
    });
  });

  it('cannot be committed after somebody came or went, even when the members are the same again', async () => {
    const members = await withBobby();
    const rotation = rotationOf(await alice.begin(group, { members }));
    await alice.ack(rotation);
    await alice.call('group.kick', { group_id: group, aid: bobby.aid });
    const seen = await alice.client.call('group.e2ee.get_epoch', { group_id: group });
    expect(seen['pending_rotation']).toMatchObject({ rotation_id: rotation['rotation_id'], stale: true });
    expect(await bobby.ack(rotation)).toEqual({ success: false, reason: 'rotation_not_found' });
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
    expect(await alice.commit(rotation)).toMatchObject({
      success: false,
      reason: 'expected_members_mismatch',
      epoch: 1,
      rotation: { status: 'aborted' },
    });
    expect(await alice.rotate(group, members)).toMatchObject({ success: true, epoch: 2 });
  });

  it('are led by admins, in open groups by members too, but not by muted ones', async () => {
    const members = await withBobby();
    const refused = await bobby.begin(group, { members });
    expect(refused).toEqual({ success: false, reason: 'need_admin' });
    const stale = rotationOf(await alice.begin(group, { members }));
    const abort = { rotation_id: stale['rotation_id'], reason: 'client_abort' };
    expect(await bobby.call('group.e2ee.abort_rotation', abort)).toMatchObject({
      success: false,
      reason: 'need_admin',
    });
    await alice.call('group.update_join_requirements', { group_id: group, mode: 'invite_only' });
    await alice.call('group.ban', { group_id: group, subject: bobby.aid, expires_in_seconds: 60 });
    expect(await bobby.begin(group, { members })).toEqual({ success: false, reason: 'banned' });
    await alice.call('group.unban', { group_id: group, subject: bobby.aid });
    expect(await bobby.call('group.e2ee.abort_rotation', abort)).toMatchObject({
      success: true,
      rotation: { status: 'aborted' },
    });
    expect(await alice.commit(stale)).toMatchObject({ success: false, reason: 'rotation_closed' });
    expect(await bobby.rotate(group, members)).toMatchObject({ success: true, epoch: 2 });
  });

  it('are nobody’s business outside the group', async () => {
    const rotation = rotationOf(await alice.begin(group, { members: [alice.aid] }));
    const outside = await failure(bobby.client.call('group.e2ee.get_epoch', { group_id: group }));
    expect(outside).toMatchObject({ code: -33005, data: { reason: 'not_member' } });
    const begin = await failure(bobby.begin(group, { base: 0, members: [bobby.aid] }));
    expect(begin.code).toBe(-33005);
    for (const attempt of [bobby.ack(rotation), bobby.commit(rotation)]) {
      expect(await attempt).toEqual({ success: false, reason: 'rotation_not_found' });
    }
    expect(await alice.commit({ rotation_id: `rot-${'0'.repeat(32)}` })).toEqual({
      success: false,
      reason: 'rotation_not_found',
    });
  });

  it('need a fresh signature of their leader that nobody has used before', async () => {
    const members = [alice.aid];
    const id = `rot-${'b'.repeat(32)}`;
    const no = (reason: string): unknown => ({ success: false, reason });
    const now = network.gateway.clock.now();
    expect(await alice.begin(group, { members, after: { rotation_signature: null } })).toEqual(
      no('rotation_signature_required'),
    );
    expect(await alice.begin(group, { members, after: { rotation_sig_version: 'v1' } })).toEqual(
      no('rotation_signature_version'),
    );
    expect(await alice.begin(group, { members, at: now - 301 * SECOND })).toEqual(
      no('rotation_timestamp_out_of_range'),
    );
    expect(await alice.begin(group, { members, after: { key_commitment: 'c'.repeat(64) } })).toEqual(
      no('rotation_signature_invalid'),
    );
    const copied = bobby.client.identity.sign('something else');
    expect(await alice.begin(group, { members, after: { rotation_signature: copied } })).toEqual(
      no('rotation_signature_invalid'),
    );
    const claim = {
      groupId: group,
      baseEpoch: 0,
      targetEpoch: 1,
      aid: alice.aid,
      timestamp: String(Math.floor(now / 1000)),
      rotationId: id,
      reason: 'membership_changed',
      keyCommitment: 'd'.repeat(64),
      manifestHash: '',
      epochChain: '',
      expectedMembers: [alice.aid, bobby.aid],
      requiredAcks: [alice.aid],
    };
    const used = {
      members: claim.expectedMembers,
      id,
      at: now,
      commitment: claim.keyCommitment,
      after: { rotation_signature: alice.client.identity.sign(rotationText(claim)) },
    };
    expect(await alice.begin(group, used)).toMatchObject({ reason: 'expected_members_mismatch' });
    expect(await alice.begin(group, used)).toEqual(no('rotation_signature_replayed'));
    expect(await alice.begin(group, { members, id })).toMatchObject({ success: true });
  });

  it('refuse to move below or above the committed epoch when sending, with the texts 0.2.20 looks for', async () => {
    const members = await withBobby();
    const early = await failure(bobby.say(group, 1));
    expect(early).toMatchObject({
      code: -32041,
      message: 'e2ee epoch below sender membership floor: epoch=1 floor=2',
      data: { reason: 'epoch' },
    });
    await alice.begin(group, { members });
    // A rotation under way leaves the committed epoch usable.
    expect(await alice.say(group, 1)).toMatchObject({ message: { seq: 1, encrypted: true } });
    const ahead = await failure(alice.say(group, 2));
    expect(ahead.message).toBe('e2ee epoch not committed: epoch=2 committed=1');
    const { pending_rotation: pending } = await alice.client.call('group.e2ee.get_epoch', {
      group_id: group,
    });
    const rotation = rotationOf({ rotation: pending ?? {} });
    await alice.ack(rotation);
    await alice.commit(rotation);
    const late = await failure(alice.say(group, 1));
    expect(late).toMatchObject({ code: -32041, message: 'e2ee epoch too old: epoch=1 committed=2' });
    expect(await bobby.say(group, 2)).toMatchObject({ message: { seq: 2 } });
  });

  it('refuse envelopes that contradict the call', async () => {
    await withBobby();
    const outside = groupEnvelope(group, alice.aid, 1);
    const other = { ...groupEnvelope('group.aun.test/g-other1', alice.aid, 1) };
    expect((await failure(alice.say(group, 1, { aad: other['aad'] }))).code).toBe(-32602);
    const forged = groupEnvelope(group, bobby.aid, 1);
    expect((await failure(alice.say(group, 1, { aad: forged['aad'] }))).code).toBe(-32602);
    expect((await failure(alice.say(group, 2, { aad: outside['aad'] }))).code).toBe(-32602);
    expect((await failure(alice.say(group, 1, { sender_signature: '' }))).code).toBe(-32602);
  });
});

describe('keys that the gateway holds', () => {
  let network: TestNetwork;
  let alice: GroupPerson;
  let bobby: GroupPerson;
  let members: string[];
  beforeEach(async () => {
    ({ network, alice, bobby } = await beginGroupPair());
    members = [alice.aid, bobby.aid];
  });
  afterEach(() => network.dispose());

  const keyOf = async (who: GroupPerson, group: string, epoch?: number): Promise<unknown> =>
    (
      await who.client.call('group.e2ee.get_epoch_key', {
        group_id: group,
        ...(epoch === undefined ? {} : { epoch }),
      })
    )['encrypted_key'];

  async function groupOf(joinMode: string): Promise<string> {
    const group = await alice.create('keys', { visibility: 'private', join_mode: joinMode });
    await alice.rotate(group, [alice.aid], { [alice.aid]: sealedKey(1), [bobby.aid]: sealedKey(9) });
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
    await alice.rotate(group, members, {
      [alice.aid]: sealedKey(2),
      [bobby.aid]: sealedKey(3),
      'stranger.aun.test': sealedKey(4),
    });
    return group;
  }

  it('are each member’s own, of epochs since joining, and of any device', async () => {
    const group = await groupOf('invite_only');
    expect(await keyOf(alice, group, 1)).toBe(sealedKey(1));
    expect(await keyOf(alice, group)).toBe(sealedKey(2));
    expect(await keyOf(bobby, group)).toBe(sealedKey(3));
    expect(await keyOf(bobby, group, 1)).toBeUndefined();
    expect(await keyOf(bobby, group, 7)).toBeUndefined();
    const outsider = await GroupPerson.join(network, 'carol');
    expect((await failure(keyOf(outsider, group))).code).toBe(-33005);
  });

  it('do not exist where joining is not free, and are refused when they are no keys', async () => {
    expect(await keyOf(bobby, await groupOf('approval'))).toBeUndefined();
    const group = await alice.create('short', { visibility: 'private', join_mode: 'open' });
    await alice.rotate(group, [alice.aid], { [alice.aid]: Buffer.alloc(124).toString('base64') });
    expect(await keyOf(alice, group)).toBeUndefined();
  });

  it('go a week after their epoch, with a membership, and with the group', async () => {
    const group = await groupOf('open');
    const { admin } = network.gateway;
    const pass = (days: number): number => admin.advanceClock(days * DAY);
    pass(6);
    alice = new GroupPerson(
      network,
      await network.connect(alice.client.identity, { token: await token(alice) }),
    );
    expect(await keyOf(alice, group, 1)).toBe(sealedKey(1));
    pass(2);
    alice = new GroupPerson(
      network,
      await network.connect(alice.client.identity, { token: await token(alice) }),
    );
    expect(await keyOf(alice, group, 1)).toBeUndefined();
    expect(await keyOf(alice, group, 2)).toBe(sealedKey(2));
    bobby = new GroupPerson(
      network,
      await network.connect(bobby.client.identity, { token: await token(bobby) }),
    );
    await bobby.call('group.leave', { group_id: group });
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
    expect(await keyOf(bobby, group, 2)).toBeUndefined();
    await alice.call('group.dissolve', { group_id: group });
    expect((await failure(keyOf(alice, group, 2))).code).toBe(-33003);
  });

  async function token(who: GroupPerson): Promise<string> {
    return (await network.login(who.client.identity)).access_token;
  }
});
