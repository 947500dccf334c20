import { expect, it } from 'vitest';
import { systemRandom } from '../runtime/runtime';
import { HandedOut } from './handed-out';

it('finds what it gave out by its handle alone, and the handle tells nothing of it', () => {
  const files = new HandedOut<string>(systemRandom);
  const one = files.give('/home/me/secret.aunbackup');
  const other = files.give('/home/me/secret.aunbackup');
  expect(one).not.toBe(other);
  expect(one).toMatch(/^[0-9a-f]{32}$/);
  expect(files.find(one)).toBe('/home/me/secret.aunbackup');
});

it('refuses a path, a guess, and what was given out too long ago', () => {
  const files = new HandedOut<string>(systemRandom);
  const first = files.give('first');
  for (let count = 0; count < 64; count += 1) files.give(`later ${String(count)}`);
  for (const handle of ['/etc/passwd', '0'.repeat(32), first])
    expect(() => files.find(handle)).toThrow('not given out');
});
