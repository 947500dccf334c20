import { expect, it } from 'vitest';
import { VaultControl } from './vault-control';
import type { VaultControlParts } from './vault-control';

function control(stopJobs: () => Promise<void>) {
  const steps: string[] = [];
  const step = (name: string) => async () => void steps.push(name);
  const parts = {
    vault: { lock: () => void steps.push('lock'), unlock: step('unlock'), status: () => ({}) },
    accounts: { closeLocked: step('close'), openClosed: step('open') },
    emit: () => undefined,
    stopJobs,
  } as unknown as VaultControlParts;
  return { control: new VaultControl(parts), steps };
}

it('unlocks only when everything that was being locked is closed, so that what it opens stays open', async () => {
  let end: () => void = () => undefined;
  const jobs = new Promise<void>((resolve) => {
    end = resolve;
  });
  const { control: vault, steps } = control(() => jobs);
  const locking = vault.lock();
  const unlocking = vault.unlock('eight and more');
  // The accounts are closed while the jobs still run.
  expect(steps).toEqual(['lock', 'close']);
  end();
  await Promise.all([locking, unlocking]);
  expect(steps).toEqual(['lock', 'close', 'unlock', 'open']);
});

it('closes every account also when a job cannot be stopped', async () => {
  const { control: vault, steps } = control(() => Promise.reject(new Error('stuck')));
  await expect(vault.lock()).rejects.toThrow('stuck');
  expect(steps).toEqual(['lock', 'close']);
});

it('does not put a new passphrase in place of one that was not named', async () => {
  const asked: string[] = [];
  const parts = {
    vault: {
      status: () => ({ backend: 'passphrase', passphraseSet: true, locked: false }),
      setPassphrase: async () => void asked.push('set'),
    },
    accounts: { secrets: async () => [], keyGate: { alone: (work: () => Promise<void>) => work() } },
    emit: () => undefined,
  } as unknown as VaultControlParts;
  await expect(new VaultControl(parts).setPassphrase('mine from now on')).rejects.toMatchObject({
    code: 'invalid_request',
  });
  expect(asked).toEqual([]);
});
