import { defineConfig } from 'playwright/test';

/** End-to-end suites on the real Electron application. `npm test` provides the runtime and the display. */
export default defineConfig({
  testDir: './specs',
  testMatch: '**/*.spec.ts',
  // Other systems have one secret store, which is always there.
  testIgnore: process.platform === 'linux' ? [] : ['**/keyring.spec.ts'],
  outputDir: '../out/e2e',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  globalSetup: './support/global-setup.mjs',
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE
    ? [['list'], ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE }]]
    : [['list']],
});
