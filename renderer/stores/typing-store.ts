import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { timelineKey } from './timeline-store';

interface TypingState {
  /** Conversations in which somebody writes now, by `timelineKey`: until when, Unix ms. */
  readonly until: Readonly<Record<string, number>>;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();
/** Longest time a notice counts, in ms, whatever it says: nobody writes for good. */
const longest = 30_000;

/** Who is writing. A notice ends by itself, also when its end never arrives. */
export const useTypingStore = create<TypingState>()((set) => {
  const end = (key: string): void => {
    timers.delete(key);
    set((state) => {
      const { [key]: ended, ...others } = state.until;
      return ended === undefined ? state : { until: others };
    });
  };
  return {
    until: {},
    applyBatch: (batch) => {
      for (const { event, data } of batch) {
        if (event !== 'typing.changed') continue;
        const key = timelineKey(data.account, data.conversation);
        clearTimeout(timers.get(key));
        const rest = data.until === null ? 0 : Math.min(data.until - Date.now(), longest);
        if (rest <= 0) {
          end(key);
          continue;
        }
        timers.set(
          key,
          setTimeout(() => end(key), rest),
        );
        set((state) => ({ until: { ...state.until, [key]: Date.now() + rest } }));
      }
    },
  };
});

/** Whether the other side of a conversation is writing. */
export function useIsTyping(account: string, conversation: string): boolean {
  return useTypingStore((state) => state.until[timelineKey(account, conversation)] !== undefined);
}
