import type { CommandRouter } from '../bridge/router';
import type { Emit } from '../ports/events';
import type { Scheduler } from '../runtime/runtime';

/** A window that does not answer is closed after so long, in ms: it may be hung. */
const LONGEST_WAIT_MS = 1_000;

/** Lets a window hand over what it keeps (a half-typed word) before it is closed. */
export interface Farewell {
  /** Asks the window and resolves when it has answered, or did not for too long. */
  readonly say: () => Promise<void>;
  /** The same router, watched for the answer. */
  readonly watch: (router: CommandRouter) => CommandRouter;
}

/** Makes the farewell of a window that hears `emit`. */
export function createFarewell(emit: Emit, scheduler: Scheduler): Farewell {
  const waiting = new Set<() => void>();
  return {
    say: () =>
      new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          resolve();
        };
        waiting.add(done);
        scheduler.after(LONGEST_WAIT_MS, done);
        emit({ event: 'app.closing', data: { account: null } });
      }),
    watch: (router) => ({
      async invoke(command, params) {
        const answer = await router.invoke(command, params);
        if (command === 'app.settled') for (const done of [...waiting]) done();
        return answer;
      },
    }),
  };
}
