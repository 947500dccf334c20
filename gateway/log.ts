import { closeSync, openSync, writeSync } from 'node:fs';

type Field = string | number | boolean | null | undefined;
/** Facts of one log line. Callers pass ids, counts and codes; never payloads, tokens, nonces or signatures. */
export type LogFields = Readonly<Record<string, Field>>;

/** Writes one JSON object per line. */
export interface GatewayLog {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  close(): void;
}

/** A log that keeps nothing. */
export const silentLog: GatewayLog = { info: () => undefined, warn: () => undefined, close: () => undefined };

/**
 * Opens the log. `target` is `none`, `stderr` or a file path (appended, mode 0600).
 * @throws when the file cannot be opened.
 */
export function openLog(target: string): GatewayLog {
  if (target === 'none') return silentLog;
  const descriptor = target === 'stderr' ? 2 : openSync(target, 'a', 0o600);
  let open = true;
  const write = (level: string, event: string, fields: LogFields): void => {
    if (!open) return;
    const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...fields });
    try {
      writeSync(descriptor, `${line}\n`);
    } catch {
      // A full disk or a closed pipe must not take the gateway down: logging simply ends.
      open = false;
    }
  };
  return {
    info: (event, fields = {}) => write('info', event, fields),
    warn: (event, fields = {}) => write('warn', event, fields),
    close: () => {
      if (open && descriptor !== 2) closeSync(descriptor);
      open = false;
    },
  };
}
