import { it } from 'vitest';
import { runHistories } from './histories';

it('holds the truth, every message once, after 5 000 more', async () => {
  await runHistories(5_001, 10_001);
}, 900_000);
