import { expect, it } from 'vitest';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemClock } from '../runtime/runtime';
import type { Account } from './account';
import { newEntry } from './account-list';
import { AccountOpener } from './account-opener';
import type { AccountManagerParts } from './account-opener';
import { AccountSlot } from './account-slot';
import { createKeyGate } from './key-gate';

it('goes online also where an interrupted change of key cannot be looked into now', async () => {
  const online = new Promise<void>((resolve) => {
    const session = { start: resolve };
    const slot = new AccountSlot(
      newEntry({ aid: 'alice.aun.test', network: 'n', displayName: '', hue: 1 }),
      () => undefined,
    );
    slot.account = { session, update: () => undefined } as unknown as Account;
    const runtime = { clock: systemClock, logger: silentLogger };
    const identities = {
      pendingRekey: () => Promise.reject(new AunError('certificate_invalid', 'the chain does not hold')),
    };
    const nothing = () => Promise.resolve();
    const opener = new AccountOpener(
      { options: { runtime } } as unknown as AccountManagerParts,
      identities as unknown as ConstructorParameters<typeof AccountOpener>[1],
      createKeyGate(),
      { keep: nothing, archive: nothing, reopen: nothing },
    );
    void opener.open(slot);
  });
  await expect(online).resolves.toBeUndefined();
});
