import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, textIn } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${String(index)}`);

describe.each([
  ['plain WebSocket', false],
  ['TLS', true],
])('Parley and a 0.2.20 client over %s', (_transport, secure) => {
  it('exchange encrypted messages both ways while online', async () => {
    const parley = await Parley.join(world, 'parley', secure);
    const alice = await world.person('alice', { secure }).join();
    const sent = await alice.tell(parley.aid, '你好，Parley 🐦', {
      protected_headers: { device_name: '爱丽丝的电脑', n: 3 },
    });
    expect(await parley.heard(alice.aid, 1)).toEqual(['你好，Parley 🐦']);
    const [row] = await parley.timeline(alice.aid);
    expect(row).toMatchObject({
      messageId: sent['message_id'],
      sender: alice.aid,
      own: false,
      protection: 'e2ee-v1',
      forwardSecret: true,
    });
    const bubble = await parley.tell(alice.aid, '收到了 ✓');
    expect(await alice.heard(1)).toEqual(['收到了 ✓']);
    expect(alice.received[0]).toMatchObject({
      from: parley.aid,
      to: alice.aid,
      encrypted: true,
      message_id: bubble['messageId'],
      e2ee: { encryption_mode: 'prekey_ecdh_v2' },
    });
    await parley.state(alice.aid, bubble['messageId'], 'delivered');
    expect(alice.undecryptable).toEqual([]);
  });

  it('catch up on more than a page after Parley was closed, in order and exactly once', async () => {
    const parley = await Parley.join(world, 'parley', secure);
    const alice = await world.person('alice', { secure }).join();
    await alice.tell(parley.aid, 'before');
    await parley.heard(alice.aid, 1);
    await parley.stop();
    const texts = numbered('离线', 120);
    for (const text of texts) await alice.tell(parley.aid, text);
    await parley.startAgain();
    expect(await parley.heard(alice.aid, 121)).toEqual(['before', ...texts]);
    await until('the gateway heard the ack', () => {
      return alice.events.some((entry) => entry.name === 'message.ack' && entry.data['ack_seq'] === 121);
    });
  });

  it('deliver to a 0.2.20 client that was away', async () => {
    const parley = await Parley.join(world, 'parley', secure);
    const alice = await world.person('alice', { secure }).join();
    await alice.restart();
    const texts = numbered('积压', 30);
    for (const text of texts) await parley.tell(alice.aid, text);
    await until('all are sent', async () => {
      const rows = await parley.timeline(alice.aid);
      return rows.length === 30 && rows.every((row) => row['state'] === 'sent');
    });
    await alice.online();
    expect(await alice.heard(30)).toEqual(texts);
    expect(alice.undecryptable).toEqual([]);
  });
});

describe('Parley among 0.2.20 clients', () => {
  it('sends a copy to every device of the peer and none to an own one that does not exist', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const laptop = await world.person('bobby').join();
    const phone = await world.device(laptop, 'phone').online();
    await parley.tell(laptop.aid, '两台设备');
    expect(await laptop.heard(1)).toEqual(['两台设备']);
    expect(await phone.heard(1)).toEqual(['两台设备']);
  });

  it('reaches a device of the peer that joined after the first message', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const laptop = await world.person('bobby').join();
    await parley.tell(laptop.aid, 'before');
    await laptop.heard(1);
    const phone = await world.device(laptop, 'phone').online();
    await parley.tell(laptop.aid, 'after');
    expect(await phone.heard(1)).toEqual(['after']);
    expect(await laptop.heard(2)).toEqual(['before', 'after']);
    expect((await parley.timeline(laptop.aid)).map(textIn)).toEqual(['before', 'after']);
  });

  it('waits with a message for somebody without keys and sends it once there are some', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const late = world.person('later');
    await late.client.createAid(late.aid);
    const bubble = await parley.tell(late.aid, '等你上线');
    await until('it says why it waits', async () => {
      const [row] = await parley.timeline(late.aid);
      return row?.['state'] === 'queued' && row['stateReason'] === 'recipient_without_keys';
    });
    await late.online();
    await parley.call('message.retry', { id: bubble['id'] });
    expect(await late.heard(1)).toEqual(['等你上线']);
    expect(late.received[0]?.['encrypted']).toBe(true);
  });

  it('sends what waited for keys as soon as the other side writes', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const late = world.person('later');
    await late.client.createAid(late.aid);
    await parley.tell(late.aid, '等你上线');
    await until('it waits', async () => {
      const [row] = await parley.timeline(late.aid);
      return row?.['stateReason'] === 'recipient_without_keys';
    });
    await late.online();
    await late.tell(parley.aid, '我来了');
    expect(await late.heard(1)).toEqual(['等你上线']);
  });

  it('keeps what it cannot open, with sender, reason and raw envelope, and acknowledges it', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    await alice.client.rawCall('message.send', {
      to: parley.aid,
      type: 'e2ee.encrypted',
      encrypted: true,
      message_id: 'cannot-open',
      payload: {
        type: 'e2ee.encrypted',
        version: '1',
        encryption_mode: 'prekey_ecdh_v2',
        ciphertext: 'AAAA',
        aad: { from: alice.aid, to: parley.aid, message_id: 'cannot-open' },
      },
    });
    await alice.tell(parley.aid, 'after the bad one');
    await parley.heard(alice.aid, 2);
    const [bad, good] = await parley.timeline(alice.aid);
    expect(bad).toMatchObject({
      messageId: 'cannot-open',
      sender: alice.aid,
      content: { kind: 'undecryptable' },
    });
    expect(good && textIn(good)).toBe('after the bad one');
    const raw = await parley.call('message.raw', { id: bad?.['id'] });
    expect(textOf(raw['json'])).toContain('prekey_ecdh_v2');
    await alice.event('message.ack', (ack) => ack['ack_seq'] === 2);
  });

  it('does not believe a message whose ciphertext was changed on the way', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    // Bob repeats, under his own name, an envelope that Alice made for Parley.
    const call = alice.client.rawCall.bind(alice.client);
    await alice.tell(parley.aid, 'only from alice', { message_id: 'stolen' });
    await parley.heard(alice.aid, 1);
    const raw = await call('message.e2ee.get_prekey', { aid: parley.aid });
    expect(raw).toMatchObject({ found: true });
    await bob.client.rawCall('message.send', {
      to: parley.aid,
      type: 'e2ee.encrypted',
      encrypted: true,
      message_id: 'forged-1',
      payload: {
        type: 'e2ee.encrypted',
        version: '1',
        encryption_mode: 'long_term_key',
        ciphertext: 'AAAA',
        sender_signature: 'AAAA',
        sender_cert_fingerprint: `sha256:${'0'.repeat(64)}`,
        aad: { from: bob.aid, to: parley.aid, message_id: 'forged-1' },
      },
    });
    await parley.heard(bob.aid, 1);
    expect(await parley.texts(bob.aid)).toEqual(['<undecryptable>']);
  });

  it('honours a recall by the sender', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    const sent = await alice.tell(parley.aid, 'taken back');
    await parley.heard(alice.aid, 1);
    await alice.client.recall([textOf(sent['message_id'])]);
    await until('the bubble is gone', async () => (await parley.texts(alice.aid))[0] === '<recalled>');
    await alice.tell(parley.aid, 'next');
    expect(await parley.heard(alice.aid, 2)).toEqual(['<recalled>', 'next']);
  });

  it('loses and doubles nothing when the gateway and Parley are killed in the middle of traffic', async () => {
    const own = await World.begin();
    try {
      const parley = await Parley.join(own, 'parley', false);
      const alice = await own.person('alice', { callTimeoutMs: 1000 }).join();
      await alice.tell(parley.aid, 'warm');
      await parley.heard(alice.aid, 1);
      const texts = numbered('n', 40);
      const traffic = Promise.all(
        texts.map((text) =>
          until(`${text} is accepted`, async () => {
            const sent = alice.tell(parley.aid, text, { message_id: `kill-${text}` });
            return sent.then(
              () => true,
              () => false,
            );
          }),
        ),
      );
      const answers = numbered('a', 20);
      for (const text of answers) await parley.tell(alice.aid, text);
      await parley.kill();
      await own.gateway.kill();
      await own.gateway.startAgain();
      await traffic;
      await parley.startAgain();
      expect([...(await parley.heard(alice.aid, 41))].sort()).toEqual([...texts, 'warm'].sort());
      await until('every answer arrives', () => new Set(alice.texts).size === 20, 30_000);
      expect([...alice.texts].sort()).toEqual([...answers].sort());
    } finally {
      await own.end();
    }
  }, 90_000);

  it('writes a note to self once', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const bubble = await parley.tell(parley.aid, '备忘录');
    await until('it is out', async () => {
      const rows = await parley.timeline(parley.aid);
      return rows.length === 1 && ['sent', 'delivered'].includes(textOf(rows[0]?.['state']));
    });
    const friend = await world.person('friend').join();
    await friend.tell(parley.aid, 'a later row');
    await parley.heard(friend.aid, 1);
    const rows = await parley.timeline(parley.aid);
    expect(rows.map((row) => [row['messageId'], textIn(row)])).toEqual([[bubble['messageId'], '备忘录']]);
  });
});
