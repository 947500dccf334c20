// The layers of the house (ARCHITECTURE.md, "Who may import whom"), as rules. Run by scripts/check-layers.mjs.
'use strict';

/** Tests and their helpers build whole worlds out of many layers; they are held to the outer borders only. */
const tests = '([.]test[.]tsx?$|/testing/)';

/** The ground of main/: the outside world and the interfaces between services. These two may know each other. */
const ground = ['runtime', 'ports'];

/** The layers inside main/, from the ground up. A folder may import folders of lower layers, and itself. */
const mainLayers = [
  ground,
  ['store', 'keychain'],
  ['e2ee', 'gateway', 'identity'],
  ['messaging', 'groups', 'attachments', 'streams', 'notifications'],
  ['bridge'],
  ['accounts'],
  ['shell'],
];

/** For every folder of main/: it must not import a folder of its own layer or of a higher one. */
const mainRules = mainLayers.flatMap((layer, level) =>
  layer.map((folder) => {
    const above = mainLayers.slice(level).flat();
    const allowed = layer === ground ? ground : [folder];
    const forbidden = above.filter((name) => !allowed.includes(name));
    return {
      name: `main-${folder}-stays-in-its-layer`,
      comment: `main/${folder} imports a folder of its own layer or of a higher one`,
      severity: 'error',
      from: { path: `^main/${folder}/`, pathNot: tests },
      to: { path: forbidden.length > 0 ? `^main/(${forbidden.join('|')})/` : '^$' },
    };
  }),
);

/** The only files that may know Electron. */
const electronFiles = [
  '^main/shell/',
  '^main/keychain/electron-vault[.]ts$',
  '^main/index[.]ts$',
  '^preload/',
];
const roots = '^main/(index|engine)[.]ts$';

module.exports = {
  forbidden: [
    ...mainRules,
    {
      name: 'no-circle',
      comment: 'modules import each other in a circle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'the imported module does not exist',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron$' },
    },
    {
      name: 'declared-packages-only',
      comment: 'the package is not in package.json',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'electron-in-the-shell-only',
      comment: 'Electron belongs to main/shell, the Electron vault, the composition root and preload',
      severity: 'error',
      from: { path: '^(main|shared|gateway|renderer)/', pathNot: electronFiles },
      to: { path: ['^electron($|/)', '(^|/)node_modules/electron/'] },
    },
    {
      name: 'engine-never-reaches-electron',
      comment: 'the engine and the gateway run in plain Node, also by way of what they import',
      severity: 'error',
      from: { path: '^(main/engine[.]ts|main/(store|e2ee)/worker[.]ts|gateway/.*)$' },
      to: { path: ['^electron($|/)', '(^|/)node_modules/electron/'], reachable: true },
    },
    {
      name: 'nothing-imports-a-composition-root',
      comment: 'main/index.ts and main/engine.ts are started, never imported',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: roots },
    },
    {
      name: 'shared-stands-alone',
      comment: 'shared/ imports itself and zod',
      severity: 'error',
      from: { path: '^shared/', pathNot: tests },
      to: { pathNot: ['^shared/', '(^|/)node_modules/zod/'] },
    },
    {
      name: 'shared-tests-stand-alone',
      comment: 'tests of shared/ may use the test runner and Node, but no other folder of the house',
      severity: 'error',
      from: { path: `^shared/.*${tests}` },
      to: { path: '^(main|preload|renderer|gateway)/' },
    },
    {
      name: 'renderer-knows-shared-only',
      comment: 'the window never imports main, the gateway or Node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(main|preload|gateway|e2e|scripts)/' },
    },
    {
      name: 'renderer-without-node',
      comment: 'the window runs in a sandbox without Node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: [tests, '^renderer/dev/.*[.]mjs$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-dev-stays-out',
      comment: 'tools for working on the window are not part of it',
      severity: 'error',
      // Tests may run against the engine that is only acted.
      from: { path: '^renderer/', pathNot: ['^renderer/dev/', tests] },
      to: { path: '^renderer/dev/' },
    },
    {
      name: 'preload-is-small',
      comment: 'preload imports shared/ and Electron',
      severity: 'error',
      from: { path: '^preload/', pathNot: tests },
      to: { pathNot: ['^preload/', '^shared/', '^electron$', '(^|/)node_modules/electron/'] },
    },
    {
      name: 'main-borders',
      comment: 'main imports neither the window nor the gateway; it starts the gateway as a process',
      severity: 'error',
      from: { path: '^main/', pathNot: tests },
      to: { path: '^(renderer|preload|gateway|e2e|scripts)/' },
    },
    {
      name: 'main-tests-borders',
      comment: 'tests of main may use the gateway and the harness, never the window',
      severity: 'error',
      from: { path: `^main/.*${tests}` },
      to: { path: '^(renderer|preload)/' },
    },
    {
      name: 'gateway-knows-shared-only',
      comment: 'the local gateway is independent of the application it serves',
      severity: 'error',
      from: { path: '^gateway/', pathNot: ['^gateway/agents/', tests] },
      to: { path: '^(main|renderer|preload|e2e|scripts)/' },
    },
    {
      name: 'agents-use-the-engine-only',
      comment: 'the demo agents run on the engine, never on the shell',
      severity: 'error',
      from: { path: '^gateway/agents/' },
      to: { path: ['^(renderer|preload|scripts)/', '^main/(shell/|index[.]ts$)'] },
    },
    {
      name: 'harness-is-independent',
      comment: 'the second client checks ours, so it shares no code with the engine or the gateway',
      severity: 'error',
      from: { path: '^e2e/harness/', pathNot: tests },
      to: { path: '^(main|gateway|renderer|preload)/' },
    },
    {
      name: 'helpers-of-tests-stay-with-tests',
      comment: 'the product imports nothing from a testing/ folder',
      severity: 'error',
      from: { path: '^(main|preload|renderer|shared|gateway)/', pathNot: tests },
      to: { path: '/testing/', pathNot: 'node_modules' },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'nothing imports a test file',
      severity: 'error',
      from: {},
      to: { path: '[.](test|spec)[.]tsx?$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|release)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.d.ts', '.json', '.css'],
    },
  },
};
