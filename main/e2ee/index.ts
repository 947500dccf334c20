import type { E2eeEngine } from '../ports/e2ee';
import { createCryptoPool } from './pool';
import type { CryptoPool } from './pool';
import { V1Engine } from './v1/engine';
import type { EngineOptions } from './v1/engine';

export { clientSignature } from './client-signature';
export type { ClientSignature } from './client-signature';
export { isEncryptedRow, openRows } from './dispatch';
export { createCryptoPool } from './pool';
export type { CryptoPool } from './pool';

/** What {@link createE2eeV1} needs; without a pool and without a worker path everything runs in the calling thread. */
export type E2eeV1Options = Omit<EngineOptions, 'pool'> & {
  /** Shared by all accounts; whoever made it stops it. */
  readonly pool?: CryptoPool | null;
  /** Bundle of the crypto worker, for an account that is to have a pool of its own. */
  readonly workerPath?: string | null;
};

/**
 * The V1 engine of one account (`protocol/02 §1–§7`).
 * @throws RangeError when the identity key is not on P-256
 */
export function createE2eeV1(options: E2eeV1Options): E2eeEngine {
  const { pool, workerPath, ...rest } = options;
  if (pool !== undefined && pool !== null) return new V1Engine({ ...rest, pool });
  if (workerPath === undefined || workerPath === null) return new V1Engine({ ...rest, pool: null });
  const { logger, scheduler } = options.runtime;
  const own = createCryptoPool({ workerPath, size: 1, logger, scheduler });
  const engine = new V1Engine({ ...rest, pool: own });
  const stop = engine.stop.bind(engine);
  engine.stop = () => {
    stop();
    void own.stop();
  };
  return engine;
}
