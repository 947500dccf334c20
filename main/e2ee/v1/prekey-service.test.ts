import { describe, expect, it } from 'vitest';
import { AunError } from '../../runtime/errors';
import { deliver } from '../testing/delivery';
import { MemoryStore, TestWorld } from '../testing/world';
import { normalizePrekeys, verifyPrekey } from './prekey';
import { PREKEY_TIMES } from './prekey-service';

const ALICE = 'alice.aid.test';
const BOBBY = 'bobby.aid.test';
const PUT = 'message.e2ee.put_prekey';
const DAY = 24 * 3_600_000;

async function bobbyOnline() {
  const world = new TestWorld();
  const identity = await world.person(BOBBY);
  const store = new MemoryStore();
  const device = await world.device(identity, 'bobby-laptop', { store });
  const uploads = () => world.gateway.calls.filter((call) => call.method === PUT).map((call) => call.params);
  return { ...device, world, store, uploads };
}

describe('prekeys of a device', () => {
  it('are uploaded after a connect, signed, with device and certificate named', async () => {
    const { identity, uploads } = await bobbyOnline();
    const certificate = identity.certificate();
    if (certificate === null) throw new Error('no certificate');
    expect(uploads()).toHaveLength(1);
    expect(uploads()[0]).toMatchObject({
      device_id: 'bobby-laptop',
      cert_fingerprint: certificate.fingerprint,
    });
    const [prekey] = normalizePrekeys(uploads());
    if (prekey === undefined) throw new Error('dropped');
    expect(verifyPrekey(prekey, certificate)).toMatchObject({ ok: true });
  });

  it('are on disk before the gateway hears of them', async () => {
    const { world, engine, store } = await bobbyOnline();
    const stored: boolean[] = [];
    world.gateway.beforeCall = (method, params) => {
      if (method === PUT) stored.push(store.prekeyRows.has(String(params['prekey_id'])));
    };
    engine.onOnline();
    await engine.settled();
    expect(stored).toEqual([true]);
  });

  it('are not uploaded when the disk refuses them', async () => {
    const { world, engine, store, uploads } = await bobbyOnline();
    store.savePrekey = () => Promise.reject(new AunError('disk_full', 'full'));
    world.time.advance(1);
    engine.onOnline();
    await engine.settled();
    expect(uploads()).toHaveLength(1);
  });

  it('are renewed every hour while online and not offline', async () => {
    const { world, engine, uploads } = await bobbyOnline();
    world.time.advance(PREKEY_TIMES.rotation);
    await engine.settled();
    expect(uploads()).toHaveLength(2);
    engine.onOffline();
    world.time.advance(10 * PREKEY_TIMES.rotation);
    await engine.settled();
    expect(uploads()).toHaveLength(2);
    expect(world.time.pending).toBe(0);
    engine.onOnline();
    await engine.settled();
    expect(uploads()).toHaveLength(3);
  });

  it('are uploaded again, the same one, when the gateway could not take it', async () => {
    const { world, engine, uploads } = await bobbyOnline();
    world.gateway.rpcFailure = new AunError('request_timeout', 'slow', { retryable: true });
    engine.onOnline();
    await engine.settled();
    world.time.advance(1_000);
    await engine.settled();
    world.gateway.rpcFailure = null;
    world.time.advance(2_000);
    await engine.settled();
    world.time.advance(600_000);
    await engine.settled();
    const ids = uploads().map((params) => params['prekey_id']);
    expect(ids).toHaveLength(4);
    expect(new Set(ids.slice(1)).size).toBe(1);
  });

  it('are replaced once after the active one was used, however many messages used it', async () => {
    const { world, engine, uploads } = await bobbyOnline();
    const desk = await world.device(await world.person(ALICE), 'alice-desk');
    const rows: { row: Record<string, unknown> }[] = [];
    for (const messageId of ['m-1', 'm-2', 'm-3']) {
      const payload = { type: 'text', text: messageId };
      const sealed = await desk.engine.seal({ to: BOBBY, messageId, timestamp: 1, payload });
      const row = deliver(sealed, ALICE, BOBBY).get('bobby-laptop');
      if (row !== undefined) rows.push({ row });
    }
    const mine = () => uploads().filter((params) => params['device_id'] === 'bobby-laptop');
    expect((await engine.open(rows.slice(0, 2))).every((result) => result.ok)).toBe(true);
    await engine.settled();
    expect(mine()).toHaveLength(2);
    expect((await engine.open(rows.slice(2))).every((result) => result.ok)).toBe(true);
    await engine.settled();
    expect(mine()).toHaveLength(2);
  });

  it('are replaced once although the next message comes before the replacement is on disk', async () => {
    const { world, engine, store, uploads } = await bobbyOnline();
    const desk = await world.device(await world.person(ALICE), 'alice-desk');
    const sealed = await desk.engine.seal({ to: BOBBY, messageId: 'm-1', timestamp: 1, payload: { a: 1 } });
    const row = deliver(sealed, ALICE, BOBBY).get('bobby-laptop') ?? {};
    const save = store.savePrekey.bind(store);
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    store.savePrekey = (prekey) => gate.then(() => save(prekey));
    await engine.open([{ row }]);
    await engine.open([{ row }]);
    letGo();
    await engine.settled();
    expect(uploads().filter((params) => params['device_id'] === 'bobby-laptop')).toHaveLength(2);
  });

  it('still open messages that were sealed for a prekey replaced long ago', async () => {
    const { world, engine } = await bobbyOnline();
    const desk = await world.device(await world.person(ALICE), 'alice-desk');
    const payload = { type: 'text', text: 'late' };
    const sealed = await desk.engine.seal({ to: BOBBY, messageId: 'm-1', timestamp: 1, payload });
    for (let round = 0; round < 50; round += 1) {
      world.time.advance(3 * 3_600_000);
      engine.onOnline();
      await engine.settled();
    }
    const row = deliver(sealed, ALICE, BOBBY).get('bobby-laptop') ?? {};
    expect(await engine.open([{ row }])).toMatchObject([{ ok: true, payload }]);
  });

  it('are kept for seven days and never fewer than seven', async () => {
    const { world, engine, store } = await bobbyOnline();
    const renew = async (): Promise<void> => {
      engine.onOnline();
      await engine.settled();
    };
    for (let round = 0; round < 9; round += 1) await renew();
    expect(store.prekeyRows.size).toBe(10);
    engine.onOffline();
    world.time.advance(7 * DAY);
    await renew();
    expect(store.prekeyRows.size).toBe(11);
    engine.onOffline();
    world.time.advance(1);
    await renew();
    expect(store.prekeyRows.size).toBe(7);
    const newest = Math.max(...[...store.prekeyRows.values()].map((row) => row.createdAt));
    expect(newest).toBe(world.time.time);
  });
});
