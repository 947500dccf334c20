import { it } from 'vitest';
import { runHistories } from './histories';

it('holds the truth, every message once, after 5 000 random histories of a bad network', async () => {
  await runHistories(1, 5_001);
}, 900_000);
