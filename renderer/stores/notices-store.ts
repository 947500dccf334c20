import { create } from 'zustand';
import type { BridgeEvent, EventData } from '../../shared/bridge/contract';
import type { CommandError } from './bridge';

type NoticeCode = EventData<'app.notice'>['code'];

/** Something to be read once. */
export type Notice = { readonly id: number } & (
  | { readonly kind: 'notice'; readonly code: NoticeCode; readonly account: string | null }
  | { readonly kind: 'error'; readonly error: CommandError }
  | { readonly kind: 'info'; readonly text: string }
);

interface NoticesState {
  readonly notices: readonly Notice[];
  showError(error: CommandError): void;
  showInfo(text: string): void;
  dismiss(id: number): void;
  /** Good news makes room for what is told instead. */
  dismissInfos(): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** How many notices are shown at once; the oldest go first. */
const shown = 3;
let nextId = 1;

/** Notices at the edge of the window. */
export const useNoticesStore = create<NoticesState>()((set) => {
  const add = (notices: readonly Notice[]): void =>
    set((state) => ({ notices: [...state.notices, ...notices].slice(-shown) }));
  return {
    notices: [],
    showError: (error) => add([{ id: nextId++, kind: 'error', error }]),
    showInfo: (text) => add([{ id: nextId++, kind: 'info', text }]),
    dismiss: (id) => set((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) })),
    dismissInfos: () => set((state) => ({ notices: state.notices.filter(({ kind }) => kind !== 'info') })),
    applyBatch: (batch) => {
      const added: Notice[] = [];
      for (const { event, data } of batch) {
        if (event !== 'app.notice') continue;
        added.push({ id: nextId++, kind: 'notice', code: data.code, account: data.account });
      }
      if (added.length > 0) add(added);
    },
  };
});
