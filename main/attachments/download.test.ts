import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { isSafeFileName } from '../identity/backup/attachments';
import { AunError } from '../runtime/errors';
import { systemRandom } from '../runtime/runtime';
import { collect, EncryptedFileWriter } from './encrypted-file';
import { MAX_FETCH_BYTES } from './limits';
import { encryptObject, inPieces } from './object-crypto';
import { payloadSchema, receivedIn, sha, uploaded } from './testing/payload';
import { png } from './testing/pictures';
import { ALICE, AttachmentWorld, PEER } from './testing/world';
import type { TestPerson } from './testing/world';

let world: AttachmentWorld;
beforeAll(async () => {
  world = await AttachmentWorld.start();
});
afterEach(() => {
  world.faults.clear();
});
afterAll(() => world.dispose());

describe('a file that is received', () => {
  const received = (bytes: Uint8Array, about?: { name?: string; type?: string }) =>
    receivedIn(world, bytes, about);

  /** What the row says after a download that fails, and that nothing is left of it. */
  async function failure(bob: TestPerson, id: number) {
    const attachment = await bob.attachments.download(id);
    expect(await bob.files()).toEqual([]);
    expect(attachment.media).toBeNull();
    return { state: attachment.state, problem: attachment.problem };
  }

  it.each([1, 4_096, 65_536, 1_200_000])(
    'is fetched, checked and kept encrypted (%i bytes)',
    async (size) => {
      const bytes = systemRandom.bytes(size);
      const { bob, row } = await received(bytes, { name: 'a.bin' });
      expect(row).toMatchObject({ state: 'remote', size, name: 'a.bin', encrypted: true });
      const attachment = await bob.attachments.download(row.id);
      expect(attachment).toMatchObject({ state: 'here', problem: null, media: null, size });
      const files = await bob.files();
      expect(files).toEqual([(await bob.row(row.id)).file]);
      expect(files.every(isSafeFileName)).toBe(true);
      const target = path.join(bob.folder, '..', 'saved.bin');
      bob.desktop = { chooseSave: () => Promise.resolve(target) };
      expect(await bob.attachments.save(row.id)).toBe(true);
      expect((await readFile(target)).equals(bytes)).toBe(true);
    },
  );

  it('may have no bytes at all: it is fetched, checked and saved like every other', async () => {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const [key, iv] = [systemRandom.bytes(32), systemRandom.bytes(12)];
    const empty = Buffer.alloc(0);
    const object = await collect(encryptObject(inPieces(empty), 0, { key, iv }));
    expect(object.length).toBe(16);
    const content = object.toString('base64');
    await alice.rpc.call('storage.put_object', { object_key: 'att/empty', content, is_private: false });
    const enc = {
      v: 1,
      alg: 'AES-256-GCM',
      key: key.toString('base64'),
      iv: iv.toString('base64'),
      aad: 'aun-att-v1',
      filename: 'empty.txt',
      content_type: 'text/plain',
      size_bytes: 0,
      sha256: sha(empty),
    };
    const reference = {
      owner_aid: ALICE,
      object_key: 'att/empty',
      size_bytes: object.length,
      sha256: sha(object),
    };
    const payload = { type: 'file', attachments: [{ ...reference, enc }] };
    const [row] = (await bob.receive(ALICE, payload)).rows;
    expect(row).toMatchObject({ name: 'empty.txt', size: 0, state: 'remote' });
    const id = row?.id ?? 0;
    expect(await bob.attachments.download(id)).toMatchObject({ state: 'here', size: 0, problem: null });
    const target = path.join(bob.folder, '..', 'empty.txt');
    bob.desktop = { chooseSave: () => Promise.resolve(target) };
    expect(await bob.attachments.save(id)).toBe(true);
    expect((await readFile(target)).length).toBe(0);
    // A wrong key shows although there is nothing to be read.
    const other = await world.person('bobby');
    const { rows } = await other.receive(ALICE, {
      type: 'file',
      attachments: [{ ...reference, enc: { ...enc, key: systemRandom.bytes(32).toString('base64') } }],
    });
    expect(await failure(other, rows[0]?.id ?? 0)).toEqual({
      state: 'failed',
      problem: 'attachment_damaged',
    });
  });

  it('is there when the connection breaks behind its last byte', async () => {
    const { bob, row } = await received(systemRandom.bytes(70_000));
    let asked = 0;
    bob.intercept = async (request) => {
      asked += 1;
      const answer = await bob.transfers.request(request);
      async function* broken(): AsyncGenerator<Buffer> {
        yield* answer.body;
        throw new AunError('network_unreachable', 'reset', { retryable: true });
      }
      return { ...answer, body: broken(), close: () => answer.close() };
    };
    expect(await bob.attachments.download(row.id)).toMatchObject({ state: 'here', problem: null });
    expect(asked).toBe(1);
  });

  it('is given up as soon as more comes than was announced, not when the server has had enough', async () => {
    const { bob, row } = await received(systemRandom.bytes(70_000));
    let given = 0;
    let closed = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (; given < 1_000; given += 1) yield await Promise.resolve(Buffer.alloc(10_000));
    }
    bob.intercept = () =>
      Promise.resolve({ status: 200, headers: {}, body: endless(), close: () => void (closed += 1) });
    expect(await failure(bob, row.id)).toEqual({ state: 'failed', problem: 'attachment_damaged' });
    expect(given).toBeLessThan(20);
    expect(closed).toBe(1);
  });

  it('is shown from its address only, in any range, when it only shows', async () => {
    const picture = png(40, 30, false);
    const { bob, row } = await received(picture, { name: 'p.png', type: 'image/png' });
    const { media } = await bob.attachments.download(row.id);
    expect(media).toMatch(/^app:\/\/parley\/media\/bobby\.aun\.test\/\d+\/[0-9a-f]{32}$/);
    expect(await bob.shown(media)).toEqual(picture);
    expect(await bob.shown(media, { start: 3, end: 9 })).toEqual(picture.subarray(3, 10));
    expect(await bob.shown(media, { start: 3, end: null })).toEqual(picture.subarray(3));
    expect(await bob.shown(media, { start: picture.length, end: null })).toBeNull();
    expect(await bob.shown(media?.replace(/.$/, (last) => (last === '0' ? '1' : '0')) ?? null)).toBeNull();
    expect(await bob.shown('app://parley/media/x')).toBeNull();
  });

  it('is a plain file when it is not what its sender says', async () => {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const page = Buffer.from('<html><script>alert(1)</script></html>');
    const payload = await uploaded(alice, page, { name: 'x.pdf', type: 'application/pdf' });
    const lying = JSON.parse(
      JSON.stringify(payload).replaceAll('application/pdf', 'image/png'),
    ) as JsonObject;
    const { rows } = await bob.receive(ALICE, lying);
    expect(await bob.attachments.download(rows[0]?.id ?? 0)).toMatchObject({
      state: 'here',
      type: 'application/octet-stream',
      media: null,
    });
  });

  it.each([
    ['its stored bytes', (text: string, sum: string) => text.replace(sum, sha(Buffer.from('x')))],
    [
      'its size',
      (text: string) =>
        text.replace(/"size_bytes":(\d+),"sha256":"[0-9a-f]+","enc"/, (all, size: string) =>
          all.replace(size, String(Number(size) - 1)),
        ),
    ],
    [
      'the file inside',
      (text: string) => text.replace(/("sha256":")[0-9a-f]{64}("\}\}\])/, `$1${sha(Buffer.from('y'))}$2`),
    ],
    [
      'its key',
      (text: string) => text.replace(/"key":"[^"]+"/, `"key":"${systemRandom.bytes(32).toString('base64')}"`),
    ],
  ])('is thrown away when the sender named something else: %s', async (_what, change) => {
    const { bob, payload, reference } = await received(systemRandom.bytes(70_000));
    const changed = change(JSON.stringify(payload), reference.sha256);
    expect(changed).not.toBe(JSON.stringify(payload));
    const { rows } = await bob.receive(ALICE, JSON.parse(changed) as JsonObject);
    expect(await failure(bob, rows[0]?.id ?? 0)).toEqual({ state: 'failed', problem: 'attachment_damaged' });
  });

  it('is thrown away when the server changed a byte', async () => {
    const { bob, row, reference } = await received(systemRandom.bytes(70_000));
    await world.network.gateway.admin.corruptObject({
      owner: ALICE,
      bucket: 'default',
      key: reference.object_key,
    });
    expect(await failure(bob, row.id)).toEqual({ state: 'failed', problem: 'attachment_damaged' });
  });

  it('is gone when the server has it no more', async () => {
    const { alice, bob, row, reference } = await received(systemRandom.bytes(100));
    await alice.rpc.call('storage.delete_object', { object_key: reference.object_key });
    expect(await failure(bob, row.id)).toEqual({ state: 'gone', problem: 'attachment_gone' });
  });

  it('is not opened with a key that came in the clear', async () => {
    const { bob, payload, row } = await received(systemRandom.bytes(100));
    const { rows } = await bob.receive(ALICE, payload, 'none');
    const id = rows[0]?.id ?? 0;
    expect(rows[0]?.encrypted).toBe(false);
    // Nor when a row somehow holds one.
    await bob.store.updateAttachment(id, { referenceJson: row.referenceJson });
    expect(await failure(bob, id)).toEqual({ state: 'failed', problem: 'attachment_unsupported' });
  });

  it('is not asked for when it is sealed in a way that is not known', async () => {
    const { bob, payload } = await received(systemRandom.bytes(100));
    const changed = JSON.stringify(payload).replace('"enc":{"v":1', '"enc":{"v":2');
    expect(changed).not.toBe(JSON.stringify(payload));
    const { rows } = await bob.receive(ALICE, JSON.parse(changed) as JsonObject);
    expect(await failure(bob, rows[0]?.id ?? 0)).toEqual({
      state: 'failed',
      problem: 'attachment_unsupported',
    });
    expect(bob.rpc.count('storage.create_download_ticket')).toBe(0);
  });

  /** A file that its sender did not seal and of which they say nothing but where it is. */
  async function bare(about: JsonObject = {}) {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const object_key = `att/bare-${systemRandom.uuid()}`;
    const content = systemRandom.bytes(100).toString('base64');
    await alice.rpc.call('storage.put_object', { object_key, content, is_private: false });
    const attachments = [{ owner_aid: ALICE, object_key, ...about }];
    const { rows } = await bob.receive(ALICE, { type: 'file', attachments });
    return { bob, id: rows[0]?.id ?? 0 };
  }

  it('is not fetched when it is larger than anything that is, whoever says so', async () => {
    const tooLarge = { state: 'failed', problem: 'attachment_too_large' };
    const said = await bare({ size_bytes: MAX_FETCH_BYTES + 1 });
    expect(await failure(said.bob, said.id)).toEqual(tooLarge);
    expect(said.bob.rpc.count('storage.create_download_ticket')).toBe(0);
    const found = await bare();
    found.bob.rpc.after = (_method, answer) => ({ ...Object(answer), size_bytes: MAX_FETCH_BYTES + 1 });
    expect(await failure(found.bob, found.id)).toEqual(tooLarge);
    // The largest that is fetched is asked for, and here it is another one than the sender named.
    const most = await bare({ size_bytes: MAX_FETCH_BYTES });
    expect(await failure(most.bob, most.id)).toEqual({ state: 'failed', problem: 'attachment_damaged' });
  });

  it('is thrown away when another file stands in its place after the line was cut', async () => {
    for (const change of [{ sha256: '0'.repeat(64) }, { size_bytes: 101 }]) {
      const { bob, id } = await bare();
      world.faults.plan('GET', { kind: 'status', status: 403 });
      bob.rpc.after = (method, answer) =>
        bob.rpc.count(method) < 2 ? answer : { ...Object(answer), ...change };
      let asked = 0;
      bob.intercept = (request) => {
        asked += 1;
        return bob.transfers.request(request);
      };
      const failed = failure(bob, id);
      await vi.waitFor(() => expect(bob.time.waiting).toBe(1), { timeout: 20_000 });
      bob.time.advance(1_000);
      expect(await failed).toEqual({ state: 'failed', problem: 'attachment_damaged' });
      expect(asked).toBe(1);
    }
  });

  it('asks for a new ticket when the old one is used up', async () => {
    const { bob, row } = await received(systemRandom.bytes(100_000));
    world.faults.plan('GET', { kind: 'status', status: 403 });
    const done = bob.attachments.download(row.id);
    await vi.waitFor(() => expect(bob.time.waiting).toBe(1));
    bob.time.advance(1_000);
    expect((await done).state).toBe('here');
    expect(bob.rpc.count('storage.create_download_ticket')).toBe(2);
  });

  it('stays on the server when fetching is cancelled', async () => {
    const { bob, row } = await received(systemRandom.bytes(2_000_000));
    world.faults.bytesPerSecond = 100_000;
    const done = bob.attachments.download(row.id);
    await vi.waitFor(() => expect(bob.rpc.count('storage.create_download_ticket')).toBe(1));
    await vi.waitFor(async () => expect((await bob.files()).length).toBe(1));
    expect(await bob.attachments.cancel(row.id)).toMatchObject({ state: 'remote', problem: null });
    expect((await done).state).toBe('remote');
    expect(await bob.files()).toEqual([]);
  });

  it('stays on the server when its sender is blocked, and nothing of others is stopped by that', async () => {
    const { bob, row } = await received(systemRandom.bytes(2_000_000));
    world.faults.bytesPerSecond = 100_000;
    const done = bob.attachments.download(row.id);
    await vi.waitFor(async () => expect((await bob.files()).length).toBe(1));
    await bob.attachments.leave('eve.aun.test');
    expect((await bob.row(row.id)).state).toBe('loading');
    await bob.attachments.leave(ALICE);
    expect((await done).state).toBe('remote');
    expect(await bob.files()).toEqual([]);
  });

  it('goes on at the next start when the application ends', async () => {
    const { bob, row } = await received(systemRandom.bytes(2_000_000));
    world.faults.bytesPerSecond = 100_000;
    const done = bob.attachments.download(row.id);
    await vi.waitFor(async () => expect((await bob.files()).length).toBe(1));
    await bob.attachments.stop();
    await done;
    expect(await bob.files()).toEqual([]);
    world.faults.clear();
    await bob.restart().start();
    await vi.waitFor(async () => expect((await bob.row(row.id)).state).toBe('here'));
  });

  it('can be cancelled while it waits for others', async () => {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const ids: number[] = [];
    for (let count = 0; count < 4; count += 1) ids.push((await alice.take(systemRandom.bytes(500_000))).id);
    const { payload } = await alice.enqueue(ids);
    const { rows } = await bob.receive(ALICE, await alice.attachments.complete(payload, ids));
    world.faults.bytesPerSecond = 50_000;
    const running = rows.slice(0, 3).map(({ id }) => bob.attachments.download(id));
    await vi.waitFor(async () => expect((await bob.files()).length).toBe(3));
    const last = rows[3]?.id ?? 0;
    const waiting = bob.attachments.download(last);
    await vi.waitFor(async () => expect((await bob.row(last)).state).toBe('loading'));
    expect((await bob.attachments.cancel(last)).state).toBe('remote');
    expect((await waiting).state).toBe('remote');
    expect(bob.rpc.count('storage.create_download_ticket')).toBe(3);
    await bob.attachments.stop();
    await Promise.all(running);
  });

  it('says that there is no room on the disk, and leaves nothing there', async () => {
    const { bob, row } = await received(systemRandom.bytes(300_000));
    const write = vi.spyOn(EncryptedFileWriter.prototype, 'write');
    write.mockRejectedValueOnce(new AunError('disk_full', 'there is no room'));
    expect(await failure(bob, row.id)).toEqual({ state: 'failed', problem: 'disk_full' });
    write.mockRestore();
    expect((await bob.attachments.download(row.id)).state).toBe('here');
  });

  it('comes by itself only where the rules allow it, again when the network is back', async () => {
    const { bob, row, message } = await received(systemRandom.bytes(1_000));
    const asked: [string, number][] = [];
    bob.mayFetch = (conversation, bytes) => {
      asked.push([conversation, bytes]);
      return false;
    };
    bob.attachments.arrived([message]);
    await vi.waitFor(() => expect(asked).toEqual([[ALICE, 1_000]]));
    expect((await bob.row(row.id)).state).toBe('remote');
    bob.mayFetch = () => true;
    bob.rpc.online = false;
    bob.attachments.arrived([message]);
    await vi.waitFor(() => expect(bob.rpc.count('storage.create_download_ticket')).toBe(1));
    await vi.waitFor(async () => expect((await bob.row(row.id)).state).toBe('remote'));
    bob.rpc.online = true;
    bob.attachments.online();
    await vi.waitFor(async () => expect((await bob.row(row.id)).state).toBe('here'));
  });

  it('does not come by itself, nor a byte of it, where its sender lies about its size or says nothing', async () => {
    const { alice, bob, payload } = await received(systemRandom.bytes(1_200_000));
    bob.mayFetch = (_conversation, bytes) => bytes < 1_000;
    bob.intercept = () => Promise.reject(new Error('nothing may be fetched'));
    const small = JSON.stringify(payload)
      .replace(/"size_bytes":\d+,("sha256":"[0-9a-f]+","enc")/, '$1')
      .replace('"size_bytes":1200000', '"size_bytes":7');
    const lying = await bob.receive(ALICE, JSON.parse(small) as JsonObject);
    bob.attachments.arrived([lying.message]);
    const id = lying.rows[0]?.id ?? 0;
    await vi.waitFor(async () =>
      expect(await bob.row(id)).toMatchObject({ size: 7, state: 'failed', problem: 'attachment_damaged' }),
    );
    const content = systemRandom.bytes(5_000).toString('base64');
    await alice.rpc.call('storage.put_object', { object_key: 'att/unsaid', content, is_private: false });
    const silent = await bob.receive(ALICE, { type: 'file', attachments: [{ object_key: 'att/unsaid' }] });
    const tickets = bob.rpc.calls.length;
    bob.attachments.arrived([silent.message]);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(bob.rpc.calls).toHaveLength(tickets);
    expect((await bob.row(silent.rows[0]?.id ?? 0)).state).toBe('remote');
  });

  it('is fetched once, however often one asks, and three at a time', async () => {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const { id: first } = await alice.take(systemRandom.bytes(10));
    const ids = [first];
    for (let count = 1; count < 6; count += 1) ids.push((await alice.take(systemRandom.bytes(10))).id);
    const { payload } = await alice.enqueue(ids);
    const { rows } = await bob.receive(ALICE, await alice.attachments.complete(payload, ids));
    let running = 0;
    let most = 0;
    bob.intercept = async (request) => {
      running += 1;
      most = Math.max(most, running);
      try {
        return await bob.transfers.request(request);
      } finally {
        running -= 1;
      }
    };
    await Promise.all([...rows, ...rows].map(({ id }) => bob.attachments.download(id)));
    expect(bob.rpc.count('storage.create_download_ticket')).toBe(6);
    expect(most).toBeLessThanOrEqual(3);
    expect((await bob.files()).length).toBe(6);
  });

  it('can be sent on to others, as a file of the one who sends it on', async () => {
    const bytes = png(30, 20, false);
    const { bob, row } = await received(bytes, { name: 'p.png', type: 'image/png' });
    await bob.attachments.download(row.id);
    const [copied] = await bob.attachments.copy([row.id], ALICE);
    const { payload } = await bob.enqueue([copied ?? 0], ALICE);
    const [own] = payloadSchema.parse(await bob.attachments.complete(payload, [copied ?? 0])).attachments;
    expect(own?.owner_aid).toBe(PEER);
    expect(own?.enc.sha256).toBe(sha(bytes));
    expect((await bob.row(copied ?? 0)).fileKey).not.toEqual((await bob.row(row.id)).fileKey);
  });

  it('is thrown away when the server changed a byte of a file that is not encrypted', async () => {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const key = 'att/plain-changed';
    const content = systemRandom.bytes(500).toString('base64');
    await alice.rpc.call('storage.put_object', { object_key: key, content, is_private: false });
    await world.network.gateway.admin.corruptObject({ owner: ALICE, bucket: 'default', key });
    const { rows } = await bob.receive(ALICE, { type: 'file', attachments: [{ object_key: key }] });
    expect(await failure(bob, rows[0]?.id ?? 0)).toEqual({ state: 'failed', problem: 'attachment_damaged' });
  });

  it('is read in the plain form of other clients, and said to be readable by the server', async () => {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const bytes = png(6, 5, false);
    await alice.rpc.call('storage.put_object', {
      object_key: 'att/plain',
      content: bytes.toString('base64'),
      is_private: false,
    });
    const forms: JsonObject[] = [
      {
        owner_aid: ALICE,
        object_key: 'att/plain',
        filename: 'p.png',
        content_type: 'image/png',
        size_bytes: bytes.length,
        sha256: sha(bytes),
      },
      { object_key: 'att/plain', content_type: 'image/png' },
      { url: 'aun://storage/default/att/plain', content_type: 'image/png' },
      { url: 'https://storage.aun.test/objects/default/att/plain', content_type: 'image/png' },
      { url: `https://${ALICE}/att/plain`, content_type: 'image/png' },
    ];
    for (const form of forms) {
      const { rows } = await bob.receive(ALICE, { type: 'image', attachments: [form] });
      const attachment = await bob.attachments.download(rows[0]?.id ?? 0);
      expect(attachment).toMatchObject({
        state: 'here',
        encrypted: false,
        size: bytes.length,
        width: 6,
        height: 5,
      });
      expect(await bob.shown(attachment.media)).toEqual(bytes);
    }
    const { rows } = await bob.receive(ALICE, {
      type: 'image',
      attachments: [{ url: 'https://evil.example/track.png' }],
    });
    bob.intercept = () => Promise.reject(new Error('nothing may be asked'));
    expect((await bob.attachments.download(rows[0]?.id ?? 0)).state).not.toBe('here');
  });
});
