import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

const folder = path.resolve('node_modules', '.cache', `parley-store-${process.pid}`);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Bundles one file of a folder (this one, unless told otherwise) as the real build does and returns where it lies: below
 * node_modules, so that the native module is found.
 */
export async function bundleForTest(name: string, source = path.join('main', 'store')): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, `${name}.cjs`);
  await build({
    entryPoints: [path.resolve(source, `${name}.ts`)],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    external: ['@signalapp/sqlcipher'],
    logLevel: 'silent',
  });
  return outfile;
}
