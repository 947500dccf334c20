import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, textIn } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

/** Every file below a folder. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

describe('what Parley puts on the wire', () => {
  it('is an envelope the older generation would have made itself', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    const bubble = await parley.tell(alice.aid, '结构');
    await alice.heard(1);
    const { reply } = await alice.client.pull({ after_seq: 0 });
    const [row] = dictsOf(reply['messages']);
    const envelope = row?.['payload'];
    if (!row || !isDict(envelope) || !isDict(envelope['aad'])) throw new Error('no envelope');
    expect(row).toMatchObject({
      type: 'e2ee.encrypted',
      direction: 'inbound',
      message_id: bubble['messageId'],
      from: parley.aid,
      to: alice.aid,
    });
    expect(envelope).toMatchObject({
      type: 'e2ee.encrypted',
      version: '1',
      encryption_mode: 'prekey_ecdh_v2',
      suite: 'P256_HKDF_SHA256_AES_256_GCM',
      protected_headers: { payload_type: 'text', _auth: { alg: 'HMAC-SHA256' } },
    });
    expect(Object.keys(envelope['aad']).sort()).toEqual([
      'encryption_mode',
      'ephemeral_public_key',
      'from',
      'message_id',
      'prekey_id',
      'recipient_cert_fingerprint',
      'sender_cert_fingerprint',
      'suite',
      'timestamp',
      'to',
    ]);
    const keys = await alice.client.call('message.e2ee.get_prekey', { aid: parley.aid });
    const [prekey] = isDict(keys) ? dictsOf(keys['device_prekeys']) : [];
    expect(textOf(prekey?.['device_id'])).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
    expect(prekey?.['created_at']).toBeTypeOf('number');
  });

  it('never shows the text to the gateway or to a readable file', async () => {
    const own = await World.begin(['--log', path.join(world.folder('gateway-log.txt'))]);
    try {
      const parley = await Parley.join(own, 'parley', false);
      const alice = await own.person('alice').join();
      const secret = 'Nachtigall-机密-7731';
      await alice.tell(parley.aid, `${secret} a`);
      await parley.heard(alice.aid, 1);
      const bubble = await parley.tell(alice.aid, `${secret} b`);
      await parley.state(alice.aid, bubble['messageId'], 'delivered');
      await parley.stop();
      await own.gateway.stop();
      for (const file of [...filesOf(own.folder('gateway')), ...filesOf(parley.folder)]) {
        const content = statSync(file).size > 0 ? readFileSync(file) : Buffer.alloc(0);
        expect(content.includes(Buffer.from(secret)), file).toBe(false);
        expect(content.includes(Buffer.from(JSON.stringify(secret).slice(1, 20))), file).toBe(false);
      }
      expect(parley.engine.errorOutput).not.toContain('Nachtigall');
      expect(own.gateway.errorOutput).not.toContain('Nachtigall');
    } finally {
      await own.end();
    }
  });
});

describe('Parley as a receiver', () => {
  it('opens what was sealed to a prekey it has replaced since', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    await alice.tell(parley.aid, 'first');
    await parley.heard(alice.aid, 1);
    for (let turn = 0; turn < 2; turn += 1) {
      await parley.stop();
      await parley.startAgain();
    }
    await alice.tell(parley.aid, 'with the cached prekey');
    expect(await parley.heard(alice.aid, 2)).toEqual(['first', 'with the cached prekey']);
  });

  it('takes a message whose signed time is half a day off, and says so', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const odd = await world.person('oddclock').join();
    await odd.tell(parley.aid, 'half a day late', { timestamp: Date.now() - 12 * 3600 * 1000 });
    expect(await parley.heard(odd.aid, 1)).toEqual(['half a day late']);
    const [row] = await parley.timeline(odd.aid);
    expect(row?.['timeDoubtful']).toBe(true);
  });

  it('marks plaintext as unprotected and lets it do nothing but be shown', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    const mallory = await world.person('mallory').join();
    const sent = await alice.tell(parley.aid, 'genuine');
    await parley.heard(alice.aid, 1);
    await mallory.client.send({
      to: parley.aid,
      encrypt: false,
      payload: { type: 'message.recalled', message_ids: [sent['message_id']] },
    });
    await mallory.client.send({
      to: parley.aid,
      encrypt: false,
      payload: { type: 'e2ee.group_key_distribution', group_id: 'group.aun.test/g-x', epoch: 1 },
    });
    await mallory.client.send({ to: parley.aid, encrypt: false, payload: { type: 'text', text: '明文' } });
    await until('the plaintext is shown', async () => {
      const rows = await parley.timeline(mallory.aid).catch(() => []);
      return rows.some((row) => textIn(row) === '明文' && row['protection'] === 'none');
    });
    expect(await parley.texts(alice.aid)).toEqual(['genuine']);
  });

  it('keeps the first of two messages that claim one id, and both senders’ messages with the same id', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    await alice.tell(parley.aid, 'of alice', { message_id: 'same-id' });
    await bob.tell(parley.aid, 'of bob', { message_id: 'same-id' });
    expect(await parley.heard(alice.aid, 1)).toEqual(['of alice']);
    expect(await parley.heard(bob.aid, 1)).toEqual(['of bob']);
  });

  it('shows unknown payload types by their fallback', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    const payload = { type: 'custom', kind: 'weather', data: { t: 21 }, fallback_text: '晴，21 度' };
    await alice.client.send({ to: parley.aid, payload });
    await until('it is stored', async () => {
      const [row] = await parley.timeline(alice.aid).catch((): Dict[] => []);
      return row && isDict(row['content']) && row['content']['text'] === '晴，21 度';
    });
  });

  it('begins again without loss or repeat when the gateway has lost its counters', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    for (const text of ['1', '2', '3']) await alice.tell(parley.aid, text);
    await parley.heard(alice.aid, 3);
    // Only a cursor the gateway once confirmed can be seen to have gone back.
    await alice.event('message.ack', (ack) => ack['ack_seq'] === 3);
    await parley.stop();
    await world.gateway.admin('wipe_counters', { aid: parley.aid });
    await alice.tell(parley.aid, '4');
    await alice.tell(parley.aid, '5');
    await parley.startAgain();
    expect(await parley.heard(alice.aid, 5)).toEqual(['1', '2', '3', '4', '5']);
    await alice.tell(parley.aid, '6');
    expect(await parley.heard(alice.aid, 6)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('goes on past rows that were purged while it was away', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    await alice.tell(parley.aid, 'seen');
    await parley.heard(alice.aid, 1);
    await parley.stop();
    for (const text of ['gone 1', 'gone 2', 'kept']) await alice.tell(parley.aid, text);
    await world.gateway.admin('purge', { aid: parley.aid, up_to_seq: 3 });
    await parley.startAgain();
    expect(await parley.heard(alice.aid, 2)).toEqual(['seen', 'kept']);
    await alice.tell(parley.aid, 'next');
    expect(await parley.heard(alice.aid, 3)).toEqual(['seen', 'kept', 'next']);
  });
});

describe('Parley’s session and outbox', () => {
  it('comes back with a stale token, and what was typed meanwhile goes out once', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    await world.gateway.admin('expire_tokens', { aid: parley.aid });
    await world.gateway.admin('drop', { aid: parley.aid });
    await parley.tell(alice.aid, 'typed while offline');
    expect(await alice.heard(1)).toEqual(['typed while offline']);
    await parley.online();
  });

  it('repeats a send whose reply was lost under the same id', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    await parley.tell(alice.aid, 'warm');
    await alice.heard(1);
    await world.gateway.admin('lose_replies', { method: 'message.send' });
    const bubble = await parley.tell(alice.aid, 'once');
    const end = await parley.tell(alice.aid, 'end');
    expect(await alice.heard(3)).toEqual(['warm', 'once', 'end']);
    expect(alice.received[1]?.['message_id']).toBe(bubble['messageId']);
    // The ack of the first may have come while the line was down; the cumulative one of the second covers both.
    await parley.state(alice.aid, end['messageId'], 'delivered');
    await parley.state(alice.aid, bubble['messageId'], 'delivered');
  });

  it('waits out temporary refusals and keeps the order of the conversation', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    await parley.tell(alice.aid, 'warm');
    await alice.heard(1);
    await world.gateway.admin('fail_next', { method: 'message.send', code: 5003, message: 'busy', times: 1 });
    await world.gateway.admin('fail_next', {
      method: 'message.send',
      code: -32029,
      message: 'rate limit exceeded',
      data: { retry_after: 1 },
    });
    for (const text of ['one', 'two', 'three']) await parley.tell(alice.aid, text);
    expect(await alice.heard(4)).toEqual(['warm', 'one', 'two', 'three']);
  });

  it('is told that it was displaced, stays away, and comes back when asked', async () => {
    const parley = await Parley.join(world, 'parley', false);
    await world.gateway.admin('close', {
      aid: parley.aid,
      code: 4009,
      reason: 'Connection replaced',
      event: true,
    });
    const session = async (): Promise<Dict> => {
      const { accounts } = await parley.engine.call('account.list');
      const account = dictsOf(accounts).find((entry) => entry['account'] === parley.aid);
      return isDict(account?.['session']) ? account['session'] : {};
    };
    await until('it is blocked', async () => {
      const { state, blocked } = await session();
      return state === 'blocked' && blocked === 'signed_in_elsewhere';
    });
    await parley.call('account.connect');
    await parley.online();
  });

  it('does not send to an identity that was revoked', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const alice = await world.person('alice').join();
    await alice.leave();
    await world.gateway.admin('revoke', { aid: alice.aid });
    const bubble = await parley.tell(alice.aid, 'to a revoked key');
    const row = await until('it is held back', async () => {
      const found = (await parley.timeline(alice.aid)).find((entry) => entry['id'] === bubble['id']);
      return found && found['stateReason'] !== null ? found : null;
    });
    expect(['queued', 'failed']).toContain(row['state']);
  });

  it('answers an address that does not exist with a reason', async () => {
    const parley = await Parley.join(world, 'parley', false);
    expect(await parley.call('peer.lookup', { aid: 'nobody-here.aun.test' })).toMatchObject({
      exists: false,
      hasKeys: false,
    });
    const alice = await world.person('alice').join();
    expect(await parley.call('peer.lookup', { aid: alice.aid })).toMatchObject({
      exists: true,
      hasKeys: true,
    });
  });
});
