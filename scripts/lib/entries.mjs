// What the build produces. One list: build.mjs builds it, run.mjs starts it.

/** Bundles made by esbuild: name → source and output, relative to the repository root. */
export const bundles = {
  main: { source: 'main/index.ts', output: 'dist/main/index.cjs' },
  'store-worker': { source: 'main/store/worker.ts', output: 'dist/main/store-worker.cjs' },
  'crypto-worker': { source: 'main/e2ee/worker.ts', output: 'dist/main/crypto-worker.cjs' },
  engine: { source: 'main/engine.ts', output: 'dist/main/engine.cjs' },
  gateway: { source: 'gateway/index.ts', output: 'dist/main/gateway.cjs' },
  agents: { source: 'gateway/agents/index.ts', output: 'dist/main/agents.cjs' },
  preload: { source: 'preload/index.ts', output: 'dist/preload/index.cjs' },
  demo: { source: 'e2e/demo/index.ts', output: 'dist/e2e/demo.cjs' },
  bench: { source: 'e2e/bench/index.ts', output: 'dist/e2e/bench.cjs' },
  chaos: { source: 'e2e/chaos/index.ts', output: 'dist/e2e/chaos.cjs' },
  docs: { source: 'scripts/generate-docs.ts', output: 'dist/scripts/generate-docs.cjs' },
};

/** The renderer, built by vite. */
export const renderer = { source: 'renderer/index.html', output: 'dist/renderer' };

/** What the application itself consists of. */
export const application = [
  'main',
  'preload',
  'renderer',
  'store-worker',
  'crypto-worker',
  'gateway',
  'agents',
];

/**
 * What `node scripts/run.mjs NAME` may start: the bundle, the others that have to be there, and whether it needs a
 * display and an Electron runtime.
 */
export const programs = {
  gateway: { bundle: 'gateway', companions: [], desktop: false },
  engine: {
    bundle: 'engine',
    companions: ['store-worker', 'crypto-worker', 'gateway', 'agents'],
    desktop: false,
  },
  agents: { bundle: 'agents', companions: ['store-worker', 'crypto-worker'], desktop: false },
  docs: { bundle: 'docs', companions: [], desktop: false },
  demo: { bundle: 'demo', companions: [...application, 'engine'], desktop: true },
  bench: { bundle: 'bench', companions: [...application, 'engine'], desktop: true },
  chaos: { bundle: 'chaos', companions: [...application, 'engine'], desktop: true },
};
