// Packages the application: npm run package [-- --release] [-- --smoke]
//   without a flag: the unpacked application of this machine, in release/
//   --release: the installers of this platform, as electron-builder.yml lists them (needs the network)
//   --smoke: starts the packaged application afterwards and checks it (scripts/smoke-packaged.mjs)
import { existsSync } from 'node:fs';
import path from 'node:path';
import { inRoot, log, packageFile, runScript, runToEnd, ScriptError } from './lib/common.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { application } from './lib/entries.mjs';

function flagOfPlatform() {
  return { linux: '--linux', darwin: '--mac', win32: '--win' }[process.platform];
}

/** The packaged program of this machine. */
function packagedExecutable() {
  const places = {
    linux: ['linux-unpacked', 'parley'],
    win32: ['win-unpacked', 'Parley.exe'],
    darwin: [process.arch === 'arm64' ? 'mac-arm64' : 'mac', 'Parley.app'],
  };
  return inRoot('release', ...places[process.platform]);
}

runScript(async () => {
  const args = process.argv.slice(2);
  await ensureDependencies();
  const { build } = await import('./build.mjs');
  await build({ force: true, only: application });
  const builder = [packageFile('electron-builder', 'cli.js'), '--publish', 'never', flagOfPlatform()];
  if (args.includes('--release')) return runToEnd(process.execPath, builder);

  const { describeRuntime, electronRuntime } = await import('./electron-runtime.mjs');
  const runtime = await electronRuntime();
  const overrides = [`-c.electronDist=${runtime.dist}`, `-c.electronVersion=${runtime.version}`];
  const code = await runToEnd(process.execPath, [...builder, 'dir', ...overrides]);
  if (code !== 0) return code;
  const executable = packagedExecutable();
  if (!existsSync(executable)) throw new ScriptError(`electron-builder made no ${executable}`);
  const { checkFuses } = await import('./lib/fuses.mjs');
  log(`parley: packaged ${path.relative(inRoot(), executable)} on ${describeRuntime(runtime)}`);
  log(`parley: ${await checkFuses(executable)} fuses stand as they must`);
  if (runtime.kind === 'test')
    log('parley: made with the test runtime: for tests on this machine only, not for users');
  if (!args.includes('--smoke')) return 0;
  return runToEnd(process.execPath, [inRoot('scripts', 'smoke-packaged.mjs'), executable]);
});
