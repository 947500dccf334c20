import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

/** Everything about a folder that somebody could notice later: names, kinds, modes, content, times of change. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  async function visit(place: string): Promise<void> {
    const facts = await lstat(place);
    const mark = `${facts.mode.toString(8)} ${facts.mtimeMs} ${facts.ctimeMs}`;
    const name = path.relative(folder, place);
    if (facts.isDirectory()) {
      found[`${name}/`] = mark;
      for (const entry of await readdir(place)) await visit(path.join(place, entry));
    } else if (facts.isSymbolicLink()) {
      found[name] = `${mark} -> ${await readlink(place)}`;
    } else {
      found[name] = `${mark} ${createHash('sha256')
        .update(await readFile(place))
        .digest('hex')}`;
    }
  }
  await visit(folder);
  return found;
}
