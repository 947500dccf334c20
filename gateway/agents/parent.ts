import { z } from 'zod';

/** The port to the parent that Electron gives to a utility process; absent in plain Node. */
const parentPortSchema = z.custom<{ postMessage(message: unknown): void }>(
  (value) => typeof value === 'object' && value !== null && 'postMessage' in value,
);

function parentPort(): { postMessage(message: unknown): void } | null {
  const parsed = parentPortSchema.safeParse(Reflect.get(process, 'parentPort'));
  return parsed.success ? parsed.data : null;
}

/** Tells the parent process that this one is ready: one JSON line on stdout, or a message in a utility process. */
export function announceReady(message: Readonly<Record<string, unknown>>): void {
  const port = parentPort();
  if (port === null) process.stdout.write(`${JSON.stringify(message)}\n`);
  else port.postMessage(message);
}

/** Ends this process when it is told to, or when its parent is gone (its stdin ends). */
export function endWithParent(stop: () => void): void {
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  // A utility process ends with the application by itself and has no stdin.
  if (parentPort() !== null) return;
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
  process.stdin.resume();
}
