import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

describe('recall', () => {
  it('blanks the copies, tells the recipient without a sequence number and keeps the numbering', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const sent = await alice.tell(bob.aid, 'regretted');
    await bob.heard(1);
    expect(await alice.client.recall([textOf(sent['message_id'])])).toMatchObject({
      success: true,
      accepted: 1,
      recalled: 1,
      errors: null,
    });
    const notice = await bob.event('message.recalled');
    expect(notice).toMatchObject({ from: alice.aid, to: bob.aid, message_ids: [sent['message_id']] });
    expect(notice['seq']).toBeUndefined();
    const page = await bob.client.pull({ after_seq: 0 });
    expect(page.messages).toHaveLength(1);
    expect(page.messages[0]).toMatchObject({
      seq: 1,
      payload: { type: 'message.recalled', message_ids: [sent['message_id']] },
    });
    const next = await alice.tell(bob.aid, 'next');
    expect(next['seq']).toBe(2);
    expect((await bob.heard(2)).at(-1)).toBe('next');
  });

  it('blanks what waits for somebody who is away', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await bob.restart();
    const sent = await alice.tell(bob.aid, 'never seen');
    await alice.client.recall([textOf(sent['message_id'])]);
    await bob.online();
    await bob.heard(1);
    expect(bob.received[0]?.['payload']).toMatchObject({ type: 'message.recalled' });
    expect(JSON.stringify(bob.received)).not.toContain('never seen');
  });

  it('names the reason for every id it does not recall, without failing', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const sent = await alice.tell(bob.aid, 'mine');
    await bob.heard(1);
    const id = textOf(sent['message_id']);
    expect(await bob.client.recall([id, 'unknown-id'])).toMatchObject({
      recalled: 0,
      errors: [
        { message_id: id, error: 'not_sender' },
        { message_id: 'unknown-id', error: 'not_found' },
      ],
    });
    await alice.client.recall([id]);
    expect(await alice.client.recall([id])).toMatchObject({
      recalled: 0,
      errors: [{ message_id: id, error: 'already_recalled' }],
    });
    await expect(
      alice.client.recall(Array.from({ length: 101 }, (_, n) => `id-${String(n)}`)),
    ).rejects.toMatchObject({ code: -32602 });
  });
});

describe('thoughts', () => {
  const context: Dict = { type: 'run', id: 'run-42', meta: { b: 2, a: '思' } };

  it('are read by the peer in order, twice, and stay closed to their author', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    for (let index = 0; index < 9; index += 1) {
      const put = await alice.client.thoughtPut({
        to: bob.aid,
        context,
        payload: { type: 'thought', text: `思考 ${String(index)}` },
      });
      expect(put).toMatchObject({ sender_aid: alice.aid, peer_aid: bob.aid, to: bob.aid, context });
      expect(put['stored_count']).toBe(index + 1);
      expect(textOf(put['thought_id'])).toMatch(/^mt-/);
    }
    for (let round = 0; round < 2; round += 1) {
      const read = await bob.client.thoughtGet({
        sender_aid: alice.aid,
        context: { type: 'run', id: 'run-42' },
      });
      const texts = dictsOf(read['thoughts']).map((item) =>
        isDict(item['payload']) ? item['payload']['text'] : '',
      );
      expect(texts).toEqual(Array.from({ length: 9 }, (_, index) => `思考 ${String(index)}`));
      expect(dictsOf(read['thoughts'])[0]?.['context']).toEqual(context);
    }
    const own = await alice.client.thoughtGet({ sender_aid: alice.aid, peer_aid: bob.aid, context });
    expect(dictsOf(own['thoughts'])).toHaveLength(9);
    for (const item of dictsOf(own['thoughts'])) expect(item['decrypt_failed']).toBe(true);
    expect(bob.received).toEqual([]);
  });

  it('are refused to third parties, and unknown ones are simply not found', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const carol = await world.person('carol').join();
    await alice.client.thoughtPut({ to: bob.aid, context, payload: { type: 'thought', text: 'secret' } });
    await expect(
      carol.client.thoughtGet({ sender_aid: alice.aid, peer_aid: bob.aid, context }),
    ).rejects.toMatchObject({ code: -32004 });
    expect(
      await bob.client.thoughtGet({ sender_aid: alice.aid, context: { type: 'run', id: 'other' } }),
    ).toMatchObject({ found: false, thoughts: [] });
  });

  it('keep the five newest contexts of a sender', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    for (let index = 0; index < 6; index += 1) {
      await alice.client.thoughtPut({
        to: bob.aid,
        context: { type: 'run', id: String(index) },
        payload: { type: 'thought', text: 'x' },
      });
    }
    const found = async (id: string): Promise<unknown> =>
      (await bob.client.thoughtGet({ sender_aid: alice.aid, context: { type: 'run', id } }))['found'];
    expect(await found('0')).toBe(false);
    expect(await found('1')).toBe(true);
    expect(await found('5')).toBe(true);
  });

  it('need a valid signature of the caller', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const put = { to: bob.aid, context, thought_id: 'mt-x', payload: { type: 'thought', text: 'x' } };
    const unsigned = { ...put, client_signature: undefined };
    const call = (params: Dict): Promise<unknown> => alice.client.rawCall('message.thought.put', params);
    await expect(call(unsigned)).rejects.toMatchObject({ code: -32051 });
    await expect(
      call({
        ...put,
        client_signature: {
          aid: alice.aid,
          cert_fingerprint: '',
          timestamp: String(Math.floor(Date.now() / 1000)),
          params_hash: '0'.repeat(64),
          signature: 'AAAA',
        },
      }),
    ).rejects.toMatchObject({ code: -32051 });
  });
});
