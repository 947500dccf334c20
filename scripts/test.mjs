// npm test: installs what is missing, then checks everything. Its last line is `N passed, N failed`.
//   node scripts/test.mjs [--only STEP,STEP] [--list]
// Steps run in order; a failing step does not hide the later ones, except that nothing runs on a broken build.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inRoot, isRoot, log, packageFile, runScript, runToEnd, ScriptError } from './lib/common.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { countPlaywright, countVitest, failedInPlaywright, failedInVitest } from './lib/test-reports.mjs';

const reports = inRoot('out', 'test');
const unitReport = path.join(reports, 'vitest.json');
const desktopReport = path.join(reports, 'playwright.json');

function node(file, ...args) {
  return (env = {}) => runToEnd(process.execPath, [file, ...args], { env: { ...process.env, ...env } });
}

async function runUnitTests() {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`];
  return node(packageFile('vitest', 'vitest.mjs'), 'run', ...reporters)({ PARLEY_SKIP_BUILD: '1' });
}

async function runDesktopTests() {
  const { desktopEnvironment } = await import('./lib/desktop.mjs');
  const desktop = await desktopEnvironment({ display: 'virtual', open: isRoot() });
  log(`parley: ${desktop.description}`);
  try {
    return await node(
      packageFile('playwright', 'cli.js'),
      'test',
      '-c',
      'e2e/playwright.config.ts',
    )({
      ...desktop.env,
      PLAYWRIGHT_JSON_OUTPUT_FILE: desktopReport,
    });
  } finally {
    desktop.dispose();
  }
}

/** Every step: its name, what it runs, and whether the later steps are pointless when it fails. */
const steps = [
  {
    name: 'format',
    run: () => node(packageFile('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.')(),
  },
  { name: 'types', run: () => node(packageFile('typescript', 'bin', 'tsc'), '--noEmit')() },
  { name: 'lint', run: () => node(packageFile('eslint', 'bin', 'eslint.js'), '.', '--max-warnings=0')() },
  { name: 'layers', run: () => node(inRoot('scripts', 'check-layers.mjs'))() },
  { name: 'build', run: () => node(inRoot('scripts', 'build.mjs'))(), required: true },
  { name: 'docs', run: () => node(inRoot('scripts', 'run.mjs'), 'docs', '--check')() },
  { name: 'unit', run: runUnitTests },
  { name: 'desktop', run: runDesktopTests },
];

async function runSteps(selected) {
  const failed = [];
  for (const step of selected) {
    const started = Date.now();
    log(`\n--- ${step.name}`);
    const code = await step.run();
    log(
      `--- ${step.name}: ${code === 0 ? 'ok' : `failed (${code})`} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
    );
    if (code === 0) continue;
    failed.push(step.name);
    if (step.required || code > 128) break;
  }
  return failed;
}

runScript(async () => {
  const args = process.argv.slice(2);
  if (args.includes('--list')) {
    log(steps.map((step) => step.name).join(' '));
    return 0;
  }
  const onlyIndex = args.indexOf('--only');
  const only = onlyIndex >= 0 ? (args[onlyIndex + 1] ?? '').split(',') : steps.map((step) => step.name);
  const unknown = only.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new ScriptError(`unknown step: ${unknown.join(', ')}`, 64);

  await ensureDependencies();
  const { ensureSystemPackages } = await import('./system-packages.mjs');
  await ensureSystemPackages();
  const { describeRuntime, electronRuntime } = await import('./electron-runtime.mjs');
  log(`parley: testing on Node ${process.versions.node} and ${describeRuntime(await electronRuntime())}`);

  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const selected = steps.filter((step) => only.includes(step.name));
  const failedSteps = await runSteps(selected);

  const none = { passed: 0, failed: 0 };
  const read = (file, count) => (existsSync(file) ? count(JSON.parse(readFileSync(file, 'utf8'))) : none);
  const unit = read(unitReport, countVitest);
  const desktop = read(desktopReport, countPlaywright);
  const passed = unit.passed + desktop.passed;
  const failedTests = unit.failed + desktop.failed;
  // A step that fails without a failing test (lint, a crash of the runner) counts as one failure.
  const explained = new Set([
    ...(unit.failed > 0 ? ['unit'] : []),
    ...(desktop.failed > 0 ? ['desktop'] : []),
  ]);
  const failed = failedTests + failedSteps.filter((name) => !explained.has(name)).length;

  // Named again at the end, where a long log is read first.
  const names = (file, list) => (existsSync(file) ? list(JSON.parse(readFileSync(file, 'utf8'))) : []);
  for (const name of [...names(unitReport, failedInVitest), ...names(desktopReport, failedInPlaywright)])
    log(`parley: failed: ${name.replace(inRoot('.'), '')}`);
  if (failedSteps.length > 0) log(`\nparley: failed steps: ${failedSteps.join(', ')}`);
  const testsWanted = only.includes('unit') || only.includes('desktop');
  if (testsWanted && passed + failedTests === 0) log('parley: no test ran');
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 || (testsWanted && passed === 0) ? 1 : 0;
});
