import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findViolations } from './check-layers.mjs';

const directories = [];

/** Writes source files into a folder of their own and returns the names of the rules they break. */
async function rulesBrokenBy(files) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'parley-layers-'));
  directories.push(directory);
  writeFileSync(path.join(directory, 'package.json'), '{"name":"house","dependencies":{"zod":"4.6.7"}}');
  writeFileSync(
    path.join(directory, 'tsconfig.json'),
    '{"compilerOptions":{"module":"esnext","moduleResolution":"bundler"}}',
  );
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  }
  const { found } = await findViolations(directory, Object.keys(files));
  return [...new Set(found.map((violation) => violation.rule))].sort();
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

const leaf = 'export const leaf = 1;\n';
const imports = (specifier) => `import { leaf } from '${specifier}';\nexport const here = leaf;\n`;

describe('the layer rules', () => {
  it('let a higher layer of main import a lower one', async () => {
    const files = {
      'main/messaging/outbox.ts': imports('../store/repository'),
      'main/store/repository.ts': leaf,
    };
    expect(await rulesBrokenBy(files)).toEqual([]);
  });

  it('refuse an import upward in main', async () => {
    const files = {
      'main/store/repository.ts': imports('../messaging/outbox'),
      'main/messaging/outbox.ts': leaf,
    };
    expect(await rulesBrokenBy(files)).toEqual(['main-store-stays-in-its-layer']);
  });

  it('refuse an import sideways in main, types included', async () => {
    const files = {
      'main/groups/members.ts':
        "import type { Leaf } from '../messaging/outbox';\nexport type Here = Leaf;\n",
      'main/messaging/outbox.ts': 'export type Leaf = 1;\n',
    };
    expect(await rulesBrokenBy(files)).toEqual(['main-groups-stays-in-its-layer']);
  });

  it.each(['main/messaging/outbox.ts', 'shared/model/message.ts', 'gateway/index.ts', 'renderer/app/app.ts'])(
    'refuse Electron in %s',
    async (file) => {
      const broken = await rulesBrokenBy({
        [file]: "import { app } from 'electron';\nexport const here = app;\n",
      });
      expect(broken).toContain('electron-in-the-shell-only');
    },
  );

  it.each(['main/shell/window.ts', 'main/keychain/electron-vault.ts', 'main/index.ts', 'preload/index.ts'])(
    'allow Electron in %s',
    async (file) => {
      const broken = await rulesBrokenBy({
        [file]: "import { app } from 'electron';\nexport const here = app;\n",
      });
      expect(broken).toEqual([]);
    },
  );

  it('refuse an engine that reaches Electron by way of another module', async () => {
    const files = {
      'main/engine.ts': imports('./keychain/electron-vault'),
      'main/keychain/electron-vault.ts': "import { app } from 'electron';\nexport const leaf = app;\n",
    };
    expect(await rulesBrokenBy(files)).toEqual(['engine-never-reaches-electron']);
  });

  it.each([
    [
      'renderer/app/app.ts',
      '../../main/store/repository',
      'main/store/repository.ts',
      'renderer-knows-shared-only',
    ],
    [
      'shared/model/message.ts',
      '../../main/store/repository',
      'main/store/repository.ts',
      'shared-stands-alone',
    ],
    ['gateway/index.ts', '../main/store/repository', 'main/store/repository.ts', 'gateway-knows-shared-only'],
    ['main/store/repository.ts', '../../gateway/index', 'gateway/index.ts', 'main-borders'],
    ['main/store/repository.ts', '../../renderer/app/app', 'renderer/app/app.ts', 'main-borders'],
    [
      'gateway/agents/echo.ts',
      '../../main/shell/window',
      'main/shell/window.ts',
      'agents-use-the-engine-only',
    ],
    ['e2e/harness/client.ts', '../../gateway/index', 'gateway/index.ts', 'harness-is-independent'],
    ['preload/index.ts', '../main/bridge/router', 'main/bridge/router.ts', 'preload-is-small'],
  ])('refuse %s importing %s', async (from, specifier, to, rule) => {
    expect(await rulesBrokenBy({ [from]: imports(specifier), [to]: leaf })).toEqual([rule]);
  });

  it('let the demo agents use the engine', async () => {
    const files = {
      'gateway/agents/echo.ts': imports('../../main/accounts/account'),
      'main/accounts/account.ts': leaf,
    };
    expect(await rulesBrokenBy(files)).toEqual([]);
  });

  it('refuse Node in shared and in the window', async () => {
    const text = "import { readFileSync } from 'node:fs';\nexport const here = readFileSync;\n";
    expect(await rulesBrokenBy({ 'shared/model/message.ts': text })).toEqual(['shared-stands-alone']);
    expect(await rulesBrokenBy({ 'renderer/app/app.ts': text })).toEqual(['renderer-without-node']);
  });

  it('keep helpers of tests out of the product', async () => {
    const files = {
      'main/store/repository.ts': imports('./testing/rows'),
      'main/store/testing/rows.ts': leaf,
    };
    expect(await rulesBrokenBy(files)).toEqual(['helpers-of-tests-stay-with-tests']);
  });

  it('refuse a circle', async () => {
    const files = {
      'shared/a.ts': imports('./b'),
      'shared/b.ts': "import { here } from './a';\nexport const leaf = here;\n",
    };
    expect(await rulesBrokenBy(files)).toEqual(['no-circle']);
  });

  it('refuse an import of a module that does not exist', async () => {
    expect(await rulesBrokenBy({ 'shared/a.ts': imports('./nowhere') })).toContain('resolvable');
  });

  it('fail when the analysis did not see a source file', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'parley-layers-'));
    directories.push(directory);
    mkdirSync(path.join(directory, 'shared'));
    writeFileSync(path.join(directory, 'tsconfig.json'), '{}');
    writeFileSync(path.join(directory, 'shared', 'a.ts'), leaf);
    await expect(findViolations(directory, ['shared/a.ts', 'shared/b.ts'])).rejects.toThrow('saw 1 of 2');
  });
});
