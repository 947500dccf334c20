import { create } from 'zustand';
import { useNoticesStore } from '../../../stores/notices-store';

/** What a moderator is asked about once before it is done. */
export type ModerationKind = 'mute' | 'kick' | 'ban' | 'make_admin' | 'remove_admin' | 'transfer';

/** One thing to do with somebody in a group. */
export interface ModerationAsk {
  readonly kind: ModerationKind;
  readonly account: string;
  readonly group: string;
  readonly aid: string;
  /** What we call them. */
  readonly title: string;
  readonly shape: 'human' | 'agent' | 'unknown';
}

/** Something that was done and can be taken back for a while. */
export interface UndoOffer {
  readonly id: number;
  readonly words: string;
  /** Words on the button, such as "Undo". */
  readonly action: string;
  /** @throws CommandError when it could not be taken back */
  readonly undo: () => Promise<unknown>;
}

interface ModerationState {
  readonly asked: ModerationAsk | null;
  readonly offer: UndoOffer | null;
  /** Somebody whose profile is shown over whatever is open. */
  readonly person: { readonly account: string; readonly aid: string } | null;
  ask(asked: ModerationAsk | null): void;
  showPerson(person: ModerationState['person']): void;
  offerUndo(offer: Omit<UndoOffer, 'id'>): void;
  dropOffer(id: number): void;
}

let nextOffer = 1;

/** What moderation has open: one question, one offer to undo, one profile. */
export const useModerationStore = create<ModerationState>()((set) => ({
  asked: null,
  offer: null,
  person: null,
  ask: (asked) => set({ asked }),
  showPerson: (person) => set({ person }),
  offerUndo: (offer) => {
    useNoticesStore.getState().dismissInfos();
    set({ offer: { ...offer, id: nextOffer++ } });
  },
  dropOffer: (id) => set((state) => (state.offer?.id === id ? { offer: null } : state)),
}));
