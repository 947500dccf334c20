import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { beginGroupPair } from '../testing/group-keys';
import type { GroupPerson } from '../testing/group-keys';
import { failure } from '../testing/network';
import type { TestNetwork } from '../testing/network';
import { field } from '../testing/socket';
import { jsonObject } from '../wire/frames';
import { epochChain, rotationText, stateHash } from './texts';

const member = z.object({ aid: z.string(), role: z.string() });
const vectors = z
  .object({
    group: z.object({
      epoch_chain: z.array(
        z.object({
          prev_chain: z.string().nullable(),
          epoch: z.number(),
          commitment: z.string(),
          rotator_aid: z.string(),
          chain: z.string(),
        }),
      ),
      state_hash: z.array(
        z.object({
          group_id: z.string(),
          state_version: z.number(),
          key_epoch: z.number(),
          members: z.array(member),
          policy: jsonObject,
          prev_state_hash: z.string(),
          state_hash: z.string(),
        }),
      ),
      rotation_signature: z.object({
        v2_sign_data_utf8: z.string(),
        begin_rotation_params: z.looseObject({
          group_id: z.string(),
          base_epoch: z.number(),
          target_epoch: z.number(),
          rotation_id: z.string(),
          reason: z.string(),
          key_commitment: z.string(),
          expected_members: z.array(z.string()),
          required_acks: z.array(z.string()),
          rotation_timestamp: z.string(),
        }),
      }),
    }),
  })
  .parse(JSON.parse(readFileSync(resolve(__dirname, '../../e2e/vectors/e2ee-v1.json'), 'utf8'))).group;

describe('texts and hashes of groups', () => {
  it.each(vectors.epoch_chain)(
    'the chain of epoch $epoch by $rotator_aid is that of the vector',
    (vector) => {
      const { prev_chain: previous, epoch, commitment, rotator_aid: rotator, chain } = vector;
      expect(epochChain(previous ?? '', epoch, commitment, rotator)).toBe(chain);
    },
  );

  it.each(vectors.state_hash)('the hash of state $state_version is that of the vector', (vector) => {
    const hash = stateHash({
      groupId: vector.group_id,
      version: vector.state_version,
      keyEpoch: vector.key_epoch,
      members: vector.members,
      policy: vector.policy,
      previous: vector.prev_state_hash,
    });
    expect(hash).toBe(vector.state_hash);
  });

  it('the signed text of a rotation is that of the vector', () => {
    const params = vectors.rotation_signature.begin_rotation_params;
    const text = rotationText({
      groupId: params.group_id,
      baseEpoch: params.base_epoch,
      targetEpoch: params.target_epoch,
      aid: 'alice.aid.test',
      timestamp: params.rotation_timestamp,
      rotationId: params.rotation_id,
      reason: params.reason,
      keyCommitment: params.key_commitment,
      manifestHash: '',
      epochChain: '',
      expectedMembers: params.expected_members,
      requiredAcks: params.required_acks,
    });
    expect(text).toBe(vectors.rotation_signature.v2_sign_data_utf8);
  });
});

describe('states on record', () => {
  let network: TestNetwork;
  let alice: GroupPerson;
  let bobby: GroupPerson;
  let group: string;
  beforeEach(async () => {
    ({ network, alice, bobby } = await beginGroupPair());
    group = await alice.create('states', { visibility: 'private' });
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
  });
  afterEach(() => network.dispose());

  function stateOf(version: number, previous: string, more: JsonObject = {}): JsonObject {
    const members = [
      { aid: alice.aid, role: 'owner' },
      { aid: bobby.aid, role: 'member' },
    ];
    return {
      group_id: group,
      state_version: version,
      state_hash: stateHash({ groupId: group, version, keyEpoch: 0, members, policy: { max: 2 }, previous }),
      prev_state_hash: previous,
      key_epoch: 0,
      membership_snapshot: JSON.stringify(members),
      policy_snapshot: '{"max":2}',
      ...more,
    };
  }

  it('are empty before the first, then grow version by version, and every member is told', async () => {
    const empty = await bobby.client.call('group.get_state', { group_id: group });
    expect(empty).toEqual({
      group_id: group,
      state_version: 0,
      state_hash: '',
      prev_state_hash: '',
      key_epoch: 0,
      membership_snapshot: '',
      policy_snapshot: '',
    });
    const first = stateOf(1, '');
    expect(await alice.call('group.commit_state', first)).toEqual({
      success: true,
      group_id: group,
      state_version: 1,
      state_hash: first['state_hash'],
    });
    for (const person of [alice, bobby]) {
      expect(await person.client.socket.event('group.state_committed')).toMatchObject({
        ...first,
        actor_aid: alice.aid,
        client_signature: { aid: alice.aid, _method: 'group.commit_state' },
      });
    }
    expect(await bobby.client.call('group.get_state', { group_id: group })).toEqual(first);
    const second = stateOf(2, field(first, 'state_hash'));
    expect(await alice.call('group.commit_state', second)).toMatchObject({ success: true, state_version: 2 });
  });

  it('are refused out of turn, with a wrong hash, and from members', async () => {
    const first = stateOf(1, '');
    expect(await alice.call('group.commit_state', stateOf(2, ''))).toMatchObject({
      success: false,
      reason: 'state_conflict',
      state_version: 0,
    });
    expect(await alice.call('group.commit_state', stateOf(1, '', { key_epoch: 4 }))).toMatchObject({
      success: false,
      reason: 'state_hash_mismatch',
    });
    expect(
      await alice.call('group.commit_state', stateOf(1, '', { membership_snapshot: '{' })),
    ).toMatchObject({
      success: false,
      reason: 'state_hash_mismatch',
    });
    const refused = await failure(bobby.call('group.commit_state', first));
    expect(refused).toMatchObject({ code: -32004, data: { reason: 'need_admin' } });
    await alice.call('group.commit_state', first);
    expect(await alice.call('group.commit_state', stateOf(2, 'f'.repeat(64)))).toMatchObject({
      success: false,
      reason: 'state_conflict',
      state_version: 1,
    });
    const lost = stateOf(1, '', { policy_snapshot: '{}' });
    expect(await alice.call('group.commit_state', lost)).toMatchObject({
      success: false,
      reason: 'state_conflict',
      state_hash: first['state_hash'],
    });
    expect(bobby.client.socket.events('group.state_committed').length).toBeLessThanOrEqual(1);
  });
});
