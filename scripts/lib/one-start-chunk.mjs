// The window's first screen is one file. Left alone, the bundler cuts what the first screen shares with the dialogs that
// are loaded later into a dozen files, and each file is a request that the main process has to answer before anything
// is drawn.

/** Packages that are nothing but a list of re-exports, one file each: of these only what is named counts. */
const barrel = /[\\/]lucide-react[\\/]dist[\\/]esm[\\/]lucide-react\.m?js$/;
const piece = /[\\/]lucide-react[\\/]dist[\\/]esm[\\/]icons[\\/]/;

/** File names of what a module takes out of the barrel, without their extension. */
function namedIn(code, files) {
  const names = [...code.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']lucide-react["']/g)].flatMap(
    ([, list]) => list.split(',').map((name) => name.trim().split(/\s+as\s+/)[0]),
  );
  return names.flatMap((name) => files.get(name) ?? []);
}

/** Where each name of the barrel comes from. */
function filesOf(code) {
  const files = new Map();
  for (const [, list, file] of code.matchAll(/export\s*\{([^}]*)\}\s*from\s*["']\.\/icons\/([^"']+)["']/g))
    for (const name of list.split(','))
      files.set(
        name
          .trim()
          .split(/\s+as\s+/)
          .at(-1),
        file,
      );
  return files;
}

/**
 * Vite settings: everything the page reaches without a dynamic import goes into one chunk, and the icons of all later
 * parts into another.
 * @returns {{ plugin: import('vite').Plugin, groups: { name: (id: string) => string | null, priority: number }[] }}
 */
export function oneStartChunk() {
  const eager = new Set();
  return {
    plugin: {
      name: 'one-start-chunk',
      buildEnd() {
        eager.clear();
        const ids = [...this.getModuleIds()];
        const list = ids.find((id) => barrel.test(id));
        const files = filesOf((list && this.getModuleInfo(list)?.code) ?? '');
        const pieces = new Map(
          ids.filter((id) => piece.test(id)).map((id) => [id.split(/[\\/]/).at(-1), id]),
        );
        const waiting = ids.filter((id) => this.getModuleInfo(id)?.isEntry);
        for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
          if (eager.has(id)) continue;
          eager.add(id);
          if (id === list) continue;
          const { importedIds = [], code } = this.getModuleInfo(id) ?? {};
          waiting.push(...importedIds);
          if (importedIds.includes(list))
            waiting.push(...namedIn(code ?? '', files).flatMap((file) => pieces.get(file) ?? []));
        }
      },
    },
    // The first one takes what both want, such as the library that the icons are made with.
    groups: [
      { name: (id) => (eager.has(id) ? 'start' : null), debugName: 'start', priority: 2 },
      { name: (id) => (piece.test(id) && !eager.has(id) ? 'icons' : null), debugName: 'icons', priority: 1 },
    ],
  };
}
