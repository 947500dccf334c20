/** Runs asynchronous tasks one after the other; a failing task is reported and does not stop the next. */
export interface SerialQueue {
  add(task: () => Promise<void>): void;
  /** Resolves when everything added so far has run. */
  idle(): Promise<void>;
}

/** Makes an empty queue. */
export function createSerialQueue(onError: (error: unknown) => void): SerialQueue {
  let tail: Promise<void> = Promise.resolve();
  return {
    add(task) {
      tail = tail.then(task).catch(onError);
    },
    idle: () => tail,
  };
}
