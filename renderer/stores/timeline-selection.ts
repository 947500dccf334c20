import { create } from 'zustand';
import type { Message } from '../../shared/model/message';

interface SelectionState {
  /** Key of the timeline in which messages are chosen; null while none are. */
  readonly place: string | null;
  /** By id, as they were when they were chosen: they may be scrolled out of the window meanwhile. */
  readonly chosen: ReadonlyMap<number, Message>;
  /** Where a stretch begins that Shift extends. */
  readonly anchor: number | null;
  /** Begins choosing with one message. */
  begin(place: string, message: Message): void;
  toggle(message: Message): void;
  /** Chooses everything from the anchor to a message; `order` are the messages that can be chosen, as they stand. */
  extend(message: Message, order: readonly Message[]): void;
  clear(): void;
}

const nothing = { place: null, chosen: new Map<number, Message>(), anchor: null } as const;

/** Which messages of the open conversation are chosen. */
export const useSelectionStore = create<SelectionState>()((set) => ({
  ...nothing,
  begin: (place, message) => set({ place, chosen: new Map([[message.id, message]]), anchor: message.id }),
  toggle: (message) =>
    set((state) => {
      const chosen = new Map(state.chosen);
      if (!chosen.delete(message.id)) chosen.set(message.id, message);
      return { chosen, anchor: message.id };
    }),
  extend: (message, order) =>
    set((state) => {
      const from = order.findIndex(({ id }) => id === (state.anchor ?? message.id));
      const to = order.findIndex(({ id }) => id === message.id);
      if (from < 0 || to < 0) return { chosen: new Map(state.chosen).set(message.id, message) };
      const stretch = order.slice(Math.min(from, to), Math.max(from, to) + 1);
      return { chosen: new Map(stretch.map((each) => [each.id, each])) };
    }),
  clear: () => set(nothing),
}));

/** Whether a message is chosen; null while nothing is being chosen in its timeline. */
export function useIsChosen(place: string, id: number): boolean | null {
  return useSelectionStore((state) => (state.place === place ? state.chosen.has(id) : null));
}
