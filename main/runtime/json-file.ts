import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { AunError } from './errors';

/**
 * Writes a file so that a crash leaves either the old or the new content: temporary file in the same folder, fsync,
 * rename. Mode 0600. @throws AunError `disk_full`
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${Date.now().toString(36)}-${process.pid}-${(counter += 1)}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (isErrno(error, 'ENOSPC'))
      throw new AunError('disk_full', 'there is no room on the disk', { cause: error });
    throw error;
  }
}

let counter = 0;

/** Whether an error is a file system error with this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** A small settings file in JSON, checked by a schema, written atomically. */
export interface JsonFile<T> {
  /** The stored value, or the fallback when there is no file. A damaged file is kept under another name. */
  read(): Promise<T>;
  write(value: T): Promise<void>;
}

/** Opens a JSON file. `fallback` is what a missing or damaged file counts as. */
export function jsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  fallback: z.output<Schema>,
): JsonFile<z.output<Schema>> {
  let writing: Promise<void> = Promise.resolve();
  return {
    async read() {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return fallback;
        throw error;
      }
      const parsed = schema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      await rename(path, `${path}.damaged-${Date.now()}`);
      return fallback;
    },
    write(value) {
      const next = writing
        .catch(() => undefined)
        .then(() => writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`));
      writing = next;
      return next;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
