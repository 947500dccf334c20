import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { noLinks } from '../../ports/store';
import type { AccountStore } from '../../ports/store';
import { silentLogger } from '../../runtime/logger';
import { systemClock, systemRandom } from '../../runtime/runtime';
import { createInlineStoreHost } from '../../store/inline-host';
import { bundleForTest } from '../../store/store-test-bundle';
import { material, network, SECRET, settings, temporaryFolder, writeCheaply } from './backup-test-support';
import { restoreBackup } from './index';
import { DATABASE_KEY, restoreFolder } from './restore-test-target';

const PEER = 'bob.aun.test';
const MESSAGES = 450;

/** An identity that can be imported: the one of the vectors, with its own key and certificate alone. */
const importable = { ...material, olderCertificatePems: [], formerKeys: [] };

async function oldAccount(): Promise<{ store: AccountStore; attachments: string }> {
  const folder = temporaryFolder();
  const host = createInlineStoreHost({ clock: systemClock, logger: silentLogger });
  const store = await host.open(path.join(folder, 'parley.db'), Buffer.from(DATABASE_KEY));
  await store.commitInbound(
    Array.from({ length: MESSAGES }, (_, index) => ({
      seq: index + 1,
      messageId: `in-${index}`,
      sender: PEER,
      conversation: PEER,
      own: false,
      serverTime: 1_790_000_000_000 + index,
      senderTime: null,
      content: {
        kind: 'text' as const,
        text: `word${index} ${'lorem '.repeat(20)}`,
        format: 'plain' as const,
        mentions: [],
      },
      links: { ...noLinks, searchText: `word${index} ${'lorem '.repeat(20)}` },
      payloadJson: '{}',
      rawJson: null,
      protection: 'e2ee-v1' as const,
      forwardSecret: true,
    })),
    { contiguous: MESSAGES, acknowledged: MESSAGES },
  );
  await store.markRead(PEER, 100);
  const attachments = path.join(folder, 'attachments');
  mkdirSync(attachments);
  writeFileSync(path.join(attachments, 'photo.jpg'), systemRandom.bytes(300_000));
  return { store, attachments };
}

async function backupOf(version: 1 | 2): Promise<{ file: string; attachments: string }> {
  const { store, attachments } = await oldAccount();
  const file = path.join(temporaryFolder(), 'a.aunbackup');
  await writeCheaply(file, version, { material: importable, network, settings, store, attachments });
  await store.close();
  return { file, attachments };
}

function pendingIn(dataDir: string): string[] {
  try {
    return readdirSync(path.join(dataDir, 'AIDs', '_pending'));
  } catch {
    return [];
  }
}

describe('a restore on a clean machine', () => {
  it('brings identity, history and attachments to where an identity lies, once the end was seen', async () => {
    const { file, attachments } = await backupOf(2);
    const dataDir = temporaryFolder();
    const folder = await restoreFolder(dataDir);
    const result = await restoreBackup({ path: file, secret: SECRET, target: folder.target });
    expect(result.rows).toMatchObject({ conversations: 1, messages: MESSAGES });
    expect(await folder.identities.list()).toEqual([]);
    await folder.promote();

    const identity = await folder.identities.load(importable.aid);
    expect(identity.privateKey.export({ type: 'pkcs8', format: 'pem' })).toBe(importable.privateKeyPem);
    const home = folder.identities.folderOf(importable.aid);
    const store = await folder.host.open(path.join(home, 'parley.db'), Buffer.from(DATABASE_KEY));
    expect(await store.conversation(PEER)).toMatchObject({ unread: MESSAGES - 100, readUpTo: 100 });
    expect(await store.cursor()).toEqual({ contiguous: 0, acknowledged: 0 });
    expect(await store.search({ text: 'word449', limit: 5 })).toHaveLength(1);
    await store.close();
    const photo = readFileSync(path.join(home, 'attachments', 'photo.jpg'));
    expect(photo.equals(readFileSync(path.join(attachments, 'photo.jpg')))).toBe(true);
    expect(pendingIn(dataDir)).toEqual([]);
  });

  it('makes no identity of a backup that is cut off, however late that shows', async () => {
    const { file } = await backupOf(2);
    truncateSync(file, readFileSync(file).length - 1);
    const dataDir = temporaryFolder();
    const folder = await restoreFolder(dataDir);
    await expect(restoreBackup({ path: file, secret: SECRET, target: folder.target })).rejects.toMatchObject({
      code: 'backup_damaged',
    });
    await folder.host.close();
    expect(await folder.identities.list()).toEqual([]);
    // The program that began it may still be at it; what is left is swept away by the next one.
    const next = await restoreFolder(dataDir);
    await next.identities.sweep();
    await next.host.close();
    expect(pendingIn(dataDir)).toEqual([]);
  });
});

/** Lets the child restore until it has told so many steps (0: to the end), ends it, and returns what it told. */
async function restoreUntilKilled(args: readonly string[], steps: number): Promise<string[]> {
  const child = spawn(process.execPath, [...args, String(steps)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    if (told.length === steps) child.kill('SIGKILL');
  }
  await ended;
  return told;
}

describe('a restore that is killed', () => {
  it('leaves nothing that looks like an identity, and can be done again', async () => {
    const script = await bundleForTest('restore-kill-child', path.join('main', 'identity', 'backup'));
    const { file } = await backupOf(2);
    const dataDir = temporaryFolder();
    const args = [script, dataDir, file, SECRET];
    const died = new Set<string>();
    for (let steps = 1; !died.has('verified'); steps += 1) {
      const told = await restoreUntilKilled(args, steps);
      const last = told.at(-1) ?? '';
      died.add(last);
      const { identities } = await restoreFolder(dataDir);
      expect(await identities.list(), told.join()).toEqual([]);
      expect(await identities.damaged()).toEqual([]);
      expect(await identities.has(importable.aid)).toBe(false);
      expect(await identities.pending(importable.aid)).toBeNull();
    }
    expect([...died]).toEqual(['key', 'identity', 'history', 'attachments', 'finishing', 'verified']);
    const { identities } = await restoreFolder(dataDir);
    await identities.sweep();
    expect(pendingIn(dataDir)).toEqual([]);
    expect((await restoreUntilKilled(args, 0)).at(-1)).toBe('promoted');
    expect((await identities.list()).map((each) => each.aid)).toEqual([importable.aid]);
  });
});
