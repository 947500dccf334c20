// npm start: builds what is stale and opens Parley. Arguments after `--` go to the application:
//   npm start -- --data FOLDER
// --headless (or PARLEY_HEADLESS=1) shows the window on a virtual display.
import { existsSync, readFileSync } from 'node:fs';
import { isRoot, log, rootDirectory, runScript, runToEnd } from './lib/common.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { application } from './lib/entries.mjs';

/** Why Chromium could not make its sandbox on this Linux machine, or undefined when it can. */
function sandboxProblem() {
  const off = [
    [
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      '1',
      'kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['/proc/sys/kernel/unprivileged_userns_clone', '0', 'kernel.unprivileged_userns_clone=1'],
  ].find(([file, value]) => existsSync(file) && readFileSync(file, 'utf8').trim() === value);
  return off?.[2];
}

runScript(async () => {
  const args = process.argv.slice(2);
  const headless = args.includes('--headless') || process.env.PARLEY_HEADLESS === '1';
  await ensureDependencies();
  const { build } = await import('./build.mjs');
  await build({ only: application });

  const { desktopEnvironment, hasDisplay } = await import('./lib/desktop.mjs');
  if (!headless && !hasDisplay()) {
    log(
      'parley: this machine has no display (DISPLAY is empty), so the window opens on a virtual one that nobody sees.',
    );
    log(
      'parley: to see it, start Parley from a desktop session, or pass --remote-debugging-port=9222 and look with a browser.',
    );
  }
  const desktop = await desktopEnvironment({ display: headless ? 'virtual' : 'any' });
  log(`parley: ${desktop.description}`);
  const flags = [];
  if (process.platform === 'linux' && isRoot()) {
    log('parley: running as root, so without Chromium’s sandbox. Prefer an ordinary user.');
    flags.push('--no-sandbox');
  } else if (process.platform === 'linux' && sandboxProblem() !== undefined) {
    log(
      `parley: this system may refuse Chromium’s sandbox. If Parley does not open: sudo sysctl -w ${sandboxProblem()}`,
    );
  }
  try {
    const rest = args.filter((argument) => argument !== '--headless');
    return await runToEnd(desktop.runtime.executable, [...flags, rootDirectory, ...rest], {
      cwd: process.cwd(),
      env: { ...process.env, ...desktop.env },
    });
  } finally {
    desktop.dispose();
  }
});
