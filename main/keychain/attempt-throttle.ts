import { join } from 'node:path';
import { z } from 'zod';
import { AunError } from '../runtime/errors';
import { readFileIfPresent } from '../runtime/files';
import { jsonFile } from '../runtime/json-file';
import type { Logger } from '../runtime/logger';
import type { Clock } from '../runtime/runtime';

/** After this many wrong passphrases in a row every further one has to wait. */
const FREE_ATTEMPTS = 3;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Further wrong passphrases change nothing any more: the longest wait is reached long before. */
const MOST_COUNTED = 1_000;

const countSchema = z.object({ wrong: z.number().int().min(0).max(MOST_COUNTED) });

/**
 * One attempt with a passphrase. It counts as a wrong one on disk until it turned out right, so that a program that is
 * ended in the middle has not had it for nothing.
 * @throws AunError `vault_wrong_passphrase` with `retryAfterMs` while one has to wait; else what `attempt` throws
 */
export type Prove = <T>(attempt: () => Promise<T>) => Promise<T>;

/** Does what concerns the passphrase one after the other, and makes guessing slow. */
export interface AttemptThrottle {
  /** Only what goes through `prove` counts, and only that has to wait. */
  turn<T>(work: (prove: Prove) => Promise<T>): Promise<T>;
}

/** Wait after so many wrong passphrases, in ms: none for the first few, then from one second to a minute, doubling. */
function waitAfter(wrong: number): number {
  if (wrong < FREE_ATTEMPTS) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** (wrong - FREE_ATTEMPTS), LONGEST_WAIT_MS);
}

/** What the file says; one that says nothing sensible was meddled with and counts as all free attempts used up. */
async function readCount(path: string): Promise<number> {
  const bytes = await readFileIfPresent(path);
  if (bytes === null) return 0;
  try {
    return countSchema.parse(JSON.parse(bytes.toString('utf8'))).wrong;
  } catch {
    return FREE_ATTEMPTS;
  }
}

/**
 * Opens the throttle of a data folder. How many passphrases were wrong is in `vault-attempts.json`; when, is not: a wait
 * that was due begins anew with the program, so that no change of the computer's clock shortens it.
 */
export async function openAttemptThrottle(options: {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<AttemptThrottle> {
  const { clock, logger } = options;
  const path = join(options.dataDir, 'vault-attempts.json');
  const file = jsonFile(path, countSchema, { wrong: 0 });
  let wrong = await readCount(path).catch((thrown: unknown) => {
    logger.log('warn', 'vault.attempts_unreadable', { error: thrown });
    return FREE_ATTEMPTS;
  });
  let openAt = clock.monotonic() + waitAfter(wrong);
  let last: Promise<unknown> = Promise.resolve();

  /** A disk that takes nothing must not lock out who knows the passphrase: the count goes on in memory. */
  async function count(next: number): Promise<void> {
    wrong = Math.min(next, MOST_COUNTED);
    await file.write({ wrong }).catch((thrown: unknown) => {
      logger.log('warn', 'vault.attempts_not_kept', { error: thrown });
    });
  }

  const prove: Prove = async (attempt) => {
    const wait = openAt - clock.monotonic();
    if (wait > 0) {
      const detail = { retryAfterMs: Math.ceil(wait) };
      throw new AunError('vault_wrong_passphrase', 'too many wrong passphrases, wait a moment', { detail });
    }
    const before = wrong;
    await count(before + 1);
    try {
      const result = await attempt();
      await count(0);
      return result;
    } catch (thrown) {
      if (thrown instanceof AunError && thrown.code === 'vault_wrong_passphrase')
        openAt = clock.monotonic() + waitAfter(wrong);
      else await count(before);
      throw thrown;
    }
  };

  return {
    turn(work) {
      const result = last.then(() => work(prove));
      last = result.catch(() => undefined);
      return result;
    },
  };
}
