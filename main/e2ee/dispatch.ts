import { z } from 'zod';
import type { E2eeEngine, IncomingRow, OpenResult } from '../ports/e2ee';
import { refuse } from './refusal';

/** Payload types that are envelopes of either generation; the control types inside an envelope are not among them. */
const ENVELOPE_TYPES: ReadonlySet<string> = new Set([
  'e2ee.encrypted',
  'e2ee.multi_device',
  'e2ee.p2p_encrypted',
  'e2ee.group_encrypted',
]);
const typedSchema = z.object({ type: z.string() });

/**
 * Whether a row claims to be encrypted. A row that does must never be shown as it is, and one that does not must never
 * be trusted like one that was opened (`protocol/04 §16`).
 */
export function isEncryptedRow(row: Readonly<Record<string, unknown>>): boolean {
  if (row['encrypted'] === true) return true;
  const payload = typedSchema.safeParse(row['payload']);
  return payload.success && ENVELOPE_TYPES.has(payload.data.type);
}

/**
 * Hands every row to the engine of its generation, judged by content (`protocol/02 §16`), and returns the results in the
 * order of the rows. What no engine recognises is kept: a later version may read it.
 */
export async function openRows(
  engines: readonly E2eeEngine[],
  rows: readonly IncomingRow[],
): Promise<OpenResult[]> {
  const results: OpenResult[] = rows.map(() => refuse('unknown_generation', 'no engine knows this envelope'));
  const taken = new Set<number>();
  for (const engine of engines) {
    const mine: number[] = [];
    const batch: IncomingRow[] = [];
    for (const [index, incoming] of rows.entries()) {
      if (taken.has(index) || !engine.recognizes(incoming.row)) continue;
      taken.add(index);
      mine.push(index);
      batch.push(incoming);
    }
    if (batch.length === 0) continue;
    for (const [position, result] of (await engine.open(batch)).entries()) {
      const index = mine[position];
      if (index !== undefined) results[index] = result;
    }
  }
  return results;
}
