import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../harness/engine-process';
import { Meddler } from '../harness/meddler';
import { dictsOf, isDict, numberOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, textIn } from './parley';
import { World } from './world';

const HOUR = 3600 * 1000;

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

/** What a command fails with. */
async function failure(call: Promise<unknown>): Promise<EngineError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('the command succeeded');
}

/** Every byte below a folder, as one text in Latin-1. */
function bytesBelow(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Buffer.concat(files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name))));
}

describe('a session the gateway closes', () => {
  it.each([
    [4001, 'sign_in_rejected'],
    [4003, 'identity_not_accepted'],
    [4009, 'signed_in_elsewhere'],
  ])('with %i says %s, keeps what is typed and sends it once the user connects', async (code, reason) => {
    const parley = await Parley.join(world, 'parley', false);
    const friend = await world.person('friend').join();
    await world.gateway.admin('close', { aid: parley.aid, code, reason: 'test', event: true });
    await parley.sessionIs('blocked', reason);
    await parley.tell(friend.aid, 'typed meanwhile');
    await friend.tell(parley.aid, 'sent meanwhile');
    expect((await parley.timeline(friend.aid)).map((row) => row['state'])).toEqual(['queued']);
    await parley.call('account.connect');
    await parley.online();
    expect(await friend.heard(1)).toEqual(['typed meanwhile']);
    expect(await parley.heard(friend.aid, 1)).toEqual(['sent meanwhile']);
  });

  it('with 4010 comes back by itself', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const friend = await world.person('friend').join();
    await world.gateway.admin('close', { aid: parley.aid, code: 4010, reason: 'nonce', event: false });
    await parley.tell(friend.aid, 'typed meanwhile');
    expect(await friend.heard(1)).toEqual(['typed meanwhile']);
    await parley.online();
  });
});

describe('a gateway whose clock is hours away', () => {
  it('is said to be, and messages keep their order and arrive', async () => {
    const own = await World.begin();
    try {
      const parley = await Parley.join(own, 'parley', false);
      const peer = await Parley.join(own, 'peer', false);
      await parley.tell(peer.aid, '1');
      await peer.heard(parley.aid, 1);
      await own.gateway.admin('advance_clock', { ms: 5 * HOUR });
      for (const each of [parley, peer]) {
        await each.cutOff(own, () => own.gateway.admin('drop', { aid: each.aid }));
        const { clockSkewMs } = await each.session();
        expect(Math.round(numberOf(clockSkewMs) / HOUR)).toBe(5);
        await each.engine.waitFor('clock notice', ({ event, data }) => {
          return event === 'app.notice' && data['code'] === 'clock_skew';
        });
      }
      await peer.tell(parley.aid, '2');
      await parley.heard(peer.aid, 1);
      await parley.tell(peer.aid, '3');
      await peer.heard(parley.aid, 2);
      for (const [each, other] of [
        [parley, peer],
        [peer, parley],
      ] as const) {
        const rows = await each.timeline(other.aid);
        expect(rows.map(textIn)).toEqual(['1', '2', '3']);
        expect(rows.map((row) => row['timeDoubtful'])).toEqual([false, false, false]);
      }
    } finally {
      await own.end();
    }
  });
});

describe('a message that cannot go', () => {
  it('because it is too large is refused at once and leaves no bubble', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const friend = await world.person('friend').join();
    for (const text of ['x'.repeat(999_999), '大'.repeat(400_000)]) {
      expect((await failure(parley.tell(friend.aid, text))).code).toBe('message_too_large');
    }
    expect(await parley.timeline(friend.aid)).toEqual([]);
    await parley.tell(friend.aid, 'shorter');
    expect(await friend.heard(1)).toEqual(['shorter']);
  });

  it('waits for the keys of its recipient and never leaves in the clear', async () => {
    const own = await World.begin();
    const meddler = await Meddler.before(own.gateway);
    own.onEnd(() => meddler.stop());
    try {
      const parley = await Parley.join(own, 'parley', false, { gatewayUrl: meddler.url });
      const late = own.person('later');
      await late.client.createAid(late.aid);
      const secret = 'Wachtel-未加密-4417';
      const bubble = await parley.tell(late.aid, secret);
      const waits = async (): Promise<void> => {
        await until('it waits for keys', async () => {
          const [row] = await parley.timeline(late.aid);
          return row?.['state'] === 'queued' && row['stateReason'] === 'recipient_without_keys';
        });
      };
      await waits();
      // Whatever the gateway answers about keys or sends, nothing but waiting follows.
      for (const result of [
        { found: true },
        { found: true, device_prekeys: [] },
        { found: false, prekey: {} },
      ]) {
        let asked = false;
        meddler.meddle = (frame, method) => {
          if (method !== 'message.e2ee.get_prekey') return frame;
          asked = true;
          return { jsonrpc: '2.0', id: frame['id'], result };
        };
        await parley.call('message.retry', { id: bubble['id'] });
        await until('keys were asked for', () => asked);
        await waits();
      }
      meddler.meddle = null;
      expect(meddler.requestsOf('message.send')).toEqual([]);
      expect(JSON.stringify(meddler.requests)).not.toContain('Wachtel');
      await late.online();
      await parley.call('message.retry', { id: bubble['id'] });
      expect(await late.heard(1)).toEqual([secret]);
      expect(late.received[0]?.['encrypted']).toBe(true);
      const sends: Dict[] = meddler.requestsOf('message.send');
      for (const { params } of sends) expect(isDict(params) && params['encrypted']).toBe(true);
      await own.gateway.stop();
      expect(bytesBelow(own.folder('gateway')).includes('Wachtel')).toBe(false);
    } finally {
      await own.end();
    }
  });
});

describe('a gateway with the certificate of another root', () => {
  it('gets no identity, no token and no message, over TLS or without', async () => {
    const other = await World.begin();
    try {
      const { rootPem } = other.gateway;
      for (const secure of [true, false]) {
        const parley = await Parley.begin(world, 'parley');
        const gatewayUrl = world.gateway.addresses[secure ? 'wss' : 'url'];
        const { code } = await failure(parley.register(world, { gatewayUrl, rootPem }));
        expect(secure ? ['tls_failed', 'gateway_not_trusted'] : ['certificate_invalid']).toContain(code);
        const { accounts } = await parley.engine.call('account.list');
        expect(dictsOf(accounts)).toEqual([]);
      }
    } finally {
      await other.end();
    }
  });
});
