/** A JSON object whose members have not been looked at yet. */
export type Dict = Record<string, unknown>;

/** True for a plain JSON object: not null, not an array. */
export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a string, otherwise the empty string (the generation's own way of reading optional text). */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value if it is a finite number, otherwise `fallback`. */
export function numberOf(value: unknown, fallback = 0): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}

/** The objects of an array; everything that is not an object is left out. */
export function dictsOf(value: unknown): Dict[] {
  return Array.isArray(value) ? value.filter(isDict) : [];
}

/** Parses JSON text that must be an object; `null` when it is not. */
export function parseDict(text: string): Dict | null {
  try {
    const value: unknown = JSON.parse(text);
    return isDict(value) ? value : null;
  } catch {
    return null;
  }
}
