import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A place where a secret text was found in the clear. */
export interface Leak {
  readonly file: string;
  readonly text: string;
  readonly form: string;
}

/** The forms in which a text could lie on disk: raw, UTF-16, base64 at all three offsets, JSON escapes. */
function formsOf(text: string): { form: string; bytes: Buffer }[] {
  const utf8 = Buffer.from(text, 'utf8');
  const forms = [
    { form: 'utf8', bytes: utf8 },
    { form: 'utf16le', bytes: Buffer.from(text, 'utf16le') },
  ];
  const escaped = text.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (escaped !== text) forms.push({ form: 'json', bytes: Buffer.from(escaped) });
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), utf8]).toString('base64');
    // The first and last characters depend on the neighbours; the middle does not.
    const middle = padded.slice(4, -4);
    if (middle.length >= 8) forms.push({ form: `base64+${offset}`, bytes: Buffer.from(middle) });
  }
  return forms;
}

/** Looks into every file below the folders for any of the texts. */
export async function findLeaks(
  folders: readonly string[],
  texts: readonly string[],
): Promise<{ leaks: Leak[]; files: number }> {
  const wanted = texts.flatMap((text) => formsOf(text).map((form) => ({ text, ...form })));
  const leaks: Leak[] = [];
  let files = 0;
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const content = await readFile(file);
      files += 1;
      for (const { text, form, bytes } of wanted) {
        if (content.includes(bytes)) leaks.push({ file, text, form });
      }
    }
  }
  return { leaks, files };
}
