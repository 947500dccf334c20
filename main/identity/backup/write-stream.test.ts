import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupProgress } from '../../../shared/model/backup';
import { systemClock, systemRandom } from '../../runtime/runtime';
import {
  collectingTarget,
  material,
  network,
  restored,
  SECRET,
  settings,
  sourceOf,
  storeOf,
  temporaryFolder,
  writeCheaply,
  type Rows,
} from './backup-test-support';
import { CHUNK_BYTES } from './header';
import { inspectBackup, restoreBackup, writeBackup } from './index';

const rows: Rows = {
  contacts: ['{"a":1}'],
  certificates: ['{"b":"爱\\n"}'],
  prekeys: ['{"c":3}', '{"c":4}'],
  conversations: ['{}'],
  messages: Array.from({ length: 450 }, (_, index) => JSON.stringify({ index, text: 'x'.repeat(index) })),
  profiles: ['{"p":0}'],
};

function folderOfFiles(): string {
  const folder = path.join(temporaryFolder(), 'attachments');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'empty.bin'), '');
  writeFileSync(path.join(folder, 'photo (1).jpg'), Buffer.alloc(700_000, 'photo'));
  writeFileSync(path.join(folder, '图.png'), Buffer.from([0, 1, 2]));
  writeFileSync(path.join(folder, '.hidden'), 'no');
  writeFileSync(path.join(folder, 'con.txt'), 'no');
  writeFileSync(path.join(folder, 'a:b'), 'no');
  mkdirSync(path.join(folder, 'sub'));
  symlinkSync('/etc/hostname', path.join(folder, 'link'));
  return folder;
}

describe('a backup of version 2', () => {
  it('brings back everything: identity, network, settings, every row and every file', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    const attachments = folderOfFiles();
    const written = await writeCheaply(file, 2, sourceOf(rows, attachments));
    expect(written).toEqual({ bytes: statSync(file).size, records: 456 + 3 });
    const { taken, result } = await restored(file);
    expect(taken.identity).toEqual([material, network]);
    expect(taken.settings).toEqual(settings);
    expect(taken.rows).toEqual(rows);
    expect([...taken.files.keys()].sort()).toEqual(['empty.bin', 'photo (1).jpg', '图.png']);
    for (const [name, content] of taken.files)
      expect(content.equals(readFileSync(path.join(attachments, name))), name).toBe(true);
    expect(result).toMatchObject({
      version: 2,
      aid: 'alice.aun.test',
      files: 3,
      skipped: 0,
      rows: { contacts: 1, certificates: 1, prekeys: 2, conversations: 1, messages: 450, profiles: 1 },
    });
  });

  it('has the parameters of the protocol, and tells its outside without its secret', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    const now = Date.UTC(2026, 1, 1, 10);
    await writeBackup({
      path: file,
      version: 2,
      secret: SECRET,
      source: sourceOf({}),
      random: systemRandom,
      clock: { now: () => now },
    });
    const bytes = readFileSync(file);
    const header: unknown = JSON.parse(bytes.subarray(12, 12 + bytes.readUInt32BE(8)).toString());
    expect(header).toMatchObject({
      format: 'aun-backup',
      version: 2,
      aid: 'alice.aun.test',
      created_at: '2026-02-01T10:00:00.000Z',
      kdf: { alg: 'scrypt', N: 131072, r: 8, p: 1 },
    });
    expect(await inspectBackup(file)).toMatchObject({
      version: 2,
      aid: 'alice.aun.test',
      createdAt: now,
      bytes: bytes.length,
    });
    expect((await restored(file)).taken.identity).toEqual([material, network]);
    await expect(restored(file, 'Correct horse battery staple')).rejects.toMatchObject({
      code: 'backup_wrong_passphrase',
    });
  });

  it('is only for this user, replaces an older one, and shows nothing of what it holds', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    writeFileSync(file, 'older', { mode: 0o644 });
    await writeCheaply(file, 2, sourceOf({ messages: ['{"text":"very private"}'] }));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(file))).toEqual(['a.aunbackup']);
    const bytes = readFileSync(file);
    for (const secret of ['very private', 'PRIVATE KEY', 'Alicja'])
      expect(bytes.includes(secret)).toBe(false);
  });

  it('is never the same twice', async () => {
    const folder = temporaryFolder();
    const [first, second] = [path.join(folder, '1'), path.join(folder, '2')];
    for (const file of [first, second])
      await writeCheaply(file, 2, sourceOf({}), { clock: { now: () => 0 } });
    const [one, two] = [readFileSync(first), readFileSync(second)];
    const body = 12 + one.readUInt32BE(8);
    expect(one.length).toBe(two.length);
    expect(one.subarray(body, body + 64).equals(two.subarray(body, body + 64))).toBe(false);
  });

  it('may end at any place of a chunk', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'a');
    const empty = await writeCheaply(file, 2, sourceOf({ messages: ['""'] }));
    const header = 12 + readFileSync(file).readUInt32BE(8);
    const room = CHUNK_BYTES - (empty.bytes - header - 16);
    for (const length of [room - 1, room, room + 1, room + CHUNK_BYTES]) {
      const row = JSON.stringify('m'.repeat(length));
      const { bytes } = await writeCheaply(file, 2, sourceOf({ messages: [row] }));
      const sealed = bytes - header;
      const expected = length <= room ? 1 : 2;
      expect(Math.ceil(sealed / (CHUNK_BYTES + 16)), String(length)).toBe(expected);
      if (length === room || length === room + CHUNK_BYTES) expect(sealed % (CHUNK_BYTES + 16)).toBe(0);
      expect((await restored(file)).taken.rows['messages']).toEqual([row]);
    }
  });

  it('tells how far it is, with a goal', async () => {
    const file = path.join(temporaryFolder(), 'a');
    const seen: Pick<BackupProgress, 'phase' | 'done' | 'total' | 'bytes'>[] = [];
    const source = sourceOf(rows, folderOfFiles());
    const written = await writeCheaply(file, 2, source, { progress: (now) => seen.push(now) });
    const phases = [...new Set(seen.map((now) => now.phase))];
    expect(phases).toEqual(['key', 'identity', 'history', 'attachments', 'finishing']);
    expect(seen.at(-1)).toMatchObject({ done: 459, total: 459 });
    expect(seen.every((now, index) => index === 0 || now.done >= (seen[index - 1]?.done ?? 0))).toBe(true);
    const restoring: typeof seen = [];
    const { target } = collectingTarget();
    await restoreBackup({ path: file, secret: SECRET, target, progress: (now) => restoring.push(now) });
    expect([...new Set(restoring.map((now) => now.phase))]).toEqual(phases);
    expect(restoring.at(-1)).toEqual({ phase: 'finishing', done: 459, total: 459, bytes: written.bytes });
  });
});

describe('a backup that does not come to its end', () => {
  it('leaves nothing behind when it is cancelled, and the older file as it was', async () => {
    for (const phase of ['key', 'identity', 'history', 'attachments', 'finishing']) {
      const file = path.join(temporaryFolder(), 'a.aunbackup');
      writeFileSync(file, 'older');
      const stop = new AbortController();
      const writing = writeCheaply(file, 2, sourceOf(rows, folderOfFiles()), {
        signal: stop.signal,
        progress: (now) => now.phase === phase && stop.abort(),
      });
      await expect(writing, phase).rejects.toMatchObject({ code: 'cancelled' });
      expect(readdirSync(path.dirname(file))).toEqual(['a.aunbackup']);
      expect(readFileSync(file, 'utf8')).toBe('older');
    }
  });

  it('leaves nothing behind when its source fails or the disk is full', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    const failing = {
      ...sourceOf({}),
      store: { ...storeOf({}), exportRows: () => Promise.reject(new Error('database gone')) },
    };
    await expect(writeCheaply(file, 2, failing)).rejects.toThrow('database gone');
    let room = 100_000;
    const full = {
      async write(_bytes: Uint8Array, _offset: number, length: number) {
        // The last bytes there is room for are taken before the error comes.
        if (room === 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        const bytesWritten = Math.min(room, length);
        room -= bytesWritten;
        return { bytesWritten };
      },
    };
    for (const version of [1, 2] as const) {
      const big = sourceOf({ contacts: [JSON.stringify(systemRandom.bytes(200_000).toString('hex'))] });
      room = 100_000;
      const writing = writeCheaply(file, version, big, { handle: full, clock: systemClock });
      await expect(writing).rejects.toMatchObject({ code: 'disk_full', retryable: true });
    }
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it('stops a restore where it is', async () => {
    const file = path.join(temporaryFolder(), 'a');
    await writeCheaply(file, 2, sourceOf(rows, folderOfFiles()));
    for (const phase of ['key', 'identity', 'history', 'attachments', 'finishing']) {
      const stop = new AbortController();
      const { target } = collectingTarget();
      const restoring = restoreBackup({
        path: file,
        secret: SECRET,
        target,
        signal: stop.signal,
        progress: (now) => now.phase === phase && stop.abort(),
      });
      await expect(restoring, phase).rejects.toMatchObject({ code: 'cancelled' });
    }
  });
});
