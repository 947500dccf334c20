import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { startKeyring } from '../support/keyring';
import type { Keyring } from '../support/keyring';
import { photographFailures, Seat } from '../support/seat';

/** A real Secret Service (gnome-keyring on a bus of its own): there, away, back again, and there only later. */
let world: World;
let keyring: Keyring;
let seat: Seat;

test.beforeAll(async () => {
  world = await World.begin();
  keyring = await startKeyring();
});
test.afterAll(async () => {
  await world.end();
  await keyring.end();
});
photographFailures(() => seat);

/** The first bytes of what the system encrypted, out of an identity's key file. */
async function systemPrefix(dataDir: string, aid: string): Promise<string> {
  const file = await readFile(path.join(dataDir, 'AIDs', aid, 'private', 'key.json'), 'utf8');
  const wrapped = /"wrapped": "([^"]+)"/.exec(file)?.[1] ?? '';
  const blob = Buffer.from(wrapped, 'base64').toString('utf8');
  const ciphertext = /"ciphertext":"([^"]+)"/.exec(blob)?.[1] ?? '';
  return blob.includes('"backend":"os"')
    ? Buffer.from(ciphertext, 'base64').subarray(0, 3).toString('latin1')
    : 'none';
}

const inKeyring = () => ({ env: keyring.env, passwordStore: 'gnome-libsecret' as const });

test('keys live in the keyring; without it they stay closed and untouched; with it everything is back', async () => {
  seat = await Seat.take(world, 'keyring', inKeyring());
  const own = await seat.join(world, 'ringer');
  const vault = await seat.invoke('vault.status', {});
  expect(vault).toMatchObject({ protected: true, locked: false, passphraseSet: false });
  expect(vault.systemStore).toBe(vault.backend);
  await expect(seat.page.getByTestId('weak-vault')).toHaveCount(0);
  expect(await systemPrefix(seat.dataDir, own)).toBe('v11');
  expect(existsSync(path.join(seat.dataDir, 'vault.key'))).toBe(false);
  const before = await readFile(path.join(seat.dataDir, 'AIDs', own, 'private', 'key.json'));

  await seat.close();
  await seat.start({ passwordStore: 'basic' });
  await seat.presence(own, 'blocked');
  expect(await seat.invoke('vault.status', {})).toMatchObject({ backend: 'unavailable', protected: false });
  expect(await readFile(path.join(seat.dataDir, 'AIDs', own, 'private', 'key.json'))).toEqual(before);
  expect(existsSync(path.join(seat.dataDir, 'vault.key'))).toBe(false);

  await seat.close();
  await seat.start(inKeyring());
  await seat.online(own);
});

test('what a key file kept moves into the keyring as soon as there is one', async () => {
  seat = await Seat.take(world, 'later');
  const own = await seat.join(world, 'later-one');
  expect(await seat.invoke('vault.status', {})).toMatchObject({ backend: 'file', protected: false });
  expect(existsSync(path.join(seat.dataDir, 'vault.key'))).toBe(true);
  expect(await systemPrefix(seat.dataDir, own)).toBe('none');

  await seat.close();
  await seat.start(inKeyring());
  await seat.online(own);
  await expect.poll(() => seat.invoke('vault.status', {})).toMatchObject({ protected: true });
  await expect(seat.page.getByTestId('weak-vault')).toHaveCount(0);
  await expect.poll(() => systemPrefix(seat.dataDir, own)).toBe('v11');
  await expect.poll(() => existsSync(path.join(seat.dataDir, 'vault.key'))).toBe(false);
});

test('a passphrase can be given up again where the keyring protects', async () => {
  seat = await Seat.take(world, 'there-and-back', inKeyring());
  const own = await seat.join(world, 'backer');
  await seat.invoke('vault.setPassphrase', { passphrase: 'a horse and a battery' });
  expect(await systemPrefix(seat.dataDir, own)).toBe('none');
  await expect(seat.invoke('vault.removePassphrase', { current: 'not this one' })).rejects.toThrow(
    'vault_wrong_passphrase',
  );
  await seat.invoke('vault.removePassphrase', { current: 'a horse and a battery' });
  expect(await systemPrefix(seat.dataDir, own)).toBe('v11');
  await seat.restart();
  await seat.online(own);
});
