import type { Method } from '../rpc/method';

/** Resources, thoughts and figures of groups (`protocol/05 §6.1`, `§6.5`, `§6.7`). */
export const groupExtraMethods: Readonly<Record<string, Method>> = {};
