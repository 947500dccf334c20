import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { openAttemptThrottle } from './attempt-throttle';
import type { AttemptThrottle } from './attempt-throttle';

let dataDir: string;
let file: string;
/** Time since the computer started, and the date it shows. */
let monotonic: number;
let date: number;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'parley-attempts-'));
  file = path.join(dataDir, 'vault-attempts.json');
  monotonic = 5_000;
  date = 1_700_000_000_000;
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

function start(): Promise<AttemptThrottle> {
  const clock = { now: () => date, monotonic: () => monotonic };
  return openAttemptThrottle({ dataDir, clock, logger: silentLogger });
}

function wrong(throttle: AttemptThrottle): Promise<unknown> {
  return throttle.turn((prove) =>
    prove(() => Promise.reject(new AunError('vault_wrong_passphrase', 'wrong'))),
  );
}

function right(throttle: AttemptThrottle): Promise<unknown> {
  return throttle.turn((prove) => prove(() => Promise.resolve('opened')));
}

/** How long the next attempt has to wait, in ms; 0 where it was tried (and was wrong). */
async function waitOf(throttle: AttemptThrottle): Promise<unknown> {
  const thrown = await wrong(throttle).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'vault_wrong_passphrase' });
  return thrown instanceof AunError ? (thrown.detail['retryAfterMs'] ?? 0) : null;
}

async function wrongTimes(times: number): Promise<void> {
  for (let tried = 0; tried < times; tried += 1) {
    const throttle = await start();
    monotonic += 60_000;
    expect(await waitOf(throttle)).toBe(0);
  }
}

it('gives no free attempts for starting again', async () => {
  await wrongTimes(3);
  const fourth = await start();
  expect(await waitOf(fourth)).toBe(1_000);
  monotonic += 1_000;
  expect(await waitOf(fourth)).toBe(0);
  // The wait of two seconds that is due now begins with the next start.
  expect(await waitOf(await start())).toBe(2_000);
});

it('doubles the wait over many starts, up to a minute', async () => {
  await wrongTimes(12);
  expect(await waitOf(await start())).toBe(60_000);
});

it.each([
  ['set back', -365],
  ['set ahead', 365],
])('does not ask a clock that was %s', async (_how, days) => {
  await wrongTimes(5);
  date += days * 86_400_000;
  const throttle = await start();
  expect(await waitOf(throttle)).toBe(4_000);
  monotonic += 4_000;
  expect(await waitOf(throttle)).toBe(0);
});

it('forgets what was wrong after a right passphrase, also for the next start', async () => {
  await wrongTimes(4);
  const throttle = await start();
  monotonic += 60_000;
  await expect(right(throttle)).resolves.toBe('opened');
  expect(await waitOf(await start())).toBe(0);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ wrong: 1 });
});

it('counts an attempt that the end of the program cut off', async () => {
  const throttle = await start();
  let counted: unknown = null;
  await throttle.turn((prove) =>
    prove(async () => {
      counted = JSON.parse(await readFile(file, 'utf8'));
    }),
  );
  expect(counted).toEqual({ wrong: 1 });
});

it.each([
  ['nothing', ''],
  ['no JSON', '{"wrong": 1'],
  ['less than none', '{"wrong": -40}'],
  ['a huge number', '{"wrong": 1e300}'],
  ['something else', '[]'],
])('takes a file with %s in it as all free attempts used up', async (_what, text) => {
  await writeFile(file, text);
  const throttle = await start();
  expect(await waitOf(throttle)).toBe(1_000);
  monotonic += 1_000;
  await right(throttle);
  expect(await waitOf(await start())).toBe(0);
});

it('begins anew where the file was deleted', async () => {
  await wrongTimes(5);
  await rm(file);
  expect(await waitOf(await start())).toBe(0);
});

it('counts in memory where nothing can be written, and lets the right passphrase through', async () => {
  const throttle = await start();
  await rm(dataDir, { recursive: true });
  await writeFile(dataDir, 'a file where the folder was');
  for (let tried = 0; tried < 3; tried += 1) expect(await waitOf(throttle)).toBe(0);
  expect(await waitOf(throttle)).toBe(1_000);
  monotonic += 1_000;
  await expect(right(throttle)).resolves.toBe('opened');
});

it('neither counts nor clears for what proves no passphrase, and does not make it wait', async () => {
  await wrongTimes(3);
  const throttle = await start();
  await expect(throttle.turn(async () => 'moved')).resolves.toBe('moved');
  expect(await waitOf(throttle)).toBe(1_000);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ wrong: 3 });
});

it('does not count an attempt that could not be carried out', async () => {
  const throttle = await start();
  for (let tried = 0; tried < 5; tried += 1)
    await expect(
      throttle.turn((prove) => prove(() => Promise.reject(new Error('no memory')))),
    ).rejects.toThrow('no memory');
  expect(await waitOf(await start())).toBe(0);
});
