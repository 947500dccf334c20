// Runs once before the tests: workers, gateway and engine are tested as they are built.
import { build } from '../build.mjs';
import { log } from './common.mjs';

/**
 * Builds what tests start as separate threads or processes. A bundle that cannot be built fails the tests that start
 * it, not the others; `npm test` builds beforehand and stops there.
 */
export async function setup() {
  if (process.env.PARLEY_SKIP_BUILD === '1') return;
  try {
    await build({ only: ['store-worker', 'crypto-worker', 'gateway', 'agents', 'engine'] });
  } catch (error) {
    const firstLines = String(error.message)
      .split('\n')
      .filter((line) => /failed|ERROR/.test(line));
    log(`parley: not everything could be built:\n  ${firstLines.slice(0, 8).join('\n  ')}`);
  }
}
