import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { AunError } from '../runtime/errors';
import { BackupJobs } from './backup-jobs';
import type { BackupJobsParts } from './backup-jobs';
import { IdentityTransfers } from './identity-transfers';
import type { IdentityTransferParts } from './identity-transfers';
import { systemClock, systemRandom } from '../runtime/runtime';

const AID = 'alice.aun.test';

/** An account that is open until the user is asked for a place; then the vault is locked, and only then the user answers. */
async function lockedInTheDialog() {
  const file = path.join(await temporaryFolder(), 'chosen');
  let locked = false;
  const choose = async () => {
    locked = true;
    return file;
  };
  const accounts = {
    get: async () => {
      if (locked) throw new AunError('vault_locked', 'the vault needs its passphrase');
      return {};
    },
  };
  const parts = {
    accounts,
    desktop: { chooseSave: choose, chooseFolder: choose },
    runtime: { clock: systemClock, random: systemRandom },
    emit: () => undefined,
  };
  return {
    file,
    transfers: new IdentityTransfers(parts as unknown as IdentityTransferParts),
    backups: new BackupJobs(parts as unknown as BackupJobsParts),
  };
}

it.each([
  ['a key', ({ transfers }) => transfers.exportPem(AID, 'a long enough secret')],
  ['a folder of the SDKs', ({ transfers }) => transfers.exportToSdk(AID, 'a long enough secret')],
  ['a backup', ({ backups }) => backups.create(AID, 'recovery', 'a long enough secret', 'job')],
] satisfies [string, (world: Awaited<ReturnType<typeof lockedInTheDialog>>) => Promise<unknown>][])(
  'writes %s to no place that is chosen after the vault was locked',
  async (_, write) => {
    const world = await lockedInTheDialog();
    await expect(write(world)).rejects.toMatchObject({ code: 'vault_locked' });
    expect(existsSync(world.file)).toBe(false);
  },
);
