/** Builds what is stale in dist/. Safe to call from several processes at once. */
export function build(options?: { force?: boolean; only?: string[] }): Promise<void>;
