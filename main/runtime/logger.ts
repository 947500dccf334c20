/** Levels in rising order. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The one logger. Fields are redacted before they are written; message text and keys never belong in it. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A logger that adds fields to every line. */
  with(fields: Readonly<Record<string, unknown>>): Logger;
}

const SECRET_KEY =
  /token|secret|password|passphrase|private|signature|nonce|ciphertext|plaintext|payload|pem$|^text$|^key$|authorization/i;
/** Keys, signatures and tokens, in either alphabet of Base64. */
const LONG_BASE64 = /[A-Za-z0-9+/_-]{40,}={0,2}/g;
const MAX_STRING = 400;

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(LONG_BASE64, '[redacted]').slice(0, MAX_STRING);
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Error) return redact(value.message, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= 4) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 20).map((item) => redact(item, depth + 1));
  return redactFields(Object.entries(value), depth + 1);
}

function redactFields(entries: Iterable<readonly [string, unknown]>, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries)
    result[key] = SECRET_KEY.test(key) ? '[redacted]' : redact(value, depth);
  return result;
}

/** A logger that writes one JSON line a call to `write`. Lines below `minimum` are left out. */
export function createLogger(
  write: (line: string) => void,
  now: () => number,
  minimum: LogLevel = 'info',
  base: Readonly<Record<string, unknown>> = {},
): Logger {
  const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  return {
    log(level, event, fields = {}) {
      if (order.indexOf(level) < order.indexOf(minimum)) return;
      const body = redactFields(Object.entries({ ...base, ...fields }), 0);
      write(JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...body }));
    },
    with: (fields) => createLogger(write, now, minimum, { ...base, ...fields }),
  };
}

/** A logger that drops everything. */
export const silentLogger: Logger = { log: () => undefined, with: () => silentLogger };
