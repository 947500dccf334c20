import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MAX_ATTACHMENTS } from '../../shared/bridge/commands/attachment';
import { isSafeFileName } from '../identity/backup/attachments';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { systemRandom } from '../runtime/runtime';
import { INTAKE_IDLE_MS, MAX_FILE_BYTES } from './limits';
import { gif, jpeg, png, SECRET, webp } from './testing/pictures';
import { ALICE, AttachmentWorld, PEER } from './testing/world';
import type { TestPerson } from './testing/world';

let world: AttachmentWorld;
beforeAll(async () => {
  world = await AttachmentWorld.start();
});
afterAll(() => world.dispose());

const about = { conversation: PEER, name: 'a.bin', type: 'application/octet-stream', voice: false };

/** The decrypted bytes of a draft. */
async function bytesOf(person: TestPerson, id: number): Promise<Buffer> {
  const target = path.join(await temporaryFolder(), 'out');
  person.desktop = { chooseSave: () => Promise.resolve(target) };
  expect(await person.attachments.save(id)).toBe(true);
  return readFile(target);
}

describe('a file beside the draft', () => {
  it('is what was handed over, encrypted on this disk from the first byte on', async () => {
    const alice = await world.person('alice');
    const bytes = Buffer.concat(Array.from({ length: 40_000 }, () => Buffer.from('words in the clear ')));
    const upload = await alice.attachments.begin({ ...about, size: bytes.length });
    await alice.attachments.append(upload, bytes.subarray(0, 700_000));
    const [partial = ''] = await alice.files();
    expect(isSafeFileName(partial)).toBe(false);
    expect((await readFile(path.join(alice.folder, partial))).includes('in the clear')).toBe(false);
    await alice.attachments.append(upload, bytes.subarray(700_000));
    const attachment = await alice.attachments.finish(upload);
    expect(attachment).toMatchObject({
      name: 'a.bin',
      size: bytes.length,
      state: 'here',
      encrypted: true,
      media: null,
    });
    const [file = ''] = await alice.files();
    expect(isSafeFileName(file)).toBe(true);
    expect((await readFile(path.join(alice.folder, file))).includes('in the clear')).toBe(false);
    expect((await bytesOf(alice, attachment.id)).equals(bytes)).toBe(true);
    expect(await alice.attachments.drafts(PEER)).toEqual([attachment]);
  });

  it('does not begin any more when the account stops, and leaves no file open', async () => {
    const alice = await world.person('alice');
    const begun = alice.attachments.begin({ ...about, size: 3 });
    const refused = expect(begun).rejects.toMatchObject({ code: 'cancelled' });
    await alice.attachments.stop();
    await refused;
    expect(await alice.files()).toEqual([]);
  });

  it.each([
    ['image/jpeg', jpeg(), { width: 2, height: 3 }],
    ['image/png', png(), { width: 4, height: 3 }],
    ['image/webp', webp(), { width: 10, height: 8 }],
    ['image/gif', gif(), { width: 5, height: 4 }],
  ])('has lost what a picture tells: %s', async (type, bytes, size) => {
    const alice = await world.person('alice');
    const attachment = await alice.take(bytes, { name: 'photo', type });
    expect(attachment).toMatchObject({ type, ...size });
    const stored = await bytesOf(alice, attachment.id);
    expect(stored.includes(SECRET)).toBe(false);
    expect(stored.length).toBe(attachment.size);
    expect(await alice.shown(attachment.media)).toEqual(stored);
    expect(await alice.files()).toHaveLength(1);
  });

  it('stays as it is and becomes a plain file when it is not the picture it says', async () => {
    const alice = await world.person('alice');
    const bytes = Buffer.concat([png().subarray(0, 40), Buffer.from('and then nothing of it')]);
    const attachment = await alice.take(bytes, { name: 'x.png', type: 'image/png' });
    expect(attachment).toMatchObject({ type: 'application/octet-stream', media: null, width: null });
    expect(await bytesOf(alice, attachment.id)).toEqual(bytes);
  });

  it('has a name that is harmless on every system', async () => {
    const alice = await world.person('alice');
    const { name } = await alice.take(Buffer.from('x'), { name: '../..\u202e/etc/ex\u0000e.pdf' });
    expect(name).not.toMatch(/[/\\\u202e]/u);
    expect(name).toMatch(/pdf$/);
  });

  it('is refused when it is too large, empty, longer or shorter than was said', async () => {
    const alice = await world.person('alice');
    const { attachments } = alice;
    await expect(attachments.begin({ ...about, size: MAX_FILE_BYTES + 1 })).rejects.toMatchObject({
      code: 'attachment_too_large',
      detail: { limitBytes: MAX_FILE_BYTES },
    });
    const empty = await attachments.begin({ ...about, size: 0 });
    await expect(attachments.finish(empty)).rejects.toMatchObject({ code: 'attachment_empty' });
    const longer = await attachments.begin({ ...about, size: 3 });
    await expect(attachments.append(longer, Buffer.from('four'))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const shorter = await attachments.begin({ ...about, size: 3 });
    await attachments.append(shorter, Buffer.from('ab'));
    await expect(attachments.finish(shorter)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(attachments.append(shorter, Buffer.from('c'))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await alice.files()).toEqual([]);
    expect(await attachments.drafts(PEER)).toEqual([]);
  });

  it('can be as large as an object of the network', async () => {
    const alice = await world.person('alice');
    const { id } = await alice.take(systemRandom.bytes(MAX_FILE_BYTES));
    const { payload } = await alice.enqueue([id]);
    expect(JSON.stringify(await alice.attachments.complete(payload, [id]))).toContain(
      '"size_bytes":10485760',
    );
  });

  it('is one of at most thirty-two', async () => {
    const alice = await world.person('alice');
    for (let count = 0; count < MAX_ATTACHMENTS; count += 1) await alice.take(Buffer.from('x'));
    await expect(alice.attachments.begin({ ...about, size: 1 })).rejects.toMatchObject({
      code: 'too_many_attachments',
    });
  });

  it('leaves nothing when it is given up, by the user or by a window that went away', async () => {
    const alice = await world.person('alice');
    const upload = await alice.attachments.begin({ ...about, size: 10 });
    await alice.attachments.append(upload, Buffer.from('abc'));
    await alice.attachments.abandon(upload);
    expect(await alice.files()).toEqual([]);
    await alice.attachments.append(await alice.attachments.begin({ ...about, size: 10 }), Buffer.from('abc'));
    alice.time.advance(INTAKE_IDLE_MS);
    await vi.waitFor(async () => expect(await alice.files()).toEqual([]));
  });

  it('comes from a dialog, and what cannot be read is said without losing the others', async () => {
    const alice = await world.person('alice');
    const folder = await temporaryFolder();
    const good = path.join(folder, 'photo.jpg');
    await writeFile(good, jpeg());
    await writeFile(path.join(folder, 'empty.txt'), '');
    alice.desktop = { chooseFiles: () => Promise.resolve([good]) };
    const [picked] = await alice.attachments.pick(PEER);
    expect(picked).toMatchObject({ name: 'photo.jpg', type: 'image/jpeg' });
    const many = [path.join(folder, 'empty.txt'), folder, path.join(folder, 'missing'), good];
    alice.desktop = { chooseFiles: () => Promise.resolve(many) };
    await expect(alice.attachments.pick(PEER)).rejects.toMatchObject({ code: 'attachment_empty' });
    expect(await alice.attachments.drafts(PEER)).toHaveLength(2);
  });

  it('gets measures and a small picture from the window, but only a real one', async () => {
    const alice = await world.person('alice');
    const { id } = await alice.take(jpeg(), { type: 'image/jpeg' });
    const facts = { width: 20, height: 30, durationMs: null };
    for (const wrong of [Buffer.from('no picture'), gif(), png(5_000, 1, false)]) {
      await expect(alice.attachments.describe(id, { ...facts, thumbnail: wrong })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
    const first = await alice.attachments.describe(id, { ...facts, thumbnail: png(8, 8) });
    expect(first).toMatchObject({ width: 20, height: 30 });
    expect((await alice.shown(first.thumbnail))?.includes(SECRET)).toBe(false);
    const second = await alice.attachments.describe(id, { ...facts, thumbnail: png(9, 9, false) });
    expect(await alice.shown(second.thumbnail)).toEqual(png(9, 9, false));
    expect(await alice.files()).toHaveLength(2);
    await alice.attachments.discard(id);
    await vi.waitFor(async () => expect(await alice.files()).toEqual([]));
    expect(await alice.attachments.drafts(PEER)).toEqual([]);
  });

  it('remembers that it was recorded', async () => {
    const alice = await world.person('alice');
    const voice = await alice.take(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), {
      type: 'audio/webm;codecs=opus',
      voice: true,
    });
    expect(voice.type).toBe('audio/webm');
    expect(alice.attachments.isVoice(await alice.row(voice.id))).toBe(true);
    const other = await alice.take(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), { type: 'audio/webm' });
    expect(alice.attachments.isVoice(await alice.row(other.id))).toBe(false);
  });
});

describe('a start after a crash', () => {
  it('deletes files that nobody refers to and says which files are missing', async () => {
    const alice = await world.person('alice');
    const kept = await alice.take(Buffer.from('kept'));
    const lost = await alice.take(Buffer.from('lost'));
    await rm(path.join(alice.folder, (await alice.row(lost.id)).file ?? ''));
    await writeFile(path.join(alice.folder, '0123456789abcdef0123456789abcdef'), 'orphan');
    await writeFile(path.join(alice.folder, '.fedcba9876543210fedcba9876543210.part'), 'half');
    await alice.restart().start();
    expect(await alice.files()).toEqual([(await alice.row(kept.id)).file]);
    expect(await alice.row(lost.id)).toMatchObject({
      state: 'failed',
      problem: 'attachment_unreadable',
      file: null,
    });
  });

  it('fetches again what was being fetched, and what had been here and is missing can be fetched', async () => {
    const alice = await world.person('alice');
    const bob = await world.person('bobby');
    const { id } = await alice.take(Buffer.from('words'));
    const { payload } = await alice.enqueue([id]);
    const finished = await alice.attachments.complete(payload, [id]);
    const { rows } = await bob.receive(ALICE, finished);
    const first = rows[0]?.id ?? 0;
    await bob.store.updateAttachment(first, { state: 'loading' });
    await bob.restart().start();
    await vi.waitFor(async () => expect((await bob.row(first)).state).toBe('here'));
    await rm(path.join(bob.folder, (await bob.row(first)).file ?? ''));
    await bob.restart().start();
    expect(await bob.row(first)).toMatchObject({ state: 'remote', file: null });
    expect((await bob.attachments.download(first)).state).toBe('here');
  });
});
