import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger';
import { createStoreHost } from './host';
import { bundleForTest } from './store-test-bundle';
import { cleanUp, inbound, outgoing, PEER, temporaryFolder } from './store-test-support';

let workerPath = '';

beforeAll(async () => {
  workerPath = await bundleForTest('worker');
});

function startHost() {
  const host = createStoreHost({ workerPath, logger: silentLogger });
  cleanUp(() => host.close());
  return host;
}

describe('the store in its worker thread', () => {
  it('serves several databases and keeps them apart', async () => {
    const host = startHost();
    const folder = temporaryFolder();
    const key = randomBytes(32);
    const first = await host.open(path.join(folder, 'a', 'parley.db'), key);
    const second = await host.open(path.join(folder, 'b', 'parley.db'), key);
    const change = await first.commitInbound([inbound('only here')], { contiguous: 1, acknowledged: 0 });
    expect(change.messages).toMatchObject([{ content: { text: 'only here' }, own: false }]);
    expect(await first.page(PEER, { limit: 5 })).toEqual({
      messages: change.messages,
      hasOlder: false,
      hasNewer: false,
    });
    expect(await second.page(PEER, { limit: 5 })).toMatchObject({ messages: [] });
    expect(await first.search({ text: 'only', limit: 5 })).toMatchObject([
      { excerpt: 'only here', ranges: [[0, 4]] },
    ]);
    await first.savePrekey({
      prekeyId: 'p',
      deviceId: 'd',
      privateKeyPkcs8: Uint8Array.of(1, 2, 3),
      createdAt: 5,
    });
    expect([...((await first.prekeys())[0]?.privateKeyPkcs8 ?? [])]).toEqual([1, 2, 3]);
    await first.close();
    await first.close();
    await expect(first.cursor()).rejects.toMatchObject({ code: 'internal' });
    expect(await second.cursor()).toEqual({ contiguous: 0, acknowledged: 0 });
  });

  it('lets errors cross with their code, and leaves the key with its owner', async () => {
    const host = startHost();
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    const copy = Buffer.from(key);
    const store = await host.open(file, key);
    expect(key.equals(copy)).toBe(true);
    await expect(host.open(file, key)).rejects.toMatchObject({ name: 'AunError', code: 'already_exists' });
    await expect(store.setDraft('nobody.x.y', '', null)).rejects.toMatchObject({
      name: 'AunError',
      code: 'unknown_conversation',
      retryable: false,
    });
    await store.close();
    await expect(host.open(file, randomBytes(32))).rejects.toMatchObject({
      name: 'AunError',
      code: 'database_damaged',
    });
    await (await host.open(file, key)).close();
  });

  it('answers a read before the writes that wait in front of it', async () => {
    const host = startHost();
    const store = await host.open(path.join(temporaryFolder(), 'parley.db'), randomBytes(32));
    await store.commitInbound([inbound('there already')], null);
    const finished: string[] = [];
    const writes = Array.from({ length: 30 }, async (_, round) => {
      await store.commitInbound(
        Array.from({ length: 100 }, () => inbound('catching up')),
        { contiguous: round, acknowledged: 0 },
      );
      finished.push('write');
    });
    const page = await store.page(PEER, { limit: 5 });
    finished.push('read');
    await Promise.all(writes);
    expect(page.messages.length).toBeGreaterThan(0);
    expect(finished.lastIndexOf('write')).toBe(30);
    expect(finished.indexOf('read')).toBeLessThan(30);
    expect(await store.cursor()).toEqual({ contiguous: 29, acknowledged: 0 });
  });

  it('finishes what was asked before it closes, and says so afterwards', async () => {
    const host = startHost();
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    const store = await host.open(file, key);
    const writes = [1, 2, 3].map((index) => store.enqueue(outgoing(`m ${index}`)));
    await host.close();
    await expect(Promise.all(writes)).resolves.toHaveLength(3);
    await expect(store.totals(0)).rejects.toMatchObject({ code: 'internal' });
    const again = await startHost().open(file, key);
    expect(await again.totals(0)).toMatchObject({ queued: 3 });
  });

  it('refuses everything when the worker cannot start', async () => {
    const host = createStoreHost({
      workerPath: path.join(temporaryFolder(), 'missing.cjs'),
      logger: silentLogger,
    });
    await expect(host.open('x', randomBytes(32))).rejects.toMatchObject({ code: 'internal' });
    await host.close();
  });
});
