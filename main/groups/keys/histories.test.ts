import { expect, it } from 'vitest';
import { runKeyHistory } from '../testing/key-history';

const FROM = Number(process.env['KEY_SEED'] ?? 1);
const RUNS = Number(process.env['KEY_RUNS'] ?? 1_000);

it('gives everybody exactly the keys they may have after 1 000 random histories', async () => {
  const faults: string[] = [];
  for (let seed = FROM; seed < FROM + RUNS; seed += 1) {
    try {
      await runKeyHistory(seed);
    } catch (thrown) {
      faults.push(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  expect(faults).toEqual([]);
}, 600_000);
