// The window's first screen is one file. Left alone, the bundler cuts what the first screen shares with the dialogs that
// are loaded later into a dozen files, and each file is a request that the main process has to answer before anything
// is drawn.

/**
 * Vite settings: everything the page reaches without a dynamic import goes into one chunk.
 * @returns {{ plugin: import('vite').Plugin, group: { name: (id: string) => string | null } }}
 */
export function oneStartChunk() {
  const eager = new Set();
  return {
    plugin: {
      name: 'one-start-chunk',
      buildEnd() {
        eager.clear();
        const waiting = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
        for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
          if (eager.has(id)) continue;
          eager.add(id);
          waiting.push(...(this.getModuleInfo(id)?.importedIds ?? []));
        }
      },
    },
    group: { name: (id) => (eager.has(id) ? 'start' : null), debugName: 'start' },
  };
}
