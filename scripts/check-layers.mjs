// Checks the layer rules and the length of files: node scripts/check-layers.mjs
// An analysis that saw fewer modules than there are source files is an error, not a success: with a TypeScript that
// it does not support, dependency-cruiser analyses nothing and finds nothing wrong.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inRoot, isMainModule, log, rootDirectory, runScript, ScriptError } from './lib/common.mjs';

const folders = ['main', 'preload', 'renderer', 'shared', 'gateway', 'e2e'];
const lineLimit = 500;

/** Source files of the house as git knows them (tracked or new, not ignored), relative to the root. */
function sourceFiles() {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: rootDirectory,
    encoding: 'utf8',
  });
  if (listed.status !== 0)
    throw new ScriptError('git ls-files failed: the layers are checked in a git checkout');
  return listed.stdout.split('\n').filter((file) => file !== '' && existsSync(inRoot(file)));
}

/** Files with more lines than allowed, as sentences. */
export function tooLong(files, limit = lineLimit) {
  return files
    .filter((file) => /[.](ts|tsx|mjs|cjs|css)$/.test(file))
    .map((file) => ({ file, lines: readFileSync(inRoot(file), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > limit)
    .map(({ file, lines }) => `${file}: ${lines} lines, more than ${limit}`);
}

async function violations(files) {
  const { cruise } = await import('dependency-cruiser');
  const { default: extractTSConfig } = await import('dependency-cruiser/config-utl/extract-ts-config');
  const { forbidden, options } = createRequire(import.meta.url)(inRoot('.dependency-cruiser.cjs'));
  const present = folders.filter((folder) => existsSync(inRoot(folder)));
  process.chdir(rootDirectory);
  const { output } = await cruise(
    present,
    { ...options, ruleSet: { forbidden }, validate: true },
    {},
    { tsConfig: extractTSConfig(inRoot('tsconfig.json')) },
  );
  const expected = files.filter((file) =>
    /^(main|preload|renderer|shared|gateway|e2e)\/.*[.]tsx?$/.test(file),
  );
  const seen = new Set(output.modules.map((module) => module.source));
  const unseen = expected.filter((file) => !seen.has(file));
  if (expected.length === 0 || unseen.length > 0) {
    throw new ScriptError(
      `the layer check saw ${expected.length - unseen.length} of ${expected.length} source files` +
        (unseen.length > 0 ? ` (not, for example, ${unseen[0]})` : '') +
        ': does dependency-cruiser support this TypeScript?',
    );
  }
  const imports = output.modules.reduce((sum, module) => sum + module.dependencies.length, 0);
  if (expected.length > 1 && imports === 0) throw new ScriptError('the layer check saw no import at all');
  const found = output.summary.violations.map((violation) => {
    const rule = forbidden.find(({ name }) => name === violation.rule.name);
    const way = violation.cycle ?? violation.via;
    const path = way ? way.map((step) => step.name ?? step).join(' → ') : violation.to;
    return `${violation.from} → ${path}: ${rule?.comment ?? ''} (${violation.rule.name})`;
  });
  return { found, modules: expected.length };
}

/** Checks everything; returns the number of files that were seen. @throws {ScriptError} with one line per fault */
export async function checkLayers() {
  const files = sourceFiles();
  const { found, modules } = await violations(files);
  const faults = [...found, ...tooLong(files.filter((file) => !file.startsWith('e2e/vectors/')))];
  if (faults.length > 0)
    throw new ScriptError(`${faults.length} faults in the layers:\n  ${faults.join('\n  ')}`);
  return modules;
}

if (isMainModule(import.meta.url)) {
  runScript(async () => {
    const modules = await checkLayers();
    log(`parley: layers hold in ${modules} modules`);
  });
}
