import { appendFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder } from '../runtime/files';

/** Size at which the log starts anew, in bytes; one older file is kept. */
const MAX_BYTES = 2 * 1024 * 1024;
/** Lines that wait for a slow disk at most; more are dropped. */
const MAX_WAITING = 5_000;

/** A log on disk that never makes anybody wait. */
export interface LogFile {
  readonly write: (line: string) => void;
  /** Resolves when everything written so far is in the file. */
  flush(): Promise<void>;
}

/** Opens `{dataDir}/logs/parley.log`. A disk that refuses loses log lines and nothing else. */
export function openLogFile(dataDir: string): LogFile {
  const folder = path.join(dataDir, 'logs');
  const file = path.join(folder, 'parley.log');
  let waiting: string[] = [];
  let writing: Promise<void> | null = null;

  async function drain(): Promise<void> {
    await makePrivateFolder(folder);
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      if (size > MAX_BYTES) await rename(file, `${file}.old`);
      await appendFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    }
  }

  function start(): Promise<void> {
    writing ??= drain()
      .catch(() => undefined)
      .finally(() => {
        writing = null;
      });
    return writing;
  }

  return {
    write(line) {
      if (waiting.length < MAX_WAITING) waiting.push(line);
      void start();
    },
    async flush() {
      await writing;
      if (waiting.length > 0) await start();
    },
  };
}
