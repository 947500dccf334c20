import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';

describe('recall', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeEach(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    bob = await network.join('bobby');
  });
  afterEach(() => network.dispose());

  const recall = (client: TestClient, ...ids: string[]) =>
    client.call('message.recall', { message_ids: ids });

  it('blanks every copy, keeps its number and tells both sides', async () => {
    const phone = await network.connect(alice.identity, { device: 'phone' });
    await alice.text(bob.identity.aid, 'oops', { message_id: 'm-1' });
    expect(await recall(alice, 'm-1')).toEqual({ success: true, accepted: 1, recalled: 1, errors: null });
    const event = await bob.socket.event('message.recalled');
    expect(event).toMatchObject({ from: 'alice.aun.test', to: 'bobby.aun.test', message_ids: ['m-1'] });
    expect(event).not.toHaveProperty('seq');
    await phone.socket.event('message.recalled');
    for (const client of [bob, phone]) {
      expect(await client.pull()).toMatchObject([
        {
          seq: 1,
          type: 'message.recalled',
          encrypted: false,
          payload: { type: 'message.recalled', message_ids: ['m-1'] },
        },
      ]);
    }
    await alice.text(bob.identity.aid, 'next');
    expect((await bob.pull(1))[0]).toMatchObject({ seq: 2 });
  });

  it('names what cannot be recalled and why, without failing', async () => {
    await bob.text(alice.identity.aid, 'mine', { message_id: 'of-bob' });
    await alice.text(bob.identity.aid, 'old', { message_id: 'old' });
    await alice.text(bob.identity.aid, 'twice', { message_id: 'twice' });
    await recall(alice, 'twice');
    const first = await recall(alice, 'of-bob', 'unknown', 'twice');
    expect(first).toMatchObject({ success: true, recalled: 0 });
    expect(first['errors']).toEqual([
      { message_id: 'of-bob', error: 'not_sender' },
      { message_id: 'unknown', error: 'not_found' },
      { message_id: 'twice', error: 'already_recalled' },
    ]);
    network.gateway.clock.advance(121_000);
    expect((await recall(alice, 'old'))['errors']).toEqual([{ message_id: 'old', error: 'expired' }]);
  });

  it('does not reveal the ids of strangers', async () => {
    const carol = await network.join('carol');
    await alice.text(bob.identity.aid, 'private', { message_id: 'm-1' });
    expect((await recall(carol, 'm-1'))['errors']).toEqual([{ message_id: 'm-1', error: 'not_found' }]);
  });

  it('blanks mail that still waits for a first device', async () => {
    const dora = await network.register('doras');
    await alice.text(dora.aid, 'oops', { message_id: 'm-1' });
    await recall(alice, 'm-1');
    const first = await network.connect(dora);
    expect(await first.pull()).toMatchObject([{ payload: { type: 'message.recalled' } }]);
  });

  it('takes a hundred ids and refuses more', async () => {
    const many = Array.from({ length: 101 }, (_, index) => `m-${index}`);
    expect((await failure(recall(alice, ...many))).code).toBe(-32602);
    expect((await failure(recall(alice))).code).toBe(-32602);
  });
});

describe('thoughts', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeEach(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    bob = await network.join('bobby');
  });
  afterEach(() => network.dispose());

  const context = (id: string): JsonObject => ({ type: 'run', id, extra: { kept: [1, 'ü'] } });
  const put = (id: string, thoughtId: string, payload: JsonObject = { ciphertext: thoughtId }) =>
    alice.call(
      'message.thought.put',
      alice.identity.signed('message.thought.put', {
        to: bob.identity.aid,
        context: context(id),
        payload,
        thought_id: thoughtId,
        encrypted: true,
        type: 'e2ee.encrypted',
      }),
    );
  const get = (client: TestClient, id: string, more: JsonObject = {}) =>
    client.call('message.thought.get', { sender_aid: alice.identity.aid, context: context(id), ...more });

  it('returns nine thoughts of one head in order, twice, with their context untouched', async () => {
    for (let index = 1; index <= 9; index += 1) {
      expect(await put('run-1', `mt-${index}`)).toMatchObject({
        sender_aid: 'alice.aun.test',
        peer_aid: 'bobby.aun.test',
        thought_id: `mt-${index}`,
        stored_count: index,
      });
    }
    const found = await get(bob, 'run-1');
    expect(found).toMatchObject({ found: true, sender_aid: 'alice.aun.test', peer_aid: 'bobby.aun.test' });
    expect(found['thoughts']).toHaveLength(9);
    expect(found['thoughts']).toMatchObject([
      {
        thought_id: 'mt-1',
        message_id: 'mt-1',
        from: 'alice.aun.test',
        to: 'bobby.aun.test',
        context: context('run-1'),
        encrypted: true,
        payload: { ciphertext: 'mt-1' },
      },
      ...Array.from({ length: 8 }, (_, index) => ({ thought_id: `mt-${index + 2}` })),
    ]);
    expect(await get(bob, 'run-1')).toEqual(found);
    expect(await get(alice, 'run-1', { peer_aid: bob.identity.aid })).toEqual(found);
    expect(bob.socket.events('message.received')).toEqual([]);
  });

  it('replaces a thought with the same id and keeps five heads', async () => {
    await put('run-0', 'mt-1', { ciphertext: 'first' });
    expect((await put('run-0', 'mt-1', { ciphertext: 'second' }))['stored_count']).toBe(1);
    expect((await get(bob, 'run-0'))['thoughts']).toMatchObject([{ payload: { ciphertext: 'second' } }]);
    for (let index = 1; index <= 5; index += 1) await put(`run-${index}`, 'mt-1');
    expect(await get(bob, 'run-0')).toMatchObject({ found: false, thoughts: [] });
    expect(await get(bob, 'run-1')).toMatchObject({ found: true });
  });

  it('lets only the two parties read and wants a complete question', async () => {
    await put('run-1', 'mt-1');
    const carol = await network.join('carol');
    expect((await failure(get(carol, 'run-1', { peer_aid: bob.identity.aid }))).code).toBe(-32004);
    expect((await failure(get(alice, 'run-1'))).code).toBe(-32602);
    const unnamed = { sender_aid: alice.identity.aid, context: { type: 'run', id: '' } };
    expect((await failure(bob.call('message.thought.get', unnamed))).message).toBe(
      'context.type and context.id are required',
    );
  });
});

describe('queue mode', () => {
  let network: TestNetwork;
  beforeEach(async () => {
    network = await TestNetwork.start();
  });
  afterEach(() => network.dispose());

  const mode = (routing: string, ttl = 0): { delivery: JsonObject } => ({
    delivery: { mode: 'queue', routing, affinity_ttl_ms: ttl },
  });

  it('hands each message to one worker in turn and keeps no hole', async () => {
    const one = await network.join('worker', { device: 'd-1', ...mode('round_robin') });
    const two = await network.connect(one.identity, { device: 'd-2', ...mode('round_robin') });
    const alice = await network.join('alice');
    for (const text of ['a', 'b', 'c', 'd']) {
      expect(await alice.text(one.identity.aid, text)).toMatchObject({
        delivery_mode: 'queue',
        status: 'delivered',
      });
    }
    expect((await one.pull()).map((row) => row['seq'])).toEqual([1, 2]);
    expect((await two.pull()).map((row) => row['seq'])).toEqual([1, 2]);
    expect(one.socket.events('message.received')).toHaveLength(2);
    network.gateway.clock.advance(5 * 60_000);
    expect(await one.call('message.pull', {})).toMatchObject({
      messages: [{ payload: { type: 'message.expired' }, from: '' }, { seq: 2 }],
      ephemeral_earliest_available_seq: null,
      ephemeral_dropped_count: 4,
    });
  });

  it('keeps a sender with one worker while the affinity lasts', async () => {
    const one = await network.join('worker', { device: 'd-1', ...mode('sender_affinity', 1000) });
    const two = await network.connect(one.identity, { device: 'd-2', ...mode('sender_affinity', 1000) });
    const alice = await network.join('alice');
    for (const text of ['a', 'b', 'c']) await alice.text(one.identity.aid, text);
    expect([(await one.pull()).length, (await two.pull()).length].sort()).toEqual([0, 3]);
  });

  it('stores durable mail in spite of queue mode', async () => {
    const worker = await network.join('worker', mode('round_robin'));
    const alice = await network.join('alice');
    const result = await alice.text(worker.identity.aid, 'keys', { persist_required: true });
    expect(result['delivery_mode']).toBe('fanout');
    network.gateway.clock.advance(10 * 60_000);
    expect(await worker.pull()).toMatchObject([{ payload: { text: 'keys' } }]);
  });

  it('gives mail of an offline pair to the first device that returns, for five minutes', async () => {
    const bob = await network.join('bobby');
    await bob.leave();
    const worker = await network.join('worker', mode('round_robin'));
    const result = await worker.text(bob.identity.aid, 'short-lived');
    expect(result).toMatchObject({ delivery_mode: 'queue', status: 'sent', seq: 0 });
    const back = await network.connect(bob.identity);
    expect(await back.pull()).toMatchObject([{ seq: 1, payload: { text: 'short-lived' } }]);
  });
});
