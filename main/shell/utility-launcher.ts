import { utilityProcess } from 'electron';
import type { UtilityProcess } from 'electron';
import type { ChildHandle, ChildProgram, ProcessLauncher } from '../ports/processes';
import { AunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import type { Scheduler } from '../runtime/runtime';

const STOP_AFTER_MS = 5_000;
/** How a child is told to watch its parent over stdin; a utility process has none and ends with us by itself. */
const PARENT_SWITCH = '--exit-with-parent';

/**
 * Starts child programs as utility processes of Electron: the packaged application cannot run as plain Node. The
 * child's first message on its port is its ready message.
 */
export function createUtilityLauncher(options: {
  readonly entries: Readonly<Record<ChildProgram, string>>;
  readonly logger: Logger;
  readonly scheduler: Scheduler;
}): ProcessLauncher {
  return {
    launch(program, args) {
      const passed = args.filter((argument) => argument !== PARENT_SWITCH);
      const child = utilityProcess.fork(options.entries[program], passed, {
        serviceName: `parley-${program}`,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      // What a child writes there is for developers; it never holds messages or keys.
      child.stderr?.on('data', (chunk: unknown) => {
        options.logger.log('debug', 'child.stderr', { program, line: String(chunk).slice(0, 400) });
      });
      return handleOf(child, options.scheduler);
    },
  };
}

function handleOf(child: UtilityProcess, scheduler: Scheduler): ChildHandle {
  const listeners = new Set<(code: number | null) => void>();
  let ended = false;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const ready = new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () =>
      reject(new AunError('local_network_failed', 'the child program ended before it was ready')),
    );
  });
  // The caller may look at it later than the child can fail.
  ready.catch(() => undefined);
  child.once('exit', (code) => {
    ended = true;
    finish();
    for (const listener of listeners) listener(code);
  });
  return {
    ready,
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      if (ended) return;
      child.kill();
      const stopWaiting = scheduler.after(STOP_AFTER_MS, finish);
      await finished;
      stopWaiting();
    },
  };
}
