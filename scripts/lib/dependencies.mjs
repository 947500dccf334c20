// Makes sure that node_modules matches package-lock.json before anything that needs it runs.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { inRoot, log, runToEnd, ScriptError } from './common.mjs';
import { withLock } from './lock.mjs';

function lockedPackages(...place) {
  return JSON.parse(readFileSync(inRoot(...place), 'utf8')).packages;
}

/** True when every package that the lock file pins is installed in that version (optional ones may be missing). */
function isInstalled() {
  if (!existsSync(inRoot('node_modules', '.package-lock.json'))) return false;
  const wanted = lockedPackages('package-lock.json');
  const present = lockedPackages('node_modules', '.package-lock.json');
  return Object.entries(wanted).every(
    ([name, { optional, devOptional, version }]) =>
      name === '' || optional || devOptional || present[name]?.version === version,
  );
}

/**
 * Installs node_modules with `npm ci` when it is missing or differs from the lock file. npm's output goes to stderr.
 * Throws ScriptError when npm fails.
 */
export async function ensureDependencies() {
  if (isInstalled()) return;
  mkdirSync(inRoot('dist'), { recursive: true });
  await withLock(inRoot('dist', '.install.lock'), async () => {
    if (isInstalled()) return;
    log('parley: installing packages (npm ci)');
    const npm = process.env.npm_execpath;
    const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
    const code = await runToEnd(command, args, {
      stdio: ['ignore', 2, 2],
      shell: !npm && process.platform === 'win32',
    });
    if (code !== 0) throw new ScriptError(`npm ci failed with exit code ${code}`);
  });
}
