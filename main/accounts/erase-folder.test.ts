import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eraseFolder } from './erase-folder';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-erase-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('overwrites every file before it deletes it', async () => {
  const folder = join(root, 'alice.aun.test');
  mkdirSync(join(folder, 'private'), { recursive: true });
  mkdirSync(join(folder, 'public', 'certs'), { recursive: true });
  const files = [join(folder, 'private', 'key.json'), join(folder, 'public', 'certs', 'a.pem')];
  // A second name for the same bytes shows what became of them.
  const witnesses = files.map((file, index) => {
    writeFileSync(file, 'secret '.repeat(300_000));
    const witness = join(root, `witness-${String(index)}`);
    linkSync(file, witness);
    return witness;
  });
  await eraseFolder(folder);
  expect(existsSync(folder)).toBe(false);
  for (const witness of witnesses) {
    const bytes = readFileSync(witness);
    expect(bytes.length).toBe(2_100_000);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  }
});

it('never follows a link out of the folder', async () => {
  const outside = join(root, 'precious.txt');
  writeFileSync(outside, 'not ours');
  mkdirSync(join(root, 'elsewhere'));
  writeFileSync(join(root, 'elsewhere', 'file.txt'), 'not ours either');
  const folder = join(root, 'alice.aun.test');
  mkdirSync(folder);
  symlinkSync(outside, join(folder, 'link'));
  symlinkSync(join(root, 'elsewhere'), join(folder, 'private'));
  await eraseFolder(folder);
  expect(existsSync(folder)).toBe(false);
  expect(readFileSync(outside, 'utf8')).toBe('not ours');
  expect(readFileSync(join(root, 'elsewhere', 'file.txt'), 'utf8')).toBe('not ours either');
});

it('takes a folder that is not there for one that is gone', async () => {
  await eraseFolder(join(root, 'nobody.aun.test'));
});
