// Starts one of the built programs: node scripts/run.mjs NAME [arguments]
// Streams, signals and the exit code are the program's own; this script prints on stderr only.
import { inRoot, log, runScript, runToEnd, ScriptError } from './lib/common.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { bundles, programs } from './lib/entries.mjs';

runScript(async () => {
  const [name, ...args] = process.argv.slice(2);
  const program = programs[name];
  if (!program) throw new ScriptError(`usage: run.mjs ${Object.keys(programs).join(' | ')} [arguments]`, 64);
  await ensureDependencies();

  const { build } = await import('./build.mjs');
  if (program.desktop) await build();
  else
    await build({
      only: [...new Set([program.bundle, 'store-worker', 'crypto-worker', 'gateway', 'agents'])],
    });

  const { output } = bundles[program.bundle];
  const node = [process.execPath, ['--enable-source-maps', inRoot(output), ...args]];
  if (!program.desktop) return runToEnd(node[0], node[1], { cwd: process.cwd() });

  const { desktopEnvironment } = await import('./lib/desktop.mjs');
  const desktop = await desktopEnvironment({ display: 'virtual' });
  try {
    log(`parley: ${desktop.description}`);
    return await runToEnd(node[0], node[1], { env: { ...process.env, ...desktop.env } });
  } finally {
    desktop.dispose();
  }
});
