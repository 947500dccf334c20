import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(__dirname, '..');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'dev' ? [] : sources(file);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [file] : [];
  });
}

it('takes only types, never schemas, from the contract: the schema library would slow every start of the window', () => {
  const files = sources(root);
  expect(files.length).toBeGreaterThan(50);
  const schemas =
    /^import (?!type )[^;]*from '[^']*(zod|bridge\/contract|bridge\/errors|model\/(?!wait-reasons|default-settings)[a-z-]+)'/m;
  expect(files.filter((file) => schemas.test(readFileSync(file, 'utf8')))).toEqual([]);
});
