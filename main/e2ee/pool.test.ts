import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OpenResult } from '../ports/e2ee';
import { silentLogger } from '../runtime/logger';
import { createCryptoPool } from './pool';
import type { CryptoPool } from './pool';
import { deliver } from './testing/delivery';
import type { TestDevice } from './testing/world';
import { MemoryStore, TestTime, TestWorld } from './testing/world';

const ALICE = 'alice.aid.test';
const BOBBY = 'bobby.aid.test';
const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-pool-'));
const workerPath = path.join(folder, 'crypto-worker.cjs');

let world: TestWorld;
let desk: TestDevice;
let laptop: TestDevice;
let rows: { row: Record<string, unknown> }[];
const pools: CryptoPool[] = [];

function pool(options: { workerPath?: string | null; size?: number; scheduler?: TestTime } = {}): CryptoPool {
  const made = createCryptoPool({ workerPath, size: 2, logger: silentLogger, ...options });
  pools.push(made);
  return made;
}

/** The laptop again, with the same keys, opening through a pool. */
async function laptopWith(crypto: CryptoPool): Promise<TestDevice> {
  const store = new MemoryStore();
  for (const prekey of await laptop.store.prekeys()) await store.savePrekey(prekey);
  return world.device(laptop.identity, 'bobby-laptop', { pool: crypto, store, offline: true });
}

/** A worker program that does `body` with every job before the real worker would. */
function brokenWorker(name: string, body: string): string {
  const file = path.join(folder, `${name}.cjs`);
  writeFileSync(
    file,
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', (message) => { if (message.kind === 'open') { ${body} } });
     require(${JSON.stringify(workerPath)});`,
  );
  return file;
}

beforeAll(async () => {
  await build({
    entryPoints: [path.resolve(__dirname, 'worker.ts')],
    outfile: workerPath,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    logLevel: 'silent',
  });
  world = new TestWorld();
  desk = await world.device(await world.person(ALICE), 'alice-desk');
  laptop = await world.device(await world.person(BOBBY), 'bobby-laptop');
  rows = [];
  for (let index = 0; index < 150; index += 1) {
    const payload = { type: 'text', text: `消息 ${index}` };
    const sealed = await desk.engine.seal({ to: BOBBY, messageId: `m-${index}`, timestamp: index, payload });
    rows.push({ row: deliver(sealed, ALICE, BOBBY).get('bobby-laptop') ?? {} });
  }
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((made) => made.stop()));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = (results: readonly OpenResult[]): unknown[] =>
  results.map((result) => (result.ok ? result.payload['text'] : null));

describe('the crypto pool', () => {
  it('gives the results of the calling thread, in order, over several jobs and workers', async () => {
    const bad = { row: { ...rows[0]?.row, message_id: 'other' } };
    const batch = [...rows.slice(0, 70), bad, ...rows.slice(70)];
    const pooled = await (await laptopWith(pool())).engine.open(batch);
    expect(pooled).toEqual(await laptop.engine.open(batch));
    expect(texts(pooled.slice(0, 3))).toEqual(['消息 0', '消息 1', '消息 2']);
    expect(pooled.filter((result) => !result.ok)).toHaveLength(1);
  });

  it('opens what was encrypted to a former key of the account', async () => {
    const crypto = pool({ size: 1 });
    const store = new MemoryStore();
    for (const prekey of await laptop.store.prekeys()) await store.savePrekey(prekey);
    const identity = await (await laptop.identity.rekeyed()).rekeyed();
    const after = await world.device(identity, 'bobby-laptop', { pool: crypto, store, offline: true });
    const results = await after.engine.open(rows.slice(0, 8));
    expect(results.every((result) => result.ok)).toBe(true);
  });

  it('serves several accounts without mixing their keys', async () => {
    const crypto = pool({ size: 1 });
    const both = await Promise.all([
      (await laptopWith(crypto)).engine.open(rows),
      (await world.device(desk.identity, 'alice-desk', { pool: crypto, offline: true })).engine.open(rows),
      (await laptopWith(crypto)).engine.open(rows),
    ]);
    expect(both[0].every((result) => result.ok)).toBe(true);
    expect(both[1].some((result) => result.ok)).toBe(false);
    expect(both[2]).toEqual(both[0]);
  });

  it('starts a dead worker anew and loses no row', async () => {
    const marker = path.join(folder, 'died');
    const once = `const fs = require('node:fs');
      if (!fs.existsSync(${JSON.stringify(marker)})) { fs.writeFileSync(${JSON.stringify(marker)}, ''); process.exit(3); }`;
    const device = await laptopWith(pool({ workerPath: brokenWorker('dies-once', once), size: 1 }));
    const results = await device.engine.open(rows);
    expect(results.every((result) => result.ok)).toBe(true);
    expect(texts(results)).toEqual(rows.map((_, index) => `消息 ${index}`));
  });

  it('gives up rows that kill every worker, keeps them for later, and goes on', async () => {
    const poison = `if (message.envelopes.some((entry) => entry.messageId === 'm-5')) process.exit(4);`;
    const crypto = pool({ workerPath: brokenWorker('poison', poison), size: 1 });
    const device = await laptopWith(crypto);
    const results = await device.engine.open(rows.slice(0, 30));
    expect(new Set(results.map((result) => (result.ok ? '' : `${result.reason} ${result.mayHeal}`)))).toEqual(
      new Set(['decryption_failed true']),
    );
    const rest = await device.engine.open(rows.slice(6));
    expect(rest.every((result) => result.ok)).toBe(true);
  });

  it('replaces a worker that never answers', async () => {
    const scheduler = new TestTime();
    const marker = path.join(folder, 'hung');
    const hang = `const fs = require('node:fs');
      if (!fs.existsSync(${JSON.stringify(marker)})) { fs.writeFileSync(${JSON.stringify(marker)}, ''); for (;;); }`;
    const device = await laptopWith(pool({ workerPath: brokenWorker('hangs', hang), size: 1, scheduler }));
    const asked = device.engine.open(rows.slice(0, 10));
    await vi.waitUntil(() => existsSync(marker), { timeout: 20_000 });
    scheduler.advance(30_000);
    expect((await asked).every((result) => result.ok)).toBe(true);
  });

  it('steps aside when no worker can be started', async () => {
    const crypto = pool({ workerPath: path.join(folder, 'missing.cjs') });
    const device = await laptopWith(crypto);
    expect((await device.engine.open(rows)).every((result) => result.ok)).toBe(true);
    expect(crypto.isAvailable()).toBe(false);
    expect((await device.engine.open(rows.slice(0, 5))).every((result) => result.ok)).toBe(true);
  });

  it('needs no worker file', async () => {
    const crypto = pool({ workerPath: null });
    const device = await laptopWith(crypto);
    expect((await device.engine.open(rows.slice(0, 8))).every((result) => result.ok)).toBe(true);
  });

  it('does not trouble a worker with one or two rows', async () => {
    const crypto = pool({ workerPath: brokenWorker('never', 'process.exit(1);') });
    const device = await laptopWith(crypto);
    expect((await device.engine.open(rows.slice(0, 2))).every((result) => result.ok)).toBe(true);
  });

  it('ends its workers after a minute without work and starts them again', async () => {
    const scheduler = new TestTime();
    const crypto = pool({ scheduler });
    const device = await laptopWith(crypto);
    await device.engine.open(rows);
    expect(scheduler.pending).toBe(1);
    scheduler.advance(60_000);
    await vi.waitUntil(() => scheduler.pending === 0, { timeout: 20_000 });
    expect((await device.engine.open(rows)).every((result) => result.ok)).toBe(true);
  });

  it('sends keys again to a worker that was told to forget the account', async () => {
    const crypto = pool({ size: 1 });
    const device = await laptopWith(crypto);
    await device.engine.open(rows.slice(0, 10));
    device.engine.stop();
    expect((await device.engine.open(rows.slice(0, 10))).every((result) => result.ok)).toBe(true);
  });

  it('answers what was asked before it was stopped', async () => {
    const crypto = pool();
    const device = await laptopWith(crypto);
    const asked = device.engine.open(rows);
    await crypto.stop();
    expect((await asked).every((result) => result.ok)).toBe(true);
  });
});
