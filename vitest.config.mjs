import { configDefaults, defineConfig } from 'vitest/config';

/** Unit, contract and interoperation tests: everything except the Playwright suites in e2e/specs. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    include: [
      '{main,shared,gateway,renderer,scripts}/**/*.test.{ts,tsx,mjs}',
      'e2e/{harness,interop,support,bench,chaos,demo}/**/*.test.ts',
    ],
    exclude: [...configDefaults.exclude, 'e2e/specs/**', 'dist/**', 'out/**', 'release/**'],
    globalSetup: ['scripts/lib/vitest-setup.mjs'],
    setupFiles: ['scripts/lib/property-seed.mjs', 'scripts/lib/patience.mjs', 'scripts/lib/unsteady.mjs'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    expect: { poll: { timeout: 20_000 } },
    // Longer than what a test waits for inside, so that it is that which says what did not come.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
