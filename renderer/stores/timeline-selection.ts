import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import { timelineKey } from './timeline-store';

interface SelectionState {
  /** Key of the timeline in which messages are chosen; null while none are. */
  readonly place: string | null;
  /** By id, as they are now; they may be scrolled out of the window meanwhile. */
  readonly chosen: ReadonlyMap<number, Message>;
  /** Where a stretch begins that Shift extends. */
  readonly anchor: number | null;
  /** Begins choosing with one message. */
  begin(place: string, message: Message): void;
  toggle(message: Message): void;
  /** Chooses everything from the anchor to a message; `order` are the messages that can be chosen, as they stand. */
  extend(message: Message, order: readonly Message[]): void;
  clear(): void;
  /** What is removed or taken back is not chosen any more. */
  applyBatch(batch: readonly BridgeEvent[]): void;
}

const nothing = { place: null, chosen: new Map<number, Message>(), anchor: null } as const;

/** What is left of the chosen messages after an event; the same map where it changes none of them. */
function afterEvent(
  place: string,
  chosen: ReadonlyMap<number, Message>,
  { event, data }: BridgeEvent,
): ReadonlyMap<number, Message> {
  if (event !== 'message.changed' && event !== 'message.removed') return chosen;
  if (timelineKey(data.account, data.conversation) !== place) return chosen;
  const next = new Map(chosen);
  if (event === 'message.removed') {
    const gone = data.ids.filter((id) => next.delete(id));
    return gone.length === 0 ? chosen : next;
  }
  const changed = data.messages.filter(({ id }) => next.has(id));
  for (const message of changed) {
    if (message.content.kind === 'recalled') next.delete(message.id);
    else next.set(message.id, message);
  }
  return changed.length === 0 ? chosen : next;
}

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
  applyBatch: (batch) =>
    set((state) => {
      const { place, chosen } = state;
      if (place === null || chosen.size === 0) return state;
      const next = batch.reduce((left, event) => afterEvent(place, left, event), chosen);
      if (next === chosen) return state;
      return next.size === 0 ? nothing : { chosen: next };
    }),
}));

/** Whether a message is chosen; null while nothing is being chosen in its timeline. */
export function useIsChosen(place: string, id: number): boolean | null {
  return useSelectionStore((state) => (state.place === place ? state.chosen.has(id) : null));
}
