import { writeSync } from 'node:fs';
import { restoreBackup } from './index';
import { restoreFolder } from './restore-test-target';

/**
 * Process that the kill test ends: restores a backup, one line for every step on the way, and moves it into place. After
 * step `last` it stands still, so that it dies there and nowhere else.
 */
async function main(dataDir: string, file: string, secret: string, last: number): Promise<void> {
  const folder = await restoreFolder(dataDir);
  let steps = 0;
  const tell = (step: string): void => {
    writeSync(1, `${step}\n`);
    steps += 1;
    if (steps === last) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  await restoreBackup({
    path: file,
    secret,
    target: folder.target,
    progress: (now) => tell(now.phase),
  });
  tell('verified');
  await folder.promote();
  tell('promoted');
}

const [dataDir = '', file = '', secret = '', last = ''] = process.argv.slice(2);
main(dataDir, file, secret, Number(last)).catch((error: unknown) => {
  writeSync(2, `${String(error)}\n`);
  process.exitCode = 1;
});
