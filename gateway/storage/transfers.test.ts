import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';
import { field } from '../testing/socket';
import { transfer } from '../testing/transfer';

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('the data plane of storage', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeAll(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    bob = await network.join('bobby');
  });
  afterEach(() => network.gateway.admin.storage.faults.clear());
  afterAll(() => network.dispose());

  const session = (key: string, more: JsonObject = {}, client = alice) =>
    client.call('storage.create_upload_session', { object_key: key, ...more });
  const send = (url: unknown, body: Buffer) => transfer(url, { method: 'PUT', body });
  const complete = (key: string, bytes: Buffer, more: JsonObject = {}, client = alice) =>
    client.call('storage.complete_upload', {
      object_key: key,
      sha256: sha(bytes),
      size_bytes: bytes.length,
      is_private: false,
      ...more,
    });
  const ticket = (key: string, client = bob) =>
    client.call('storage.create_download_ticket', { owner_aid: 'alice.aun.test', object_key: key });
  const upload = async (key: string, bytes: Buffer, more: JsonObject = {}) => {
    expect((await send((await session(key))['upload_url'], bytes)).status).toBe(200);
    return complete(key, bytes, more);
  };
  const files = () =>
    readdirSync(join(network.dataDir, 'objects'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    ).length;

  it('carries three mebibytes up and down, under a name that is not an address of this computer', async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    const opened = await session('att/big', { size_bytes: bytes.length, content_type: 'video/mp4' });
    expect(opened).toMatchObject({
      owner_aid: 'alice.aun.test',
      bucket: 'default',
      object_key: 'att/big',
      content_type: 'video/mp4',
      size_bytes: bytes.length,
    });
    expect(field(opened, 'upload_url')).toMatch(
      new RegExp(`^http://storage\\.aun\\.test:${network.gateway.port}/`),
    );
    expect(Number(opened['expire_at'])).toBe(Math.floor(network.gateway.clock.now() / 1000) + 3600);
    const headers = { 'Content-Type': 'text/x-something-else' };
    expect((await transfer(opened['upload_url'], { method: 'PUT', body: bytes, headers })).status).toBe(200);
    expect((await failure(ticket('att/big'))).code).toBe(-32008);
    expect(alice.socket.events('storage.object_changed')).toEqual([]);
    const done = await complete('att/big', bytes, { content_type: 'video/mp4' });
    expect(done).toMatchObject({ size_bytes: bytes.length, sha256: sha(bytes), version: 1 });
    expect(await alice.socket.event('storage.object_changed')).toMatchObject({ object_key: 'att/big' });
    const given = await ticket('att/big');
    expect(given).toMatchObject({
      file_name: 'big',
      size_bytes: bytes.length,
      content_type: 'video/mp4',
      sha256: sha(bytes),
      version: 1,
      etag: sha(bytes),
    });
    const got = await transfer(given['download_url']);
    expect(got).toMatchObject({ status: 200, cut: false });
    expect(got.headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(bytes.length),
      'x-content-type-options': 'nosniff',
      'content-disposition': 'attachment',
    });
    expect(got.body.equals(bytes)).toBe(true);
    expect((await transfer(given['download_url'], { method: 'HEAD' })).body).toHaveLength(0);
  });

  it('speaks https to those who came over TLS', async () => {
    const secure = await network.connect(alice.identity, { device: 'secure', secure: true });
    const url = field(await session('tls', {}, secure), 'upload_url');
    expect(url).toMatch(/^https:\/\/storage\.aun\.test:/);
    const sent = await transfer(url, { method: 'PUT', body: Buffer.from('x'), ca: network.gateway.rootPem });
    expect(sent.status).toBe(200);
    await secure.leave();
  });

  it.each([
    ['bytes=0-4', 206, 'bytes 0-4/10', '01234'],
    ['bytes=7-', 206, 'bytes 7-9/10', '789'],
    ['bytes=-3', 206, 'bytes 7-9/10', '789'],
    ['bytes=5-99', 206, 'bytes 5-9/10', '56789'],
    ['bytes=10-', 416, 'bytes */10', ''],
    ['bytes=-0', 416, 'bytes */10', ''],
    ['bytes=4-2', 200, undefined, '0123456789'],
    ['bytes=0-1,3-4', 200, undefined, '0123456789'],
    ['lines=1-2', 200, undefined, '0123456789'],
  ])('answers the range %s with %d', async (range, status, content, body) => {
    const bytes = Buffer.from('0123456789');
    await upload('digits', bytes);
    const { download_url: url } = await ticket('digits');
    const got = await transfer(url, { headers: { Range: range } });
    expect([got.status, got.headers['content-range'], got.body.toString()]).toEqual([status, content, body]);
    const changed = await transfer(url, { headers: { Range: range, 'If-Range': '"other"' } });
    expect(changed.status).toBe(200);
  });

  it('takes the last of several uploads to one address and consumes it when it is completed', async () => {
    const { upload_url: url } = await session('twice');
    await send(url, Buffer.from('first'));
    await send(url, Buffer.from('second'));
    const before = files();
    expect(await complete('twice', Buffer.from('second'))).toMatchObject({ size_bytes: 6 });
    expect(files()).toBe(before);
    const again = await failure(complete('twice', Buffer.from('second')));
    expect(again.message).toContain('nothing uploaded');
    await send(url, Buffer.from('third'));
    expect(await complete('twice', Buffer.from('third'))).toMatchObject({ version: 2 });
    expect(files()).toBe(before);
  });

  it('refuses to complete what does not fit, and can be asked again', async () => {
    const bytes = Buffer.from('bytes');
    expect((await failure(complete('fit', bytes))).message).toContain('nothing uploaded');
    await send((await session('fit'))['upload_url'], bytes);
    expect((await failure(complete('fit', Buffer.from('other')))).message).toContain('sha256 mismatch');
    expect((await failure(complete('fit', bytes, { size_bytes: 4 }))).message).toContain('size mismatch');
    expect((await failure(complete('fit', bytes, { expected_version: 3 }))).code).toBe(-32009);
    network.gateway.admin.storage.setQuota('alice.aun.test', 1);
    expect((await failure(complete('fit', bytes))).message).toContain('quota');
    network.gateway.admin.storage.setQuota('alice.aun.test', null);
    expect(await complete('fit', bytes, { sha256: sha(bytes).toUpperCase() })).toMatchObject({ version: 1 });
    expect((await failure(session('fit', { expected_version: 0 }))).code).toBe(-32009);
    expect((await failure(session('fit', { expire_in_seconds: -1 }))).code).toBe(-32000);
    expect((await failure(session('../fit'))).code).toBe(-32000);
  });

  it('ends addresses with their time, refuses forged ones and stages nothing then', async () => {
    const opened = await session('late', { expire_in_seconds: 1 });
    const { expire_at: end } = opened;
    const url = field(opened, 'upload_url');
    const forged = url.replace('key=late', 'key=other');
    expect((await send(forged, Buffer.from('x'))).status).toBe(403);
    const download = field(await ticket('digits'), 'download_url');
    network.gateway.clock.advance(Number(end) * 1000 + 1000 - network.gateway.clock.now());
    expect((await send(url, Buffer.from('x'))).status).toBe(403);
    expect((await failure(complete('late', Buffer.from('x')))).message).toContain('nothing uploaded');
    expect((await transfer(download)).status).toBe(200);
    expect((await transfer(download.replace('sig=', 'sig=0'))).status).toBe(403);
    expect((await transfer(download, { method: 'PUT' })).status).toBe(405);
    expect((await transfer(url)).status).toBe(405);
  });

  it('serves a ticket again and again, until the object has gone', async () => {
    await upload('gone', Buffer.from('here'));
    const { download_url: url } = await ticket('gone');
    expect((await transfer(url)).status).toBe(200);
    expect((await transfer(url)).body.toString()).toBe('here');
    await alice.call('storage.delete_object', { object_key: 'gone' });
    expect((await transfer(url)).status).toBe(404);
    // Another object of the same name is not what the ticket was for.
    await upload('gone', Buffer.from('secret'), { is_private: true });
    expect((await transfer(url)).status).toBe(404);
  });

  it('stops a body that is too large while it comes, with a length and without', async () => {
    const limit = 10_485_760;
    const { upload_url: url } = await session('huge', { size_bytes: limit * 4 });
    const before = files();
    expect((await send(url, Buffer.alloc(limit + 1))).status).toBe(413);
    const chunked = await transfer(url, {
      method: 'PUT',
      body: Buffer.alloc(limit + 1),
      headers: { 'Transfer-Encoding': 'chunked' },
    });
    expect(chunked.status).toBe(413);
    expect(files()).toBe(before);
    const most = Buffer.alloc(limit);
    expect((await send(url, most)).status).toBe(200);
    expect(await complete('huge', most)).toMatchObject({ size_bytes: limit });
    network.gateway.admin.storage.limits = { ...network.gateway.admin.storage.limits, objectBytes: 10 };
    await failure(complete('huge', most));
    network.gateway.admin.storage.limits = { ...network.gateway.admin.storage.limits, objectBytes: limit };
  });

  it('keeps nothing of an upload that was cut, and sends only so much of a download that is', async () => {
    const bytes = randomBytes(300_000);
    const { faults } = network.gateway.admin.storage;
    const { upload_url: url } = await session('cut');
    const before = files();
    faults.plan('PUT', { kind: 'cut', afterBytes: 100_000 });
    await expect(send(url, bytes)).rejects.toThrow();
    expect((await failure(complete('cut', bytes))).message).toContain('nothing uploaded');
    expect(files()).toBe(before);
    await send(url, bytes);
    await complete('cut', bytes);
    const { download_url: download } = await ticket('cut');
    faults.plan('GET', { kind: 'cut', afterBytes: 100_000 });
    const part = await transfer(download);
    expect(part.cut).toBe(true);
    expect(part.body.equals(bytes.subarray(0, 100_000))).toBe(true);
    const rest = await transfer(download, { headers: { Range: 'bytes=100000-' } });
    expect(rest.body.equals(bytes.subarray(100_000))).toBe(true);
    faults.plan('GET', { kind: 'status', status: 500 }, 2);
    expect((await transfer(download)).status).toBe(500);
    expect((await transfer(download)).status).toBe(500);
    expect((await transfer(download)).status).toBe(200);
    faults.plan('PUT', { kind: 'status', status: 503 });
    expect((await send(url, bytes)).status).toBe(503);
    faults.available = false;
    expect((await transfer(download)).status).toBe(503);
  });

  it('takes an empty body', async () => {
    const empty = Buffer.alloc(0);
    await upload('empty', empty);
    const got = await transfer((await ticket('empty'))['download_url']);
    expect([got.status, got.body.length]).toEqual([200, 0]);
  });

  it('keeps objects, what is staged and addresses over a restart, and sweeps what nothing uses', async () => {
    await upload('kept', Buffer.from('kept'));
    const { upload_url: url } = await session('staged');
    await send(url, Buffer.from('staged'));
    const { download_url: download } = await ticket('kept');
    const before = files();
    await network.gateway.kill();
    const folder = join(network.dataDir, 'objects');
    mkdirSync(join(folder, 'zz'), { recursive: true });
    writeFileSync(join(folder, 'zz', 'orphan'), 'x');
    writeFileSync(join(folder, 'incoming', 'half'), 'x');
    await network.restart();
    expect(files()).toBe(before);
    alice = await network.connect(alice.identity);
    bob = await network.connect(bob.identity);
    expect((await transfer(download)).body.toString()).toBe('kept');
    expect(await complete('staged', Buffer.from('staged'))).toMatchObject({ version: 1 });
  });

  it('can make every address worthless at once', async () => {
    const { download_url: url } = await ticket('kept');
    network.gateway.admin.storage.links.revokeAll();
    expect((await transfer(url)).status).toBe(403);
    expect((await transfer((await ticket('kept'))['download_url'])).status).toBe(200);
  });

  it('shows a damaged file as it is, so that receivers notice', async () => {
    const bytes = randomBytes(1000);
    await upload('rotten', bytes);
    const name = { owner: 'alice.aun.test', bucket: 'default', key: 'rotten' };
    expect(await network.gateway.admin.corruptObject(name)).toBe(true);
    const got = await transfer((await ticket('rotten'))['download_url']);
    expect(got.body).toHaveLength(1000);
    expect(sha(got.body)).not.toBe(sha(bytes));
  });
});
