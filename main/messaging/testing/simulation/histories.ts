import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../runtime/logger';
import { systemClock, systemRandom } from '../../../runtime/runtime';
import { createInlineStoreHost } from '../../../store/inline-host';
import { runHistory } from './history';

/** A folder in memory where the system has one: thousands of databases are made here. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Runs histories `from` up to `to` (exclusive), each on an empty database of its own. @throws Error at the first wrong one */
export async function runHistories(from: number, to: number): Promise<void> {
  const folder = await mkdtemp(join(place, 'parley-histories-'));
  const key = systemRandom.bytes(32);
  const host = createInlineStoreHost({ clock: systemClock, logger: silentLogger });
  const template = join(folder, 'template.db');
  const file = join(folder, 'parley.db');
  try {
    await (await host.open(template, key)).close();
    for (let seed = from; seed < to; seed += 1) {
      await copyFile(template, file);
      const store = await host.open(file, key);
      await runHistory(seed, store);
      await store.close();
      await Promise.all(['', '-wal', '-shm'].map((end) => rm(`${file}${end}`, { force: true })));
    }
  } finally {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}
