/**
 * Keeps the keys of this installation together while they move. Work that writes wrapped keys (opening, making or
 * restoring an identity) runs side by side; a change of the vault's passphrase runs alone, because a key that appears
 * while the others move would stay behind under the old wrapping.
 */
export interface KeyGate {
  /** Runs together with other writers; waits while the vault changes. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /** Runs alone: waits for every writer before it, holds back those after it. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Makes a gate that nobody holds. */
export function createKeyGate(): KeyGate {
  let lastAlone: Promise<unknown> = Promise.resolve();
  const writers = new Set<Promise<unknown>>();
  return {
    write(work) {
      const running = lastAlone.then(work);
      const settled = running.then(
        () => undefined,
        () => undefined,
      );
      writers.add(settled);
      void settled.then(() => writers.delete(settled));
      return running;
    },
    alone(work) {
      const running = Promise.all([lastAlone, ...writers]).then(work);
      lastAlone = running.catch(() => undefined);
      return running;
    },
  };
}
