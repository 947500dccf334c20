import { z } from 'zod';
import type { RpcCaller } from '../ports/session';
import { toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';

/** Most addresses of one question, and how often it is repeated, in ms (`protocol/04 §3.5`, §10.3). */
export const MAX_WATCHED = 100;
export const PRESENCE_PERIOD_MS = 60_000;

const answerSchema = z.object({ online: z.record(z.string(), z.unknown()) });

/** What presence needs of its account. */
export interface PresenceDependencies {
  readonly rpc: RpcCaller;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** What is different from what was told before. */
  readonly changed: (online: Record<string, boolean>) => void;
}

/** Who of the people in sight is connected. */
export interface Presence {
  /** Asks now and every minute until the next call; returns what is known: nobody counts as connected while we are not. */
  watch(aids: readonly string[]): Promise<Record<string, boolean>>;
  /** The session got online: asks at once. */
  online(): void;
  /** The session went offline: nothing is known of anybody any more. */
  offline(): void;
  stop(): void;
}

/** Makes the presence of one account. */
export function createPresence(deps: PresenceDependencies): Presence {
  const { rpc, runtime } = deps;
  let watched: readonly string[] = [];
  let known: Record<string, boolean> = {};
  /** Counts lists and connections, so that an answer that comes late changes nothing. */
  let round = 0;
  let cancelTimer: Disposer = () => undefined;
  let stopped = false;

  function take(next: Record<string, boolean>): void {
    const news: Record<string, boolean> = {};
    for (const [aid, online] of Object.entries(next))
      if ((known[aid] ?? false) !== online) news[aid] = online;
    known = next;
    if (Object.keys(news).length > 0) deps.changed(news);
  }

  async function ask(): Promise<void> {
    if (stopped || watched.length === 0 || !deps.isOnline()) return;
    const asked = watched;
    const mine = round;
    try {
      const answer = await rpc.call('message.query_online', { aids: asked });
      const { online } = answerSchema.parse(answer);
      if (mine === round) take(Object.fromEntries(asked.map((aid) => [aid, online[aid] === true])));
    } catch (thrown) {
      // A question that failed leaves what was known; the next one comes in a minute.
      runtime.logger.log('debug', 'presence.not_known', { code: toAunError(thrown).code });
    }
  }

  return {
    async watch(aids) {
      if (stopped) return {};
      watched = [...new Set(aids)].slice(0, MAX_WATCHED);
      round += 1;
      known = Object.fromEntries(watched.map((aid) => [aid, known[aid] ?? false]));
      cancelTimer();
      cancelTimer =
        watched.length === 0
          ? () => undefined
          : runtime.scheduler.every(PRESENCE_PERIOD_MS, () => {
              void ask();
            });
      await ask();
      return { ...known };
    },
    online() {
      void ask();
    },
    offline() {
      round += 1;
      take(Object.fromEntries(watched.map((aid) => [aid, false])));
    },
    stop() {
      stopped = true;
      round += 1;
      cancelTimer();
    },
  };
}
