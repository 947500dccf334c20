import type { CommandRouter } from '../bridge/router';
import type { Scheduler } from '../runtime/runtime';

/** Pause after the first list was handed over, so that it is drawn before anything else asks for the processor, in ms. */
const DRAWING_MS = 100;
/** A window that asks for no list (onboarding, a reload) holds nothing back for longer than this, in ms. */
const LONGEST_WAIT_MS = 1_500;

/**
 * Watches for the moment when the window has its first list of conversations. Signing in and starting the embedded
 * network wait for it: on two cores they would cost the first picture a quarter of a second.
 */
export function watchFirstList(scheduler: Scheduler): {
  readonly shown: Promise<void>;
  /** The same router, watched. */
  readonly watch: (router: CommandRouter) => CommandRouter;
} {
  let reveal: () => void = () => undefined;
  const shown = new Promise<void>((resolve) => {
    reveal = resolve;
  });
  scheduler.after(LONGEST_WAIT_MS, reveal);
  return {
    shown,
    watch: (router) => ({
      async invoke(command, params) {
        const answer = await router.invoke(command, params);
        if (command === 'conversation.list' || command === 'account.create')
          scheduler.after(DRAWING_MS, reveal);
        return answer;
      },
    }),
  };
}
