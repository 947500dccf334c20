// A lock between processes: a folder that only one process can make, holding the id of its owner.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** True when the owner of the lock is gone: its process has ended, or it never wrote its id (10 s grace). */
function isAbandoned(directory) {
  try {
    const pid = Number(readFileSync(path.join(directory, 'pid'), 'utf8'));
    return Number.isInteger(pid) && pid > 0 && !isAlive(pid);
  } catch {
    try {
      return Date.now() - statSync(directory).mtimeMs > 10_000;
    } catch {
      return false;
    }
  }
}

/**
 * Runs `task` while holding the lock `directory`; waits while another living process holds it.
 * The lock of a process that died is taken over.
 */
export async function withLock(directory, task) {
  for (;;) {
    try {
      mkdirSync(directory);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned(directory)) rmSync(directory, { recursive: true, force: true });
      else await delay(100);
    }
  }
  writeFileSync(path.join(directory, 'pid'), String(process.pid));
  try {
    return await task();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
