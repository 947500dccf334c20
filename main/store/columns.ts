import type { z } from 'zod';
import { damagedError } from './errors';

/** What a column can hold. */
export type SqlValue = string | number | null | Uint8Array<ArrayBuffer>;
/** One row as the driver returns it. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

function wrong(name: string): never {
  throw damagedError(`column ${name} holds a value of the wrong type`);
}

/** A text column that is never NULL. */
export function text(row: SqlRow, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : wrong(name);
}

/** A text column that may be NULL. */
export function textOrNull(row: SqlRow, name: string): string | null {
  const value = row[name];
  return typeof value === 'string' || value === null ? value : wrong(name);
}

/** An integer column that is never NULL. */
export function integer(row: SqlRow, name: string): number {
  const value = row[name];
  return typeof value === 'number' ? value : wrong(name);
}

/** An integer column that may be NULL. */
export function integerOrNull(row: SqlRow, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' || value === null ? value : wrong(name);
}

/** A column of 0 and 1. */
export function flag(row: SqlRow, name: string): boolean {
  return integer(row, name) !== 0;
}

/** A blob column that is never NULL. */
export function bytes(row: SqlRow, name: string): Uint8Array<ArrayBuffer> {
  const value = row[name];
  return value instanceof Uint8Array ? value : wrong(name);
}

/** A blob column that may be NULL. */
export function bytesOrNull(row: SqlRow, name: string): Uint8Array<ArrayBuffer> | null {
  const value = row[name];
  return value === null ? null : Uint8Array.from(bytes(row, name));
}

/** A column whose values are listed by a schema. */
export function oneOf<Value>(row: SqlRow, name: string, schema: z.ZodType<Value>): Value {
  const parsed = schema.safeParse(row[name]);
  return parsed.success ? parsed.data : wrong(name);
}

/** A whole number SQLite can keep; what is not a number becomes 0, so that one odd row never stops an inbox. */
export function wholeNumber(value: number): number {
  if (!Number.isFinite(value)) return 0;
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(value)));
}

/** {@link wholeNumber} of what may be missing. */
export function wholeNumberOrNull(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : wholeNumber(value);
}
