// Makes sure that node_modules matches package-lock.json before anything that needs it runs.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot, log, runToEnd, ScriptError } from './common.mjs';

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
}

/** True when node_modules was installed by this script, or by npm later than the lock file changed. */
function isInstalled() {
  const marker = inRoot('node_modules', '.parley-lock');
  if (existsSync(marker)) return readFileSync(marker, 'utf8') === lockDigest();
  if (!existsSync(inRoot('node_modules', '.package-lock.json'))) return false;
  // Installed by hand: every package that the lock file pins must be there in that version.
  const wanted = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(inRoot('node_modules', '.package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || present[name]?.version === entry.version,
  );
}

/**
 * Installs node_modules with `npm ci` when it is missing or older than the lock file. npm's output goes to stderr.
 * Throws ScriptError when npm fails.
 */
export async function ensureDependencies() {
  if (isInstalled()) return;
  log('parley: installing packages (npm ci)');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const code = await runToEnd(command, args, {
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  });
  if (code !== 0) throw new ScriptError(`npm ci failed with exit code ${code}`);
  writeFileSync(inRoot('node_modules', '.parley-lock'), lockDigest());
}
