import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createInlineStoreHost } from './inline-host';
import { migrations } from './migrations';
import type { Migration } from './migrations/migration';
import { openDatabase } from './open';
import {
  inbound,
  openTestStore,
  outgoing,
  PEER,
  quiet,
  temporaryFolder,
  type TestStore,
} from './store-test-support';

/** Every file of the folder with its bytes; SQLite's shared-memory file carries nothing. */
function snapshot(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('-shm'));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')]),
  );
}

/** A folder as a killed process leaves it: with what is still in the write-ahead log. */
async function killedCopy(test: TestStore): Promise<string> {
  const folder = path.join(temporaryFolder(), 'copy');
  cpSync(path.dirname(test.file), folder, { recursive: true, filter: (name) => !name.endsWith('-shm') });
  return path.join(folder, path.basename(test.file));
}

async function filledStore(messages = 200): Promise<TestStore> {
  const test = await openTestStore();
  const records = Array.from({ length: messages }, (_, index) =>
    inbound(`zanzibar number ${index} ${'lorem '.repeat(40)}`),
  );
  await test.store.commitInbound(records, null);
  return test;
}

describe('opening', () => {
  it('refuses a wrong key and leaves every file as it was, the write-ahead log included', async () => {
    const test = await filledStore();
    const file = await killedCopy(test);
    const before = snapshot(path.dirname(file));
    expect(Object.keys(before)).toContain('parley.db-wal');
    const host = createInlineStoreHost(quiet);
    await expect(host.open(file, randomBytes(32))).rejects.toMatchObject({ code: 'database_damaged' });
    expect(snapshot(path.dirname(file))).toEqual(before);
    const store = await host.open(file, test.key);
    expect((await store.conversation(PEER))?.unread).toBe(200);
    await store.close();
  });

  it('refuses a file that is no database and leaves it as it was', async () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    for (const bytes of [Buffer.from('short'), Buffer.alloc(20_000, 'text'), randomBytes(8192)]) {
      writeFileSync(file, bytes);
      await expect(createInlineStoreHost(quiet).open(file, randomBytes(32))).rejects.toMatchObject({
        code: 'database_damaged',
      });
      expect(readFileSync(file).equals(bytes)).toBe(true);
      expect(readdirSync(path.dirname(file))).toEqual(['parley.db']);
    }
  });

  it('refuses a key of another length', async () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    await expect(createInlineStoreHost(quiet).open(file, randomBytes(16))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(existsSync(file)).toBe(false);
  });

  it('notices each single changed page of a small database and leaves the file as it was', async () => {
    const test = await filledStore(20);
    await test.store.close();
    const whole = readFileSync(test.file);
    const pages = whole.length / 4096;
    expect(pages).toBeGreaterThan(10);
    for (let page = 0; page < pages; page += 1) {
      const changed = Buffer.from(whole);
      const at = page * 4096 + 200;
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      writeFileSync(test.file, changed);
      await expect(test.host.open(test.file, test.key)).rejects.toMatchObject({ code: 'database_damaged' });
      expect(readFileSync(test.file).equals(changed)).toBe(true);
    }
    writeFileSync(test.file, whole.subarray(0, whole.length - 4096 * 3));
    await expect(test.host.open(test.file, test.key)).rejects.toMatchObject({ code: 'database_damaged' });
    writeFileSync(test.file, whole);
    await expect(test.host.open(test.file, test.key)).resolves.toBeDefined();
  });

  it('writes nothing more once a large database turned out to be damaged while in use', async () => {
    const test = await openTestStore();
    const payloadJson = JSON.stringify({ type: 'text', text: 'x'.repeat(20_000) });
    for (let round = 0; round < 5; round += 1) {
      const records = Array.from({ length: 100 }, (_, index) => inbound(`m ${index}`, { payloadJson }));
      await test.store.commitInbound(records, null);
    }
    await test.store.close();
    const bytes = readFileSync(test.file);
    expect(bytes.length).toBeGreaterThan(9 * 1024 * 1024);
    for (let at = 3_000_000; at < 9_000_000; at += 4096) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(test.file, bytes);
    const store = await test.host.open(test.file, test.key);
    const readAll = async (): Promise<void> => {
      let before: { sortAt: number; id: number } | undefined;
      for (;;) {
        const page = await store.page(PEER, { limit: 500, before });
        if (!page.hasOlder) return;
        before = page.messages[0];
      }
    };
    await expect(readAll()).rejects.toMatchObject({ code: 'database_damaged' });
    await expect(store.setMeta('written', 'on top')).rejects.toMatchObject({ code: 'database_damaged' });
  });
});

describe('on disk', () => {
  it('no word of a message, no address and no key can be read', async () => {
    const test = await filledStore(50);
    await test.store.enqueue(outgoing('outgoing zanzibar', { conversation: 'quaint.aun.test' }));
    await test.store.savePrekey({
      prekeyId: 'prekey-name',
      deviceId: 'device-name',
      privateKeyPkcs8: Buffer.from('PRIVATE-BYTES'),
      createdAt: 1,
    });
    await test.store.setDraft(PEER, 'drafted marmalade', null);
    const check = (): void => {
      for (const name of readdirSync(path.dirname(test.file))) {
        const bytes = readFileSync(path.join(path.dirname(test.file), name));
        for (const word of [
          'zanzibar',
          'quaint',
          PEER,
          'PRIVATE-BYTES',
          'device-name',
          'marmalade',
          'CREATE TABLE',
          'SQLite format',
        ]) {
          expect(bytes.includes(word), `${word} in ${name}`).toBe(false);
        }
        expect(bytes.includes(Buffer.from(test.key))).toBe(false);
      }
    };
    check();
    await test.store.close();
    check();
  });

  it('a full disk leaves nothing half written, and room lets it go on', () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    const { reader, writer } = openDatabase(file, randomBytes(32), quiet);
    writer.pragma(`max_page_count = ${Number(writer.pragma('page_count')) + 4}`);
    const fill = (count: number): void =>
      writer.transaction(() => {
        for (let index = 0; index < count; index += 1) {
          writer.run('INSERT INTO meta VALUES (?, ?)', [`${count} ${index}`, 'v'.repeat(1000)]);
        }
      });
    expect(() => fill(500)).toThrow(expect.objectContaining({ code: 'disk_full', retryable: true }));
    expect(reader.all('SELECT * FROM meta')).toEqual([]);
    writer.pragma('max_page_count = 100000');
    fill(500);
    expect(reader.all('SELECT key FROM meta')).toHaveLength(500);
    reader.close();
    writer.close();
  });
});

describe('the read connection', () => {
  it('cannot write', () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    const { reader, writer } = openDatabase(file, randomBytes(32), quiet);
    expect(() => reader.exec("INSERT INTO meta VALUES ('a', 'b')")).toThrow(/readonly/);
    expect(writer.all('SELECT * FROM meta')).toEqual([]);
    expect([
      writer.pragma('journal_mode'),
      writer.pragma('synchronous'),
      writer.pragma('foreign_keys'),
    ]).toEqual(['wal', 2, 1]);
    reader.close();
    writer.close();
  });
});

describe('migrations', () => {
  const newest = migrations.length;
  const next: Migration = {
    version: newest + 1,
    apply: (database) => database.exec('ALTER TABLE meta ADD COLUMN extra TEXT'),
  };
  const broken: Migration = {
    version: newest + 2,
    apply: (database) => {
      database.exec('CREATE TABLE half (a)');
      throw new Error('broken step');
    },
  };

  it('are numbered without holes', () => {
    expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('keep a copy until the first start after them', async () => {
    const test = await filledStore(10);
    await test.store.close();
    const folder = path.dirname(test.file);
    const newer = createInlineStoreHost(quiet, { migrations: [...migrations, next] });
    await (await newer.open(test.file, test.key)).close();
    expect(readdirSync(folder).sort()).toEqual(['parley.db', `parley.db.before-schema-${newest + 1}`]);
    const old = await createInlineStoreHost(quiet).open(`${test.file}.before-schema-${newest + 1}`, test.key);
    expect((await old.conversation(PEER))?.unread).toBe(10);
    await old.close();

    const store = await newer.open(test.file, test.key);
    expect((await store.conversation(PEER))?.unread).toBe(10);
    expect(readdirSync(folder)).not.toContain(`parley.db.before-schema-${newest + 1}`);
    await store.close();
  });

  it('that fail leave the schema of the last whole step', async () => {
    const test = await filledStore(10);
    await test.store.close();
    const failing = createInlineStoreHost(quiet, { migrations: [...migrations, next, broken] });
    await expect(failing.open(test.file, test.key)).rejects.toThrow('broken step');
    expect(readdirSync(path.dirname(test.file))).toContain(`parley.db.before-schema-${newest + 2}`);
    const store = await createInlineStoreHost(quiet, { migrations: [...migrations, next] }).open(
      test.file,
      test.key,
    );
    expect((await store.conversation(PEER))?.unread).toBe(10);
    await store.close();
  });

  it('of a newer version are not undone: the file is left as it was', async () => {
    const test = await filledStore(10);
    await test.store.close();
    const newer = createInlineStoreHost(quiet, { migrations: [...migrations, next] });
    await (await newer.open(test.file, test.key)).close();
    const before = snapshot(path.dirname(test.file));
    await expect(test.host.open(test.file, test.key)).rejects.toMatchObject({ code: 'database_too_new' });
    expect(snapshot(path.dirname(test.file))).toEqual(before);
  });
});
