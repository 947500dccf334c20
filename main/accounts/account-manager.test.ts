import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { keyFileText } from '../identity/key-file';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../runtime/runtime';
import { accountListFile, newEntry } from './account-list';
import { AccountManager } from './account-manager';
import type { AccountManagerParts } from './account-opener';

const AID = 'alice.aun.test';

/** An identity whose opening takes until the test ends it, so that closing it has to wait. */
async function world() {
  const dataDir = await temporaryFolder();
  const keys = path.join(dataDir, 'AIDs', AID, 'private');
  await mkdir(keys, { recursive: true });
  await writeFile(path.join(keys, 'key.json'), keyFileText('AA==', Buffer.from('wrapped')));
  await accountListFile(dataDir).write({
    accounts: [newEntry({ aid: AID, network: 'n', displayName: '', hue: 1 })],
    removed: [],
  });
  const seen = { opening: 0, most: 0 };
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const events: BridgeEvent['event'][] = [];
  const vault = {
    async unwrap() {
      seen.opening += 1;
      seen.most = Math.max(seen.most, seen.opening);
      await held;
      seen.opening -= 1;
      throw new AunError('key_unreadable', 'this is only a test');
    },
  };
  const runtime = {
    clock: systemClock,
    random: systemRandom,
    scheduler: systemScheduler,
    logger: silentLogger,
  };
  const options = {
    dataDir,
    vault,
    runtime,
    hostName: 'test',
    emit: ({ event }: BridgeEvent) => events.push(event),
  };
  const parts = { options, networks: { records: () => [] } } as unknown as AccountManagerParts;
  const manager = new AccountManager(parts);
  await manager.load();
  return { manager, events, seen, release: () => release() };
}

/** Lets everything run that does not wait for the test. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('an identity that is put back while it is still being closed', () => {
  it('is opened only when that has ended, and stays in the window', async () => {
    const { manager, events, seen, release } = await world();
    const opening = manager.openAll();
    await vi.waitFor(() => expect(seen.opening).toBe(1));
    const removing = manager.remove(AID, 'keep', '');
    const puttingBack = manager.putBack(AID);
    await quiet();
    expect(manager.ids()).toEqual([]);
    release();
    await Promise.all([opening, removing, puttingBack]);
    expect(seen.most).toBe(1);
    expect(events.lastIndexOf('account.changed')).toBeGreaterThan(events.lastIndexOf('account.removed'));
    expect(manager.ids()).toEqual([AID]);
  });
});
