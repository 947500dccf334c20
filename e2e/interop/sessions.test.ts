import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import type { Person } from '../harness/person';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

/** States a client went through after the given number of them. */
function statesAfter(person: Person, from: number): string[] {
  return person.states.slice(from).map((state) => textOf(state['state']));
}

/** Waits until the client is connected again after it was not. */
async function back(person: Person, from: number): Promise<void> {
  await until(`${person.aid} is back`, () => statesAfter(person, from).includes('connected'));
}

describe('a session of a 0.2.20 client', () => {
  it.each([
    ['plain WebSocket', false],
    ['TLS', true],
  ])('comes back over %s after the line was cut; nothing is lost or doubled', async (_transport, secure) => {
    const alice = await world.person('alice', { secure }).join();
    const bob = await world.person('bobby', { secure }).join();
    await alice.tell(bob.aid, 'one');
    await bob.heard(1);
    const mark = bob.states.length;
    bob.client.drop();
    await alice.tell(bob.aid, 'two');
    await back(bob, mark);
    await alice.tell(bob.aid, 'three');
    expect(await bob.heard(3)).toEqual(['one', 'two', 'three']);
    expect(statesAfter(bob, mark).slice(0, 2)).toEqual(['disconnected', 'reconnecting']);
  });

  it('is displaced by a second login of the same slot and stays away', async () => {
    const first = await world.person('alice').join({ slotId: 'main', extraInfo: { pid: 1 } });
    const second = await world.sameDevice(first).online({ slotId: 'main', extraInfo: { pid: 2 } });
    const notice = await first.event('gateway.disconnect');
    expect(notice).toMatchObject({
      code: 4009,
      detail: {
        aid: first.aid,
        device_id: first.client.deviceId,
        slot_id: 'main',
        self_extra_info: { pid: 1 },
        new_extra_info: { pid: 2 },
      },
    });
    await until('the first gives up', () => first.client.state === 'terminal_failed');
    expect(first.states.at(-1)).toMatchObject({ reason: 'server kicked', code: 4009 });
    expect(second.client.state).toBe('connected');
    await expect(first.online({ slotId: 'main' })).rejects.toThrow('not allowed in state terminal_failed');
  });

  it('is not displaced by another slot, another device or a short connection', async () => {
    const first = await world.person('alice').join({ slotId: 'main' });
    const slot = await world.sameDevice(first).online({ slotId: 'side' });
    const short = await world.sameDevice(first).online({ slotId: 'main', connectionKind: 'short' });
    const device = await world.device(first, 'tablet').online({ slotId: 'main' });
    for (const person of [first, slot, short, device]) {
      expect(await person.client.call('meta.ping', {})).toMatchObject({ pong: true });
    }
  });

  it('offers a stale token twice, refreshes on a short socket and goes on over the same socket', async () => {
    const person = await world.person('stale').join();
    await world.gateway.admin('expire_tokens', { aid: person.aid, kind: 'access' });
    const mark = person.states.length;
    person.client.drop();
    await back(person, mark);
    expect(statesAfter(person, mark).filter((state) => state === 'connecting')).toHaveLength(1);
    expect(await person.client.call('meta.ping', {})).toMatchObject({ pong: true });
  });

  it('logs in completely when no refresh token is left, again over the same socket', async () => {
    // Tokens of a named slot carry neither expiry nor refresh token in this generation.
    const person = await world.person('stale').join({ slotId: 'named' });
    const before = person.client.data.load(person.aid).instances[`${person.client.deviceId}|named`];
    expect(before?.refresh_token).toBeUndefined();
    await world.gateway.admin('expire_tokens', { aid: person.aid, kind: 'both' });
    const mark = person.states.length;
    person.client.drop();
    await back(person, mark);
    expect(statesAfter(person, mark).filter((state) => state === 'connecting')).toHaveLength(1);
  });

  it('survives gateways killed in the middle of traffic: every message is shown exactly once', async () => {
    const alice = await world.person('alice', { callTimeoutMs: 1000 }).join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'warm');
    await bob.heard(1);
    const texts = Array.from({ length: 60 }, (_, index) => String(index));
    /** One of three lanes that send one message after the other, each until it is accepted. */
    const lane = async (start: number): Promise<void> => {
      for (let index = start; index < texts.length; index += 3) {
        const text = texts[index] ?? '';
        await until(`${text} is accepted`, () =>
          alice.tell(bob.aid, text, { message_id: `kill-${text}` }).then(
            () => true,
            () => false,
          ),
        );
      }
    };
    const traffic = Promise.all([lane(0), lane(1), lane(2)]);
    for (const count of [10, 30]) {
      await until(`${String(count)} messages`, () => bob.received.length > count);
      await world.gateway.kill();
      await world.gateway.startAgain();
    }
    await traffic;
    await until('everything is there', () => new Set(bob.texts).size === 61, 20_000);
    expect(bob.texts).toHaveLength(61);
    await until('bob is back', () => bob.client.state === 'connected');
    const { messages } = await bob.client.pull({ after_seq: 0, limit: 200 });
    expect(messages.map((row) => row['seq'])).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
    expect(bob.undecryptable).toEqual([]);
  });

  it('keeps accounts, cursors and mail over a kill, with everybody away', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'one');
    await bob.heard(1);
    await until('the ack is stored', async () => {
      return (await bob.client.pull({ after_seq: 0 })).reply['server_ack_seq'] === 1;
    });
    await bob.restart();
    await alice.tell(bob.aid, 'two');
    await alice.restart();
    await world.gateway.kill();
    await world.gateway.startAgain();
    await bob.online();
    expect(await bob.heard(2)).toEqual(['one', 'two']);
    expect(bob.received[1]).toMatchObject({ seq: 2 });
    await alice.online();
    await alice.tell(bob.aid, 'three');
    expect(await bob.heard(3)).toEqual(['one', 'two', 'three']);
  });

  it('keeps waiting while the gateway says it is not well', async () => {
    const person = await world.person('patient').join();
    await world.gateway.admin('health', { up: false });
    const mark = person.states.length;
    person.client.drop();
    await until('several attempts', () => {
      return statesAfter(person, mark).filter((state) => state === 'reconnecting').length >= 3;
    });
    expect(statesAfter(person, mark)).not.toContain('connecting');
    await world.gateway.admin('health', { up: true });
    await back(person, mark);
  });

  it.each([
    [1001, 'comes back'],
    [4001, 'gives up'],
    [4003, 'gives up'],
    [4010, 'gives up'],
  ])('after close %d %s', async (code, what) => {
    const person = await world.person('closed').join();
    const mark = person.states.length;
    await world.gateway.admin('close', { aid: person.aid, code });
    if (what === 'comes back') {
      await back(person, mark);
    } else {
      await until('it gives up', () => person.client.state === 'terminal_failed');
      expect(person.states.at(-1)).toMatchObject({ reason: `close code ${String(code)}` });
    }
  });

  it('takes over the heartbeat interval the gateway names', async () => {
    await world.gateway.admin('heartbeat', { seconds: 12 });
    const person = await world.person('beating').join();
    await until('hello or pong named it', () => person.client.heartbeatSeconds === 12);
    await world.gateway.admin('heartbeat', { seconds: null });
  });

  it('gets an error for an unknown token without losing socket or nonce', async () => {
    const person = world.person('token');
    await person.client.createAid(person.aid);
    const good = await person.client.authenticate();
    await expect(
      person.client.connect({ access_token: 'nonsense', gateway: good.gateway }),
    ).rejects.toMatchObject({ code: 4001 });
    expect(person.client.state).toBe('idle');
    await person.client.connect(good);
    expect(person.client.state).toBe('connected');
  });
});
