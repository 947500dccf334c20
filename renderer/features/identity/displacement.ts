/** Who took a session over, as far as the gateway told (`protocol/01 §5.8`). Text from outside, already cut to size. */
export interface Displacement {
  readonly app: string | null;
  readonly host: string | null;
  /** Unix ms when the other program was started. */
  readonly startedAt: number | null;
  /** Where a quota was used up: who has the place now. */
  readonly evictedBy: { readonly device: string | null; readonly slot: string | null } | null;
}

function readTime(text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = /^\d{9,14}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isFinite(number)) return null;
  // Seconds or milliseconds: other programs write either.
  return number < 100_000_000_000 ? number * 1000 : number;
}

/** Keeps the direction of a text from outside from spilling over into the sentence around it. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Reads the facts of a displacement or an eviction; null where the gateway told none of them. */
export function readDisplacement(notice: Readonly<Record<string, string>> | null): Displacement | null {
  if (notice === null) return null;
  const app = notice['new_extra_info.app'] ?? null;
  const host = notice['new_extra_info.host'] ?? null;
  const startedAt = readTime(notice['new_extra_info.started_at']);
  const device = notice['evicted_by.device_id'] ?? null;
  const slot = notice['evicted_by.slot_id'] ?? null;
  const evictedBy = device === null && slot === null ? null : { device, slot };
  if (app === null && host === null && evictedBy === null) return null;
  return { app, host, startedAt, evictedBy };
}
