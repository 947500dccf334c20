// Runs in every test file: where the property tests begin.
import fc from 'fast-check';

const wanted = process.env.PARLEY_SEED;

/**
 * Property tests take the same way each time, so that a failure is of the change and not of the day. `PARLEY_SEED=N` takes
 * another way and `PARLEY_SEED=any` a new one each time: that is how unknown faults are looked for. fast-check names the
 * seed of what failed.
 */
if (wanted !== 'any') fc.configureGlobal({ seed: Number(wanted ?? 1) || 1 });
