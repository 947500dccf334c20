import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDict, numberOf, textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

describe.each([
  ['plain WebSocket', false],
  ['TLS', true],
])('two 0.2.20 clients over %s', (_transport, secure) => {
  it('exchange encrypted messages both ways while online', async () => {
    const alice = await world.person('alice', { secure }).join();
    const bob = await world.person('bobby', { secure }).join();
    const sent = await alice.tell(bob.aid, '你好，Bob 👋', { protected_headers: { App: 'harness', n: 7 } });
    expect(sent).toMatchObject({ status: 'delivered', delivery_mode: 'fanout', seq: 1 });
    expect(Math.abs(numberOf(sent['timestamp']) - Date.now())).toBeLessThan(60_000);
    expect(await bob.heard(1)).toEqual(['你好，Bob 👋']);
    expect(bob.received[0]).toMatchObject({
      from: alice.aid,
      to: bob.aid,
      seq: 1,
      encrypted: true,
      message_id: sent['message_id'],
      direction: 'inbound',
      device_id: bob.client.deviceId,
      e2ee: {
        encryption_mode: 'prekey_ecdh_v2',
        protected_headers: { app: 'harness', n: '7', payload_type: 'text' },
      },
    });
    await bob.tell(alice.aid, 'hello Alice');
    expect(await alice.heard(1)).toEqual(['hello Alice']);
    expect(bob.undecryptable).toEqual([]);
  });

  it('deliver what was sent while the recipient was away, in order, through one pull', async () => {
    const alice = await world.person('alice', { secure }).join();
    const bob = await world.person('bobby', { secure }).join();
    await bob.restart();
    const texts = Array.from({ length: 20 }, (_, index) => `离线 ${String(index)}`);
    for (const text of texts) {
      expect((await alice.tell(bob.aid, text))['status']).toBe('sent');
    }
    await bob.online();
    expect(await bob.heard(20)).toEqual(texts);
    expect(bob.undecryptable).toEqual([]);
    const after = await bob.client.pull({ after_seq: 0 });
    expect(after.messages).toHaveLength(20);
    expect(after.reply['server_ack_seq']).toBe(20);
  });

  it('send a note to oneself that comes back once, inbound', async () => {
    const alice = await world.person('alice', { secure }).join();
    await alice.tell(alice.aid, 'note to self');
    expect(await alice.heard(1)).toEqual(['note to self']);
    expect(alice.received[0]).toMatchObject({ direction: 'inbound', from: alice.aid, to: alice.aid });
  });
});

describe('a conversation', () => {
  it('gets only the first fifty of a longer backlog until the application pulls on', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await bob.restart();
    for (let index = 0; index < 120; index += 1) await alice.tell(bob.aid, String(index));
    await bob.online();
    await bob.heard(50);
    const rest: string[] = [];
    for (;;) {
      const page = await bob.client.pull({ after_seq: bob.client.contiguousSeq, limit: 200 });
      if (page.messages.length === 0) break;
      rest.push(
        ...page.messages.map((row) => (isDict(row['payload']) ? textOf(row['payload']['text']) : '')),
      );
    }
    expect(bob.texts).toEqual(Array.from({ length: 50 }, (_, index) => String(index)));
    expect(rest).toEqual(Array.from({ length: 70 }, (_, index) => String(index + 50)));
  });

  it('tells the sender what each device has received', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'tick');
    const ack = await alice.event('message.ack');
    expect(ack).toMatchObject({ to: bob.aid, ack_seq: 1, device_id: bob.client.deviceId });
    expect(ack['timestamp']).toBeTypeOf('number');
  });

  it('answers a repeated message id as a duplicate and delivers it once', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const first = await alice.tell(bob.aid, 'once', { message_id: 'fixed-id-1' });
    const second = await alice.tell(bob.aid, 'once', { message_id: 'fixed-id-1' });
    expect(second).toMatchObject({ message_id: 'fixed-id-1', status: 'duplicate', seq: first['seq'] });
    await alice.tell(bob.aid, 'after');
    expect(await bob.heard(2)).toEqual(['once', 'after']);
  });

  it('lets another sender use the same message id', async () => {
    const alice = await world.person('alice').join();
    const carol = await world.person('carol').join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'from alice', { message_id: 'shared-id' });
    const other = await carol.tell(bob.aid, 'from carol', { message_id: 'shared-id' });
    expect(other['status']).toBe('delivered');
    // The SDK's own seen set is keyed by sender as well, so both are shown.
    expect((await bob.heard(2)).sort()).toEqual(['from alice', 'from carol']);
  });

  it('refuses an encrypted send to somebody without keys, and to nobody, on the sender’s side', async () => {
    const alice = await world.person('alice').join();
    const silent = world.person('silent');
    await silent.client.createAid(silent.aid);
    const text = (aid: string): string =>
      `no registered device prekeys for ${aid}, cannot send encrypted message`;
    await expect(alice.tell(silent.aid, 'x')).rejects.toThrow(text(silent.aid));
    await expect(alice.tell('nobody-here.aun.test', 'x')).rejects.toThrow(text('nobody-here.aun.test'));
  });

  it('keeps a prekey usable after it was replaced', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'first');
    await bob.heard(1);
    for (let turn = 0; turn < 3; turn += 1) {
      await bob.restart();
      await bob.online();
    }
    // Alice still has the first prekey in her cache.
    await alice.tell(bob.aid, 'second');
    expect(await bob.heard(2)).toEqual(['first', 'second']);
  });

  it('uploads a fresh prekey once the newest one was used', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const count = (): number => bob.client.data.load(bob.aid).prekeys.length;
    expect(count()).toBe(1);
    await alice.tell(bob.aid, 'uses it');
    await bob.heard(1);
    await until('a second prekey', () => count() === 2);
    await alice.tell(bob.aid, 'the old one again');
    await bob.heard(2);
    expect(count()).toBe(2);
  });

  it('keeps its order under a burst of two hundred', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'warm');
    const sent = await Promise.all(
      Array.from({ length: 200 }, (_, index) => alice.tell(bob.aid, String(index))),
    );
    await bob.heard(201);
    expect(new Set(bob.texts).size).toBe(201);
    const seqs = bob.received.map((row) => numberOf(row['seq']));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(sent.map((result) => result['seq'])).size).toBe(200);
    expect(bob.undecryptable).toEqual([]);
  });
});
