// Runs in every test file; does something only where `PARLEY_UNSTEADY` is set.
import { createRequire } from 'node:module';
import { afterEach } from 'vitest';

const { pause } = createRequire(import.meta.url)('./unsteady-process.cjs');
const late = new Set();

/** Answers to the window come late, and not in the order of the questions; what is told to it keeps its order. */
function delayBridge(bridge) {
  return {
    ...bridge,
    invoke: async (...given) => {
      const answer = bridge.invoke(...given);
      const delay = answer.then(pause, pause).finally(() => late.delete(delay));
      late.add(delay);
      await delay;
      return answer;
    },
    onEvents: (listener) => {
      let line = Promise.resolve();
      return bridge.onEvents((batch) => {
        line = line.then(pause).then(() => listener(batch));
      });
    },
  };
}

/**
 * A machine that is busy answers late. `PARLEY_UNSTEADY=40 npx vitest run <folder>` makes every answer late by up to 40 ms: of
 * the store, of a gateway, of the engine to the window; so do the processes that tests start. A test that reads once what comes
 * a moment later passes on a quiet machine and fails here; it has to wait for what it expects.
 */
if (Number(process.env.PARLEY_UNSTEADY ?? 0) > 0 && typeof window !== 'undefined') {
  // No answer comes into the next test.
  afterEach(() => Promise.all(late));
  const define = Object.defineProperty;
  Object.defineProperty = (target, key, descriptor) =>
    define(
      target,
      key,
      key === 'parley' && descriptor.value !== undefined && descriptor.value.answeredByTest !== true
        ? { ...descriptor, value: delayBridge(descriptor.value) }
        : descriptor,
    );
}
