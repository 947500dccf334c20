import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { makePrivateFolder, readFileIfPresent, writeFileAtomically } from './files';

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
      const bytes = await readFileIfPresent(path);
      if (bytes === null) return fallback;
      const parsed = schema.safeParse(parseJson(bytes.toString('utf8')));
      if (parsed.success) return parsed.data;
      await rename(path, `${path}.damaged-${Date.now()}`);
      return fallback;
    },
    write(value) {
      const text = `${JSON.stringify(value, null, 2)}\n`;
      const next = writing
        .catch(() => undefined)
        .then(() => makePrivateFolder(dirname(path)))
        .then(() => writeFileAtomically(path, text));
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
