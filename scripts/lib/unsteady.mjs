// Runs in every test file; does something only where `PARLEY_UNSTEADY` is set.
import { Worker } from 'node:worker_threads';
import { afterEach } from 'vitest';

/** The longest delay that is put in, in milliseconds. */
const longest = Number(process.env.PARLEY_UNSTEADY ?? 0);

const { setTimeout: later } = globalThis;
const pause = () => new Promise((resolve) => later(resolve, Math.random() * longest));

/** Delays calls of these methods for a random time; those of one object keep their order. */
function delayInOrder(prototype, names) {
  const waiting = new WeakMap();
  for (const name of names) {
    const original = prototype[name];
    prototype[name] = function delayed(...given) {
      const call = () => original.apply(this, given);
      const line = waiting.get(this);
      if (line !== undefined) return void line.push(call);
      const begun = [call];
      waiting.set(this, begun);
      void pause().then(() => {
        waiting.delete(this);
        for (const each of begun) each();
      });
    };
  }
}

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
 * the store, of a gateway, of the engine to the window. A test that reads something once which comes a moment later passes
 * on a quiet machine and fails here; it has to wait for what it expects.
 */
if (longest > 0) {
  delayInOrder(Worker.prototype, ['postMessage']);
  const { WebSocket } = await import('ws');
  delayInOrder(WebSocket.prototype, ['send', 'close']);
  if (typeof window !== 'undefined') {
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
}
