import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, numberOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import type { Person } from '../harness/person';
import { until } from '../harness/until';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

const plain = (person: Person, to: string, text: string, extra: Dict = {}): Promise<Dict> =>
  person.client.send({ to, payload: { type: 'text', text }, encrypt: false, ...extra });
const letters = ['a', 'b', 'c', 'd', 'e'];

describe('invariants of the message service (protocol/04 §15)', () => {
  it('1: five plaintext sends arrive in order with consecutive numbers', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    for (const letter of letters) {
      expect(['sent', 'delivered']).toContain((await plain(alice, bob.aid, letter))['status']);
    }
    expect(await bob.heard(5)).toEqual(letters);
    expect(bob.received.map((row) => row['seq'])).toEqual([1, 2, 3, 4, 5]);
  });

  it('2: five sends to somebody away are delivered by the pull after connecting', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await bob.restart();
    for (const letter of letters) await plain(alice, bob.aid, letter);
    await bob.online();
    expect(await bob.heard(5)).toEqual(letters);
  });

  it('5: acknowledging is idempotent, monotonic and bounded by what exists', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    for (const letter of letters) await plain(alice, bob.aid, letter);
    await bob.heard(5);
    expect(await bob.client.ack(5)).toMatchObject({ success: true, ack_seq: 5 });
    expect(await bob.client.ack(5)).toMatchObject({ ack_seq: 5 });
    expect(await bob.client.ack(2)).toMatchObject({ ack_seq: 5 });
    expect(await bob.client.ack(500)).toMatchObject({ ack_seq: 5 });
  });

  it('6: bad ciphertext is not delivered, but the cursor goes on past it', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.client.rawCall('message.send', {
      to: bob.aid,
      type: 'e2ee.encrypted',
      encrypted: true,
      message_id: 'bad-one',
      payload: {
        type: 'e2ee.encrypted',
        version: '1',
        encryption_mode: 'prekey_ecdh_v2',
        ciphertext: 'AAAA',
        aad: { from: alice.aid, to: bob.aid, message_id: 'bad-one' },
      },
    });
    const event = await bob.event('message.undecryptable');
    expect(event).toMatchObject({ message_id: 'bad-one', from: alice.aid, seq: 1 });
    expect(bob.received).toEqual([]);
    const page = await until('the ack arrives', async () => {
      const { reply, messages } = await bob.client.pull({ after_seq: 0 });
      return numberOf(reply['server_ack_seq']) >= 1 ? { reply, messages } : null;
    });
    expect(page.messages).toEqual([]);
    expect(dictsOf(page.reply['messages'])).toHaveLength(1);
  });

  it('8: presence knows the connected, the closed and the never seen', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const never = world.person('never');
    await never.client.createAid(never.aid);
    const unknown = 'nobody-at-all.aun.test';
    const ask = async (): Promise<unknown> =>
      (await alice.client.queryOnline([bob.aid, never.aid, unknown]))['online'];
    expect(await ask()).toEqual({ [bob.aid]: true, [never.aid]: false, [unknown]: false });
    await bob.leave();
    await until(
      'offline within ten seconds',
      async () => {
        const online = await ask();
        return isDict(online) && online[bob.aid] === false;
      },
      10_000,
    );
    const shortOnly = await world.person('short').join({ connectionKind: 'short' });
    expect(await alice.client.queryOnline([shortOnly.aid])).toEqual({ online: { [shortOnly.aid]: false } });
  });

  it('9: the same message id twice is one delivery and a duplicate', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await plain(alice, bob.aid, 'once', { message_id: 'same' });
    expect((await plain(alice, bob.aid, 'once', { message_id: 'same' }))['status']).toBe('duplicate');
    await plain(alice, bob.aid, 'end');
    expect(await bob.heard(2)).toEqual(['once', 'end']);
  });

  it('10: the same pull twice gives the same rows', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    for (const letter of letters) await alice.tell(bob.aid, letter);
    await bob.heard(5);
    const pull = (): Promise<unknown> =>
      bob.client.rawCall('message.pull', {
        after_seq: 0,
        limit: 200,
        device_id: bob.client.deviceId,
        slot_id: '',
      });
    const first = await pull();
    const rows = isDict(first) ? dictsOf(first['messages']) : [];
    expect(rows).toHaveLength(5);
    const second = await pull();
    expect(isDict(second) ? second['messages'] : null).toEqual(rows);
    expect(first).toMatchObject({
      count: 5,
      latest_seq: 5,
      retention_floor_seq: 0,
      earliest_available_seq: null,
    });
    for (const row of rows) {
      expect(row['encrypted']).not.toBe(false);
      expect(row).toMatchObject({ type: 'e2ee.encrypted', device_id: bob.client.deviceId });
    }
  });

  it('10b: a page holds at most what was asked for and continues after its last number', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    for (const letter of letters) await plain(alice, bob.aid, letter);
    await bob.heard(5);
    const numbers: number[] = [];
    for (;;) {
      const page = await bob.client.pull({ after_seq: numbers.at(-1) ?? 0, limit: 2 });
      if (page.messages.length === 0) break;
      expect(page.messages.length).toBeLessThanOrEqual(2);
      numbers.push(...page.messages.map((row) => numberOf(row['seq'])));
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
  });

  it('12: plaintext to somebody registered who never connected waits for the first device', async () => {
    const alice = await world.person('alice').join();
    const late = world.person('late');
    await late.client.createAid(late.aid);
    const sent = await plain(alice, late.aid, '欢迎');
    expect(sent['message_id']).toBeTypeOf('string');
    await plain(alice, late.aid, 'second');
    await late.online();
    expect(await late.heard(2)).toEqual(['欢迎', 'second']);
    expect(late.received.map((row) => row['seq'])).toEqual([1, 2]);
  });

  it('16: a short connection receives no pushes, and its sends do not echo to the long one of its slot', async () => {
    const alice = await world.person('alice').join();
    const long = await world.person('bobby').join();
    const short = await world.sameDevice(long).online({ connectionKind: 'short' });
    await alice.tell(long.aid, 'to bob');
    await long.heard(1);
    await short.tell(alice.aid, 'from the short one');
    await alice.heard(1);
    await alice.tell(long.aid, 'again');
    await long.heard(2);
    expect(short.received).toEqual([]);
    expect(long.texts).toEqual(['to bob', 'again']);
  });

  it('accepts a single envelope of an older client and gives it to every device of the recipient', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const phone = await world.device(bob, 'phone').online();
    await alice.client.rawCall('message.send', {
      to: bob.aid,
      type: 'e2ee.encrypted',
      encrypted: true,
      message_id: 'single',
      payload: {
        type: 'e2ee.encrypted',
        version: '1',
        aad: { from: alice.aid, to: bob.aid, message_id: 'single' },
      },
    });
    for (const device of [bob, phone]) {
      expect(await device.event('message.undecryptable')).toMatchObject({ message_id: 'single' });
    }
  });

  it('refuses what does not fit, with the documented codes', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const refused = async (params: Dict): Promise<unknown> =>
      alice.client.rawCall('message.send', params).then(
        () => null,
        (error: unknown) => error,
      );
    expect(
      await refused({ to: 'nobody-at-all.aun.test', payload: { type: 'text', text: 'x' } }),
    ).toMatchObject({
      code: -32603,
      message: expect.stringContaining('target AID not found') as string,
      data: { reason: 'aid_not_found' },
    });
    expect(
      await refused({ to: 'somebody.elsewhere.example', payload: { type: 'text', text: 'x' } }),
    ).toMatchObject({
      code: -32010,
    });
    expect(await refused({ to: bob.aid })).toMatchObject({ code: -32603 });
    expect(
      await refused({ to: bob.aid, payload: { type: 'text', text: 'x'.repeat(1_048_577) } }),
    ).toMatchObject({ code: -32603, message: expect.stringContaining('payload too large') as string });
    expect(
      await refused({
        to: bob.aid,
        type: 'e2ee.multi_device',
        encrypted: true,
        message_id: 'forged',
        payload: {
          type: 'e2ee.multi_device',
          logical_message_id: 'forged',
          recipient_copies: [
            {
              device_id: bob.client.deviceId,
              envelope: {
                type: 'e2ee.encrypted',
                version: '1',
                aad: { from: bob.aid, to: bob.aid, message_id: 'forged' },
              },
            },
          ],
          self_copies: [],
        },
      }),
    ).toMatchObject({ code: -32602 });
    expect(await alice.client.rawCall('message.list', {}).catch((error: unknown) => error)).toMatchObject({
      code: -32601,
    });
    // The connection has survived all of it.
    await alice.tell(bob.aid, 'still here');
    expect(await bob.heard(1)).toEqual(['still here']);
  });

  it('answers meta calls and survives malformed frames', async () => {
    const alice = await world.person('alice').join();
    expect(await alice.client.call('meta.ping', {})).toMatchObject({ pong: true });
    expect(await alice.client.call('meta.status', {})).toMatchObject({
      mode: 'gateway',
      aid: alice.aid,
      protocol_version: '1.0',
    });
    alice.client.sendRaw('{"jsonrpc":');
    alice.client.sendRaw('[1,2,3]');
    alice.client.sendRaw('"text"');
    expect(await alice.client.call('meta.ping', {})).toMatchObject({ pong: true });
  });

  it('refuses a pushed row outside the replay window, which a later pull still opens', async () => {
    const alice = await world.person('alice').join();
    const now = Date.now;
    const bob = await world
      .person('bobby', {
        timing: {
          now: () => now() + 400_000,
          random: () => 0,
          sleep: () => Promise.resolve(),
          after: () => () => undefined,
        },
      })
      .join();
    await alice.tell(bob.aid, 'late for bob');
    const event = await bob.event('message.undecryptable');
    expect(event['_decrypt_error']).toContain('replay window');
    const page = await bob.client.pull({ after_seq: 0 });
    expect(page.messages[0]).toMatchObject({ payload: { text: 'late for bob' } });
  });
});
