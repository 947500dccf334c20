import { z } from 'zod';

/** The port to the parent that Electron gives to a utility process; absent in plain Node. */
const parentPortSchema = z.custom<{ postMessage(message: unknown): void }>(
  (value) => typeof value === 'object' && value !== null && 'postMessage' in value,
);

/** Tells the parent process that this one is ready: one JSON line on stdout, or a message in a utility process. */
export function announceReady(message: Readonly<Record<string, unknown>>): void {
  const port = parentPortSchema.safeParse('parentPort' in process ? process.parentPort : undefined);
  if (port.success) port.data.postMessage(message);
  else process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Ends this process when it is told to, or when its parent is gone (its stdin ends). */
export function endWithParent(stop: () => void): void {
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  if ('parentPort' in process) return;
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
  process.stdin.resume();
}
