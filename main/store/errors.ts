import { AunError } from '../runtime/errors';

const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|FORMAT|IOERR_(SHORT_READ|DATA|CORRUPTFS))/;
const FULL = /^SQLITE_(FULL|IOERR_SHMSIZE)$/;

function codeOf(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return '';
}

/**
 * Turns what the database driver or the file system threw into an {@link AunError}: `database_damaged`, `disk_full`, else
 * `internal`. The driver's text names tables and constraints, never values.
 */
export function toStoreError(thrown: unknown): AunError {
  if (thrown instanceof AunError) return thrown;
  const code = codeOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (DAMAGED.test(code)) return damagedError(message, { sqlite: code }, thrown);
  if (FULL.test(code) || code === 'ENOSPC' || code === 'EDQUOT') {
    return new AunError('disk_full', message, { retryable: true, detail: { cause: code }, cause: thrown });
  }
  const retryable = code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
  return new AunError('internal', message, {
    retryable,
    detail: code === '' ? {} : { sqlite: code },
    cause: thrown,
  });
}

/** The error for a database that cannot be read: wrong key, changed bytes, or no database at all. */
export function damagedError(
  message: string,
  detail: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): AunError {
  return new AunError('database_damaged', message, { detail, ...(cause === undefined ? {} : { cause }) });
}
