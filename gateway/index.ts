import { parseCommandLine } from './options';
import type { RunningGateway } from './server';
import { startGateway } from './server';

/** How often a gateway started with `--exit-with-parent` looks whether its parent is still there, in ms. */
const PARENT_CHECK_MS = 1000;

interface ParentPort {
  postMessage(message: unknown): void;
}

/** The message port of an Electron utility process, `null` elsewhere. */
function parentPort(): ParentPort | null {
  const candidate: unknown = Reflect.get(process, 'parentPort');
  return isParentPort(candidate) ? candidate : null;
}

function isParentPort(value: unknown): value is ParentPort {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'postMessage') === 'function'
  );
}

/** Exactly one line on stdout, and the same object for a parent that listens on a port. */
function announce(message: Readonly<Record<string, unknown>>): Promise<void> {
  parentPort()?.postMessage(message);
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(message)}\n`, () => resolve()));
}

function ready(gateway: RunningGateway): Readonly<Record<string, unknown>> {
  return {
    ready: true,
    url: gateway.url,
    wss: gateway.wss,
    http: gateway.http,
    https: gateway.https,
    streamPort: gateway.streamPort,
    issuer: gateway.issuer,
    rootCa: gateway.rootCa,
  };
}

function watchParent(stop: () => void): void {
  process.stdin.on('end', stop);
  process.stdin.on('close', stop);
  process.stdin.on('error', stop);
  process.stdin.resume();
  process.on('disconnect', stop);
  // A parent that was killed may leave the pipe open in another child; a new parent id tells.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_CHECK_MS).unref();
}

/**
 * Runs the gateway until a signal. Prints one JSON line: `{"ready":true,…}`, or `{"ready":false,"error":{code,message}}`
 * and ends with exit code 1.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const { gateway: options, exitWithParent } = parseCommandLine(argv);
    const gateway = await startGateway(options);
    const stop = (): void => {
      gateway.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    if (exitWithParent) watchParent(stop);
    await announce(ready(gateway));
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    await announce({
      ready: false,
      error: {
        code: typeof code === 'string' ? code : 'start_failed',
        message: error instanceof Error ? error.message : 'the gateway could not start',
      },
    });
    process.exit(1);
  }
}

void main(process.argv.slice(2));
