import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { AunError } from '../runtime/errors';
import { openAccountServices } from './account-services';
import type { AccountParts } from './account-services';

it('keeps no key of a database in memory once the store has it', async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'private'));
  await writeFile(path.join(folder, 'private', 'database.key'), 'wrapped');
  const key = Buffer.alloc(32, 7);
  let given: string | null = null;
  const parts = {
    folder,
    identity: { aid: 'alice.aun.test' },
    options: { vault: { unwrap: async () => key }, runtime: {} },
    store: {
      open: async (_file: string, opened: Uint8Array) => {
        given = Buffer.from(opened).toString('hex');
        throw new AunError('database_damaged', 'this is only a test');
      },
    },
  } as unknown as AccountParts;
  await expect(openAccountServices(parts)).rejects.toMatchObject({ code: 'database_damaged' });
  expect(given).toBe('07'.repeat(32));
  expect(key.every((byte) => byte === 0)).toBe(true);
});
