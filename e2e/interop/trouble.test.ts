import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../harness/person';
import { dictsOf, textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

const until4015 = (person: Person): Promise<unknown> =>
  until(`${person.aid} is evicted`, () => person.client.state === 'terminal_failed');

describe('trouble with a 0.2.20 client', () => {
  it('a reply that was lost with its socket becomes a duplicate, not a second message', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'warm');
    await world.gateway.admin('lose_replies', { method: 'message.send' });
    await expect(alice.tell(bob.aid, 'once', { message_id: 'lost-reply' })).rejects.toThrow(
      'transport closed',
    );
    await until('alice is back', () => alice.client.state === 'connected');
    const again = await alice.tell(bob.aid, 'once', { message_id: 'lost-reply' });
    expect(again).toMatchObject({ status: 'duplicate', message_id: 'lost-reply', seq: 2 });
    await alice.tell(bob.aid, 'end');
    expect(await bob.heard(3)).toEqual(['warm', 'once', 'end']);
  });

  it('an empty page with a higher server cursor moves the client on, so that purged rows leave no hole', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await bob.restart();
    for (const text of ['1', '2', '3', '4', '5', '6', '7']) await alice.tell(bob.aid, text);
    await world.gateway.admin('purge', { aid: bob.aid, up_to_seq: 7 });
    await bob.online();
    await until('bob follows the cursor', () => bob.client.contiguousSeq === 7);
    expect(bob.received).toEqual([]);
    await alice.tell(bob.aid, '8');
    expect(await bob.heard(1)).toEqual(['8']);
    const { reply } = await bob.client.pull({ after_seq: 0 });
    expect(reply).toMatchObject({ retention_floor_seq: 7, earliest_available_seq: 8, server_ack_seq: 8 });
  });

  it('revocation services that are down do not keep anybody out', async () => {
    await world.gateway.admin('revocation', { up: false });
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.tell(bob.aid, 'soft failure');
    expect(await bob.heard(1)).toEqual(['soft failure']);
    expect(
      alice.events.some((event) => event.name === 'warning' && event.data['text'] === 'crl unavailable'),
    ).toBe(true);
    await world.gateway.admin('revocation', { up: true });
  });

  it('more slots than allowed evict the oldest one with its reason', async () => {
    await world.gateway.admin('quotas', { slots: 2 });
    const first = await world.person('slots').join({ slotId: 'one' });
    await world.sameDevice(first).online({ slotId: 'two' });
    const third = await world.sameDevice(first).online({ slotId: 'three' });
    await until4015(first);
    expect(await first.event('gateway.disconnect')).toMatchObject({
      code: 4015,
      detail: {
        aid: first.aid,
        slot_id: 'one',
        quota_kind: 'aid_device_slot_quota_exceeded',
        evicted_by: { aid: first.aid, device_id: third.client.deviceId, slot_id: 'three' },
      },
    });
    await world.gateway.admin('quotas', { slots: 10 });
  });

  it('more devices than allowed evict the oldest one', async () => {
    await world.gateway.admin('quotas', { devices: 2 });
    const first = await world.person('devices').join();
    await world.device(first, 'second').online();
    await world.device(first, 'third').online();
    await until4015(first);
    expect(await first.event('gateway.disconnect')).toMatchObject({
      code: 4015,
      detail: { quota_kind: 'aid_devices_quota_exceeded' },
    });
    await world.gateway.admin('quotas', { devices: 10 });
  });

  it('the eleventh short connection is refused and the others stay', async () => {
    const first = await world.person('shorts').join({ connectionKind: 'short' });
    const others: Person[] = [];
    for (let index = 0; index < 9; index += 1) {
      others.push(await world.sameDevice(first).online({ connectionKind: 'short' }));
    }
    await expect(world.sameDevice(first).online({ connectionKind: 'short' })).rejects.toMatchObject({
      code: 4013,
    });
    for (const person of [first, ...others]) {
      expect(await person.client.call('meta.ping', {})).toMatchObject({ pong: true });
    }
  });

  it('an idle short connection is closed with 4014', async () => {
    const person = await world.person('idle').join({ connectionKind: 'short', shortTtlMs: 200 });
    await until('it is closed', () => person.client.state === 'terminal_failed');
    expect(person.states.at(-1)?.['code']).toBe(4014);
  });

  it('temporary failures of a login are repeated by a reconnect, permanent ones are not', async () => {
    const person = await world.person('login').join({ slotId: 'named' });
    await world.gateway.admin('expire_tokens', { aid: person.aid });
    await world.gateway.admin('fail_next', {
      method: 'auth.aid_login1',
      code: -32001,
      message: 'aid_login1_failed: busy',
      times: 2,
    });
    const mark = person.states.length;
    person.client.drop();
    await until('it is back', () =>
      person.states.slice(mark).some((state) => textOf(state['state']) === 'connected'),
    );
    expect(person.states.slice(mark).filter((state) => state['state'] === 'reconnecting')).toHaveLength(3);
  });

  it('refuses a session without the login having happened', async () => {
    const person = await world.person('early').join();
    const first = await person.client
      .rawCall('auth.connect', { nonce: 'again' })
      .catch((error: unknown) => error);
    expect(first).toMatchObject({ code: 4000 });
    expect(await person.client.call('meta.ping', {})).toMatchObject({ pong: true });
  });

  it('a prekey with a wrong signature is refused and the old one stays', async () => {
    const person = await world.person('prekey').join();
    const before = await person.client.call('message.e2ee.get_prekey', { aid: person.aid });
    await expect(
      person.client.rawCall('message.e2ee.put_prekey', {
        prekey_id: 'forged',
        public_key: person.client.data.load(person.aid).publicKeySpki,
        signature: 'AAAA',
        created_at: Date.now(),
        device_id: person.client.deviceId,
      }),
    ).rejects.toMatchObject({ code: -32602 });
    expect(await person.client.call('message.e2ee.get_prekey', { aid: person.aid })).toEqual(before);
  });

  it('every reply of a page keeps envelopes exactly as they were sent', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const aad = { from: alice.aid, to: bob.aid, message_id: 'as-sent', unknown: [1.5, null, 'é'] };
    const payload = { type: 'e2ee.encrypted', version: '1', zz: 1, aad, aa: { b: 2, a: '\u2028<>&' } };
    await alice.client.rawCall('message.send', {
      to: bob.aid,
      type: 'e2ee.encrypted',
      encrypted: true,
      message_id: 'as-sent',
      payload,
    });
    await bob.event('message.undecryptable');
    const { reply } = await bob.client.pull({ after_seq: 0 });
    expect(dictsOf(reply['messages'])[0]?.['payload']).toEqual(payload);
  });
});

describe('the gateway’s clock', () => {
  let moved: World;
  beforeAll(async () => {
    moved = await World.begin();
  });
  afterAll(() => moved.end());

  it('ends the time for a recall after two minutes', async () => {
    const alice = await moved.person('alice').join();
    const bob = await moved.person('bobby').join();
    const sent = await alice.tell(bob.aid, 'stays');
    await bob.heard(1);
    await moved.gateway.admin('advance_clock', { ms: 121_000 });
    const id = textOf(sent['message_id']);
    expect(await alice.client.recall([id])).toMatchObject({
      success: true,
      recalled: 0,
      errors: [{ message_id: id, error: 'expired' }],
    });
    expect((await bob.client.pull({ after_seq: 0 })).messages[0]?.['payload']).toMatchObject({
      text: 'stays',
    });
  });

  it('makes pushes unreadable for this generation once it is off by more than 300 s, but not pulls', async () => {
    const alice = await moved.person('alice').join();
    const bob = await moved.person('bobby').join();
    await moved.gateway.admin('advance_clock', { ms: 400_000 });
    await alice.tell(bob.aid, 'from the future');
    await bob.event('message.undecryptable');
    expect(bob.received).toEqual([]);
    const { messages } = await bob.client.pull({ after_seq: 0 });
    expect(messages[0]?.['payload']).toMatchObject({ text: 'from the future' });
  });

  it('expires access tokens after an hour without ending the open session', async () => {
    const person = await moved.person('hour').join({ slotId: 'named' });
    await moved.gateway.admin('advance_clock', { ms: 3_700_000 });
    expect(await person.client.call('meta.ping', {})).toMatchObject({ pong: true });
    const stale = person.client.data.load(person.aid).instances[`${person.client.deviceId}|named`];
    const other = moved.sameDevice(person);
    await other.client.authenticate(person.aid);
    await expect(
      other.client.connect({ access_token: stale?.access_token ?? '', gateway: moved.gateway.addresses.url }),
    ).rejects.toMatchObject({ code: 4001 });
  });
});

describe('retention', () => {
  it('ends after thirty days and raises the floor, so that nobody waits for what is gone', async () => {
    const old = await World.begin();
    try {
      const alice = await old.person('alice').join();
      const bob = await old.person('bobby').join();
      await bob.restart();
      for (const text of ['1', '2', '3']) await alice.tell(bob.aid, text);
      await old.gateway.admin('advance_clock', { ms: 31 * 24 * 3600 * 1000 });
      // By Bob's own clock his tokens are still good; the gateway knows better.
      bob.client.data.update(bob.aid, (record) => {
        record.instances = {};
      });
      await bob.online();
      await until('bob follows the floor', () => bob.client.contiguousSeq === 3);
      expect(bob.received).toEqual([]);
    } finally {
      await old.end();
    }
  });
});

describe('rate limits', () => {
  it('are off by default and answer with the wait when switched on', async () => {
    const limited = await World.begin(['--rate-limit']);
    try {
      const alice = await limited.person('alice').join();
      const { publicKeySpki } = alice.client.data.load(alice.aid);
      const results = await Promise.allSettled(
        Array.from({ length: 150 }, () =>
          alice.client.rawCall('auth.create_aid', {
            aid: alice.aid,
            public_key: publicKeySpki,
            curve: 'P-256',
          }),
        ),
      );
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(100);
      expect(refused[0]?.reason).toMatchObject({ code: -32029, retryable: true });
      const data: unknown = Reflect.get(Object(refused[0]?.reason), 'data');
      expect(data).toMatchObject({ retry_after: expect.any(Number) as number });
      expect(await alice.client.call('meta.ping', {})).toMatchObject({ pong: true });
    } finally {
      await limited.end();
    }
  });
});
