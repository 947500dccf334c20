// Runs once before the tests: workers, gateway and engine are tested as they are built.
import { build } from '../build.mjs';

/** Builds what the tests start as separate threads or processes. */
export async function setup() {
  if (process.env.PARLEY_SKIP_BUILD === '1') return;
  await build({ only: ['store-worker', 'crypto-worker', 'gateway', 'agents', 'engine'] });
}
