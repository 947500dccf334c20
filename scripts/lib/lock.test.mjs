import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.mjs';

let work;
let lock;

beforeEach(() => {
  work = mkdtempSync(path.join(os.tmpdir(), 'parley-lock-'));
  lock = path.join(work, 'lock');
});

afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

describe('the lock between processes', () => {
  it('lets one task run after the other', async () => {
    const events = [];
    const task = (name) => async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} ends`);
    };
    await Promise.all([withLock(lock, task('a')), withLock(lock, task('b'))]);
    expect(events).toHaveLength(4);
    expect(events[0]?.slice(0, 1)).toBe(events[1]?.slice(0, 1));
    expect(events[2]?.slice(0, 1)).toBe(events[3]?.slice(0, 1));
  });

  it('is given back when the task fails', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });

  it('is taken over from a process that has died', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    mkdirSync(lock);
    writeFileSync(path.join(lock, 'pid'), String(pid));
    expect(await withLock(lock, () => Promise.resolve('done'))).toBe('done');
  });
});
