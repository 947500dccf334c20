// Builds dist/: node scripts/build.mjs [--force] [--only NAME,NAME]
// Skips whatever is newer than its inputs. Prints on stderr only.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { inRoot, isMainModule, log, rootDirectory, runScript, ScriptError } from './lib/common.mjs';
import { bundles, renderer } from './lib/entries.mjs';
import { leanZod } from './lib/lean-zod.mjs';
import { withLock } from './lib/lock.mjs';

const stampFile = inRoot('dist', '.build.json');
/** Files whose change makes everything stale. */
const common = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'scripts/build.mjs',
  'scripts/lib/entries.mjs',
  'scripts/lib/lean-zod.mjs',
];
/** Folders whose files the renderer is made of (vite reports no input list that is cheap to reuse). */
const rendererFolders = ['renderer', 'shared', 'assets'];
const rendererFiles = ['vite.config.mjs', 'scripts/lib/one-start-chunk.mjs'];

function fingerprint(file) {
  try {
    const { size, mtimeMs } = statSync(inRoot(file));
    return `${size}:${mtimeMs}`;
  } catch {
    return 'missing';
  }
}

function digest(file) {
  try {
    return createHash('sha256')
      .update(readFileSync(inRoot(file)))
      .digest('base64');
  } catch {
    return 'missing';
  }
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

/** The recorded state of `files`: size and time to compare fast, digest to be sure when the time has changed. */
function record(files) {
  return Object.fromEntries(files.map((file) => [file, [fingerprint(file), digest(file)]]));
}

function isFresh(stamp, output) {
  if (!stamp || !existsSync(inRoot(output))) return false;
  return Object.entries(stamp.files).every(
    ([file, [print, hash]]) => fingerprint(file) === print || digest(file) === hash,
  );
}

function listFiles(folder) {
  if (!existsSync(inRoot(folder))) return [];
  return readdirSync(inRoot(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(rootDirectory, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function applicationVersion() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).version;
}

/** Writes a file so that nobody ever sees half of it: tests may be starting the old one at this moment. */
function replaceFile(file, contents) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

async function buildBundle(name, { source, output }) {
  const esbuild = await import('esbuild');
  const result = await esbuild
    .build({
      absWorkingDir: rootDirectory,
      entryPoints: [source],
      outfile: output,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node18',
      sourcemap: true,
      sourcesContent: false,
      metafile: true,
      write: false,
      logLevel: 'silent',
      external: ['electron', '@signalapp/sqlcipher', 'playwright', 'playwright-core'],
      define: {
        'process.env.NODE_ENV': '"production"',
        'process.env.PARLEY_VERSION': JSON.stringify(applicationVersion()),
      },
      loader: { '.sql': 'text', '.md': 'text', '.svg': 'text' },
      legalComments: 'none',
      plugins: [leanZod],
    })
    .catch(async (error) => {
      const messages = await esbuild.formatMessages(error.errors ?? [], {
        kind: 'error',
        color: process.stderr.isTTY,
      });
      throw new ScriptError(`build of ${name} failed\n${messages.join('\n') || error.message}`);
    });
  for (const warning of await esbuild.formatMessages(result.warnings, {
    kind: 'warning',
    color: process.stderr.isTTY,
  })) {
    log(warning);
  }
  for (const file of result.outputFiles) replaceFile(file.path, file.contents);
  const inputs = Object.keys(result.metafile.inputs).filter((file) => !file.includes('node_modules/'));
  return inputs.filter((file) => existsSync(inRoot(file)));
}

async function buildRenderer() {
  const vite = await import('vite');
  const output = inRoot(renderer.output);
  const fresh = `${output}.${process.pid}`;
  await vite.build({
    configFile: inRoot('vite.config.mjs'),
    root: inRoot('renderer'),
    logLevel: 'warn',
    build: { outDir: fresh },
    customLogger: {
      hasWarned: false,
      info: () => undefined,
      warn: (message) => log(message),
      warnOnce: (message) => log(message),
      error: (message) => log(message),
      clearScreen: () => undefined,
      hasErrorLogged: () => false,
    },
  });
  rmSync(output, { recursive: true, force: true });
  renameSync(fresh, output);
}

async function buildAll({ force, only }) {
  mkdirSync(inRoot('dist'), { recursive: true });
  const stamps = force ? {} : readStamps();
  const wanted = (name) => only === undefined || only.includes(name);
  const started = Date.now();
  const built = [];
  const jobs = [];

  for (const [name, entry] of Object.entries(bundles)) {
    if (!wanted(name) || isFresh(stamps[name], entry.output)) continue;
    jobs.push(async () => {
      const inputs = await buildBundle(name, entry);
      stamps[name] = { files: record([...new Set([...inputs, ...common])]) };
      built.push(name);
    });
  }
  if (wanted('renderer')) {
    const files = [...rendererFolders.flatMap(listFiles), ...rendererFiles, ...common];
    const list = createHash('sha256').update(files.join('\n')).digest('base64');
    const stamp = stamps.renderer;
    if (stamp?.list !== list || !isFresh(stamp, `${renderer.output}/index.html`)) {
      jobs.push(async () => {
        const state = record(files);
        await buildRenderer();
        stamps.renderer = { list, files: state };
        built.push('renderer');
      });
    }
  }

  const results = await Promise.allSettled(jobs.map((job) => job()));
  replaceFile(stampFile, JSON.stringify(stamps));
  const failures = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  if (failures.length > 0) {
    const text = failures.map((error) =>
      error instanceof ScriptError ? error.message : (error.stack ?? error),
    );
    throw new ScriptError(text.join('\n'));
  }
  if (built.length > 0) log(`parley: built ${built.sort().join(', ')} in ${Date.now() - started} ms`);
}

/**
 * Builds what is stale. Safe to call from several processes at once: one builds, the others wait and find it fresh.
 * @param {{ force?: boolean, only?: string[] }} [options]
 */
export async function build(options = {}) {
  mkdirSync(inRoot('dist'), { recursive: true });
  await withLock(inRoot('dist', '.build.lock'), () => buildAll(options));
}

if (isMainModule(import.meta.url)) {
  runScript(async () => {
    const args = process.argv.slice(2);
    const onlyIndex = args.indexOf('--only');
    const only = onlyIndex >= 0 ? args[onlyIndex + 1]?.split(',') : undefined;
    if (args.includes('--clean')) rmSync(inRoot('dist'), { recursive: true, force: true });
    await build({ force: args.includes('--force'), ...(only ? { only } : {}) });
  });
}
