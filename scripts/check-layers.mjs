// Checks the layer rules and the length of files: node scripts/check-layers.mjs
// An analysis that saw fewer modules than there are source files is an error, not a success: with a TypeScript that
// it does not support, dependency-cruiser analyses nothing and finds nothing wrong.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
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

/**
 * Applies the layer rules to the source files of `directory`.
 * @param {string} directory root of the house
 * @param {string[]} files its files, relative to the root; every TypeScript file among them must be seen
 * @returns the broken rules and the number of modules that were seen
 * @throws {ScriptError} when the analysis missed a file
 */
export async function findViolations(directory, files) {
  const { cruise } = await import('dependency-cruiser');
  const { default: extractTSConfig } = await import('dependency-cruiser/config-utl/extract-ts-config');
  const { forbidden, options } = createRequire(import.meta.url)(inRoot('.dependency-cruiser.cjs'));
  const present = folders.filter((folder) => existsSync(path.join(directory, folder)));
  const { output } = await cruise(
    present,
    { ...options, baseDir: directory, ruleSet: { forbidden }, validate: true },
    {},
    { tsConfig: extractTSConfig(path.join(directory, 'tsconfig.json')) },
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
  const found = output.summary.violations.map((violation) => {
    const rule = violation.rule.name;
    const way = violation.cycle ?? violation.via;
    const to = way ? way.map((step) => step.name ?? step).join(' → ') : violation.to;
    const comment = forbidden.find(({ name }) => name === rule)?.comment ?? '';
    return { rule, text: `${violation.from} → ${to}: ${comment} (${rule})` };
  });
  const imports = output.modules.reduce((sum, module) => sum + module.dependencies.length, 0);
  return { found, imports, modules: expected.length };
}

/** Checks everything; returns the number of files that were seen. @throws {ScriptError} with one line per fault */
export async function checkLayers() {
  const files = sourceFiles();
  const { found, imports, modules } = await findViolations(rootDirectory, files);
  if (imports === 0) throw new ScriptError('the layer check saw no import at all');
  const faults = [
    ...found.map(({ text }) => text),
    ...tooLong(files.filter((file) => !file.startsWith('e2e/vectors/'))),
  ];
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
