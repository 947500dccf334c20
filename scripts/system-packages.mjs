// Checks for the Debian packages a desktop program needs here: node scripts/system-packages.mjs [--check]
// As root, missing ones are installed; otherwise the one line to run is printed and the exit code is 69.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hasCommand, isMainModule, isRoot, log, runScript, runToEnd, ScriptError } from './lib/common.mjs';

/** Libraries that Electron loads, a display without a screen, a keyring for the vault's tests, Chinese and emoji glyphs. */
const needed = [
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libxtst6',
  'libatspi2.0-0',
  'libdrm2',
  'libxkbcommon0',
  'dbus',
  'dbus-x11',
  'gnome-keyring',
  'libsecret-1-0',
  'fonts-noto-cjk',
  'fonts-noto-color-emoji',
];

/** Debian 13 and Ubuntu 24.04 renamed some libraries when time_t grew: the old name or the new one will do. */
function alternatives(name) {
  return [name, `${name}t64`];
}

/** Names of the needed packages that are not installed. Empty on systems without dpkg. */
export function missingSystemPackages() {
  if (process.platform !== 'linux' || !hasCommand('dpkg-query')) return [];
  const query = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${Package} ${db:Status-Status}\n', ...needed.flatMap(alternatives)],
    {
      encoding: 'utf8',
    },
  );
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return needed.filter((name) => !alternatives(name).some((candidate) => installed.has(candidate)));
}

/** The name under which this release offers a package (needs fresh package lists). */
function offeredName(name) {
  for (const candidate of alternatives(name)) {
    const policy = spawnSync('apt-cache', ['policy', candidate], { encoding: 'utf8' });
    if (/Candidate: (?!\(none\))/.test(policy.stdout ?? '')) return candidate;
  }
  return name;
}

/**
 * Installs what is missing, when that is possible.
 * @throws {ScriptError} exit code 69 with the line to run, when the user has to do it
 */
export async function ensureSystemPackages() {
  const missing = missingSystemPackages();
  if (missing.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends'];
  if (!isRoot() || !existsSync('/usr/bin/apt-get')) {
    throw new ScriptError(
      `system packages are missing. Run this line once, then try again:\n` +
        `  sudo apt-get update && sudo apt-get ${install.join(' ')} ${missing.map(offeredName).join(' ')}`,
      69,
    );
  }
  log(`parley: installing system packages: ${missing.join(' ')}`);
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const updated = await runToEnd('apt-get', ['update', '-q'], options);
  if (updated !== 0) throw new ScriptError(`apt-get update failed with exit code ${updated}`);
  const code = await runToEnd('apt-get', [...install, '-q', ...missing.map(offeredName)], options);
  if (code !== 0) throw new ScriptError(`apt-get install failed with exit code ${code}`);
}

if (isMainModule(import.meta.url)) {
  runScript(async () => {
    if (process.argv.includes('--check')) {
      const missing = missingSystemPackages();
      log(
        missing.length === 0
          ? 'parley: no system package is missing'
          : `parley: missing: ${missing.join(' ')}`,
      );
      return missing.length === 0 ? 0 : 69;
    }
    await ensureSystemPackages();
    return 0;
  });
}
