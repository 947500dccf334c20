import { createContext, Script } from 'node:vm';
import { z } from 'zod';

/** All patterns of a group together may take this long, in ms. */
const TIME_MS = 50;

const list = z.array(z.string());
const matcher = new Script(
  'patterns.some((pattern) => { try { return new RegExp(`^(?:${pattern})$`, "u").test(text); } catch { return false; } })',
);

/**
 * Whether an AID matches one of the patterns as a whole. Patterns come from admins, so they run with a limit of time: one
 * that takes longer matches nobody (`protocol/05 §4.1`).
 */
export function matchesPattern(patterns: unknown, aid: string): boolean {
  const parsed = list.safeParse(patterns);
  if (!parsed.success || parsed.data.length === 0) return false;
  try {
    const scope = createContext({ patterns: parsed.data, text: aid });
    return matcher.runInContext(scope, { timeout: TIME_MS }) === true;
  } catch {
    return false;
  }
}
