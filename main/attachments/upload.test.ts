import { createDecipheriv } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { transfer } from '../../gateway/testing/transfer';
import { systemRandom } from '../runtime/runtime';
import { payloadSchema, referenceSchema, sha, uploaded } from './testing/payload';
import { jpeg, png, SECRET } from './testing/pictures';
import { ALICE, AttachmentWorld } from './testing/world';

let world: AttachmentWorld;
beforeAll(async () => {
  world = await AttachmentWorld.start();
});
afterEach(() => {
  world.faults.clear();
  world.network.gateway.admin.storage.setQuota(ALICE, null);
});
afterAll(() => world.dispose());

async function storedBytes(reference: z.infer<typeof referenceSchema>): Promise<Buffer> {
  const carol = await world.person('carol');
  const ticket = z.looseObject({ download_url: z.string() }).parse(
    await carol.rpc.call('storage.create_download_ticket', {
      owner_aid: reference.owner_aid,
      object_key: reference.object_key,
    }),
  );
  return (await transfer(ticket.download_url)).body;
}

const headSchema = z.looseObject({ expire_at: z.number(), created_at: z.number() });

describe('a file that is sent', () => {
  it.each([
    ['small enough for the call itself', 5_000, 8_208],
    ['with an upload session', 300_000, 303_120],
  ])('is on the server under a random name, encrypted and padded: %s', async (_how, size, stored) => {
    const alice = await world.person('alice');
    const bytes = systemRandom.bytes(size);
    const payload = payloadSchema.parse(
      await uploaded(alice, bytes, { name: 'minutes.pdf', type: 'application/pdf' }),
    );
    const [reference] = payload.attachments;
    if (reference === undefined) throw new Error('there is no reference');
    expect(reference).toMatchObject({
      owner_aid: ALICE,
      bucket: 'default',
      filename: 'minutes.pdf.enc',
      content_type: 'application/octet-stream',
      size_bytes: stored,
      enc: {
        v: 1,
        alg: 'AES-256-GCM',
        aad: 'aun-att-v1',
        filename: 'minutes.pdf',
        content_type: 'application/pdf',
        size_bytes: size,
        sha256: sha(bytes),
      },
    });
    expect(reference.object_key).toMatch(/^att\/[0-9a-f]{32}$/);
    const object = await storedBytes(reference);
    expect(object.length).toBe(stored);
    expect(sha(object)).toBe(reference.sha256);
    const key = Buffer.from(reference.enc.key, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(reference.enc.iv, 'base64'));
    decipher.setAAD(Buffer.from('aun-att-v1'));
    decipher.setAuthTag(object.subarray(-16));
    const plain = Buffer.concat([decipher.update(object.subarray(0, -16)), decipher.final()]);
    expect(plain.subarray(0, size).equals(bytes)).toBe(true);
    expect(plain.subarray(size).every((byte) => byte === 0)).toBe(true);
    const head = await alice.rpc.call('storage.head_object', { object_key: reference.object_key });
    expect(head).toMatchObject({ is_private: false, content_type: 'application/octet-stream' });
    const { expire_at: expires, created_at: created } = headSchema.parse(head);
    // Within a minute of thirty days.
    expect(Math.abs(expires - created - 30 * 86_400_000)).toBeLessThan(60_000);
  });

  it('has its small picture as an object of its own, under a key of its own', async () => {
    const alice = await world.person('alice');
    const { id } = await alice.take(jpeg(), { name: 'photo.jpg', type: 'image/jpeg' });
    const described = await alice.attachments.describe(id, {
      width: 2,
      height: 3,
      durationMs: null,
      thumbnail: png(8, 8, false),
    });
    expect(described.thumbnail).not.toBeNull();
    const { message, payload } = await alice.enqueue([id]);
    const finished = await alice.attachments.complete(payload, [id]);
    const [reference] = payloadSchema.parse(finished).attachments;
    const small = referenceSchema.parse(reference?.thumbnail);
    expect(small.object_key).not.toBe(reference?.object_key);
    expect(small.enc.key).not.toBe(reference?.enc.key);
    expect(small.enc.content_type).toBe('image/png');
    expect(JSON.stringify(finished)).not.toContain('pending');
    expect((await alice.store.attachmentsOf(message)).map(({ state }) => state)).toEqual(['here', 'here']);
    const bob = await world.person('bobby');
    const { rows } = await bob.receive(ALICE, finished);
    for (const row of rows) await bob.attachments.download(row.id);
    const stored = (await bob.store.message((await bob.row(rows[0]?.id ?? 0)).message ?? 0))?.attachments[0];
    expect(await bob.shown(stored?.thumbnail ?? null)).toEqual(png(8, 8, false));
    expect((await bob.shown(stored?.media ?? null))?.includes(SECRET)).toBe(false);
  });

  it('tells how far it is at most ten times a second, the end for certain', async () => {
    const alice = await world.person('alice');
    await uploaded(alice, systemRandom.bytes(3_000_000));
    expect(alice.progress.length).toBeGreaterThanOrEqual(2);
    expect(alice.progress.length).toBeLessThanOrEqual(3);
    const last = alice.progress.at(-1);
    expect(last?.done).toBe(last?.total);
  });

  it('goes on where it was after an answer was lost, and is there once', async () => {
    const alice = await world.person('alice');
    let lost = 0;
    alice.rpc.after = (method, answer) => {
      if (method !== 'storage.complete_upload' || lost > 0) return answer;
      lost += 1;
      throw new Error('lost');
    };
    const { id } = await alice.take(systemRandom.bytes(200_000));
    const { payload } = await alice.enqueue([id]);
    await expect(alice.attachments.complete(payload, [id])).rejects.toThrow('lost');
    expect((await alice.row(id)).state).toBe('waiting');
    alice.restart();
    const puts = alice.rpc.count('storage.create_upload_session');
    const finished = payloadSchema.parse(await alice.attachments.complete(payload, [id]));
    expect(alice.rpc.count('storage.create_upload_session')).toBe(puts);
    expect(JSON.stringify(await alice.rpc.call('storage.list_objects', {}))).toContain(
      finished.attachments[0]?.object_key,
    );
  });

  it.each([
    ['other bytes', { sha256: '0'.repeat(64) }],
    ['another size', { size_bytes: 1 }],
  ])('takes a new name and a new key when there are %s under the first one', async (_what, change) => {
    const alice = await world.person('alice');
    const names: unknown[] = [];
    alice.rpc.after = (method, answer) => {
      if (method === 'storage.put_object' && names.length === 1) throw new Error('lost');
      return method === 'storage.head_object' ? { ...Object(answer), ...change } : answer;
    };
    alice.rpc.before = (method, params) => {
      if (method === 'storage.put_object') names.push(params['object_key']);
    };
    const bytes = systemRandom.bytes(5_000);
    const { id } = await alice.take(bytes);
    const { payload } = await alice.enqueue([id]);
    await expect(alice.attachments.complete(payload, [id])).rejects.toThrow('lost');
    const first = (await alice.row(id)).uploadJson ?? '';
    const [reference] = payloadSchema.parse(await alice.attachments.complete(payload, [id])).attachments;
    expect(new Set(names).size).toBe(2);
    expect(reference?.object_key).toBe(names[1]);
    for (const secret of [reference?.enc.key, reference?.enc.iv]) expect(first).not.toContain(secret);
    expect(reference?.enc.sha256).toBe(sha(bytes));
    // What has its reference is not looked for and not sent again.
    const calls = alice.rpc.calls.length;
    const again = payloadSchema.parse(await alice.attachments.complete(payload, [id]));
    expect(again.attachments).toEqual([reference]);
    expect(alice.rpc.calls.length).toBe(calls);
  });

  it.each([
    ['the line is cut', { kind: 'cut', afterBytes: 50_000 }],
    ['the server is busy', { kind: 'status', status: 503 }],
    ['the session is used up', { kind: 'status', status: 403 }],
    ['the session is gone', { kind: 'status', status: 410 }],
  ] as const)('is tried again after a pause when %s', async (_why, fault) => {
    const alice = await world.person('alice');
    world.faults.plan('PUT', fault);
    const { id } = await alice.take(systemRandom.bytes(200_000));
    const { payload } = await alice.enqueue([id]);
    const finished = alice.attachments.complete(payload, [id]);
    await vi.waitFor(() => expect(alice.time.waiting).toBe(1));
    alice.time.advance(1_000);
    expect(payloadSchema.parse(await finished).attachments).toHaveLength(1);
    expect(alice.rpc.count('storage.create_upload_session')).toBe(2);
  });

  it('fails for a while after three repeats', async () => {
    const alice = await world.person('alice');
    world.faults.plan('PUT', { kind: 'status', status: 503 }, 4);
    const { id } = await alice.take(systemRandom.bytes(100_000));
    const { payload } = await alice.enqueue([id]);
    const finished = alice.attachments.complete(payload, [id]);
    const refused = expect(finished).rejects.toMatchObject({ code: 'server_busy' });
    for (const pause of [1_000, 2_000, 4_000]) {
      await vi.waitFor(() => expect(alice.time.waiting).toBe(1));
      alice.time.advance(pause);
    }
    await refused;
    expect((await alice.row(id)).state).toBe('waiting');
  });

  it('fails for good when the storage is full or the server takes no files of this size', async () => {
    const alice = await world.person('alice');
    const { id } = await alice.take(systemRandom.bytes(100_000));
    const { payload } = await alice.enqueue([id]);
    world.network.gateway.admin.storage.setQuota(ALICE, 50_000);
    await expect(alice.attachments.complete(payload, [id])).rejects.toMatchObject({ code: 'storage_full' });
    expect(await alice.row(id)).toMatchObject({ state: 'failed', problem: 'storage_full' });
    world.network.gateway.admin.storage.setQuota(ALICE, null);
    world.faults.plan('PUT', { kind: 'status', status: 413 });
    await expect(alice.attachments.complete(payload, [id])).rejects.toMatchObject({
      code: 'attachment_too_large',
    });
    // The user made room and tries again.
    expect(payloadSchema.parse(await alice.attachments.complete(payload, [id])).attachments).toHaveLength(1);
    expect(await alice.row(id)).toMatchObject({ state: 'here', problem: null });
  });

  it('stops when it is cancelled, and can be sent later', async () => {
    const alice = await world.person('alice');
    world.faults.bytesPerSecond = 200_000;
    const { id } = await alice.take(systemRandom.bytes(2_000_000));
    const { payload } = await alice.enqueue([id]);
    const finished = alice.attachments.complete(payload, [id]);
    const refused = expect(finished).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(alice.rpc.count('storage.create_upload_session')).toBe(1));
    expect((await alice.row(id)).state).toBe('uploading');
    await alice.attachments.cancel(id);
    await refused;
    expect(alice.rpc.count('storage.complete_upload')).toBe(0);
    world.faults.clear();
    expect(payloadSchema.parse(await alice.attachments.complete(payload, [id])).attachments).toHaveLength(1);
  });

  it('cannot be sent any more when its file was damaged or is missing', async () => {
    const alice = await world.person('alice');
    const { id } = await alice.take(systemRandom.bytes(100));
    const { payload } = await alice.enqueue([id]);
    await rm(path.join(alice.folder, (await alice.row(id)).file ?? ''));
    await expect(alice.attachments.complete(payload, [id])).rejects.toMatchObject({
      code: 'attachment_unreadable',
    });
    expect(await alice.row(id)).toMatchObject({ state: 'failed', problem: 'attachment_unreadable' });
  });

  it('is taken from the server with its message, also when the network is away just then', async () => {
    const alice = await world.person('alice');
    const { id } = await alice.take(systemRandom.bytes(100));
    const { message, payload } = await alice.enqueue([id]);
    const finished = payloadSchema.parse(await alice.attachments.complete(payload, [id]));
    const object = { object_key: finished.attachments[0]?.object_key };
    alice.rpc.online = false;
    await alice.attachments.withdraw(message);
    await vi.waitFor(() => expect(alice.rpc.count('storage.delete_object')).toBe(1));
    alice.rpc.online = true;
    alice.restart();
    await vi.waitFor(() => expect(alice.rpc.count('storage.delete_object')).toBe(2));
    await vi.waitFor(async () => expect(await alice.store.getMeta('attachments_to_withdraw')).toBeNull());
    await expect(alice.rpc.call('storage.head_object', object)).rejects.toMatchObject({ code: 'not_found' });
  });
});
