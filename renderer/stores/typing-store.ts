import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { timelineKey } from './timeline-store';

interface TypingState {
  /** AIDs of who writes in which conversation, by `timelineKey`; the first who began first. Nobody: no entry. */
  readonly writers: Readonly<Record<string, readonly string[]>>;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();
/** Longest time a notice counts, in ms, whatever it says: nobody writes for good. */
const longest = 30_000;
/** More writers of one conversation than these are not told apart. */
const mostWriters = 20;

/** The writers without one of them. */
function without(
  all: TypingState['writers'],
  key: string,
  who: string,
): { readonly changed: boolean; readonly writers: TypingState['writers'] } {
  const { [key]: known = [], ...others } = all;
  const left = known.filter((writer) => writer !== who);
  if (left.length === known.length) return { changed: false, writers: all };
  return { changed: true, writers: left.length === 0 ? others : { ...others, [key]: left } };
}

/** Who is writing. A notice ends by itself, also when its end never arrives. */
export const useTypingStore = create<TypingState>()((set) => {
  const end = (key: string, who: string): void => {
    timers.delete(`${key} ${who}`);
    set((state) => {
      const { changed, writers } = without(state.writers, key, who);
      return changed ? { writers } : state;
    });
  };
  const begin = (key: string, who: string, rest: number): void => {
    timers.set(
      `${key} ${who}`,
      setTimeout(() => end(key, who), rest),
    );
    set((state) => {
      const known = state.writers[key] ?? [];
      // Whoever writes already keeps their place: nothing that is drawn changes.
      if (known.includes(who) || known.length >= mostWriters) return state;
      return { writers: { ...state.writers, [key]: [...known, who] } };
    });
  };
  return {
    writers: {},
    applyBatch: (batch) => {
      for (const { event, data } of batch) {
        if (event !== 'typing.changed') continue;
        const key = timelineKey(data.account, data.conversation);
        clearTimeout(timers.get(`${key} ${data.who}`));
        const rest = data.until === null ? 0 : Math.min(data.until - Date.now(), longest);
        if (rest <= 0) end(key, data.who);
        else begin(key, data.who, rest);
      }
    },
  };
});

const nobody: readonly string[] = [];

/** Whether anybody else writes in a conversation. */
export function useIsTyping(account: string, conversation: string): boolean {
  return useTypingStore((state) => state.writers[timelineKey(account, conversation)] !== undefined);
}

/** AIDs of who writes in a conversation, the first who began first. */
export function useWriters(account: string, conversation: string): readonly string[] {
  return useTypingStore((state) => state.writers[timelineKey(account, conversation)] ?? nobody);
}
