import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';

/** How far one upload or download is, in bytes. */
export interface TransferProgress {
  readonly done: number;
  readonly total: number;
}

interface TransfersState {
  /** By {@link transferKey}; only what moves, the state of an attachment itself comes with its message. */
  readonly progress: Readonly<Record<string, TransferProgress>>;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Key of a transfer: attachment ids count within one identity. */
export function transferKey(account: string, attachment: number): string {
  return `${account} ${attachment}`;
}

/** How far uploads and downloads are. */
export const useTransfersStore = create<TransfersState>()((set) => ({
  progress: {},
  applyBatch: (batch) => {
    const changed: Record<string, TransferProgress> = {};
    const over = new Set<string>();
    for (const { event, data } of batch) {
      if (event === 'transfer.progress')
        changed[transferKey(data.account, data.attachment)] = { done: data.done, total: data.total };
      else if (event === 'message.changed') {
        for (const message of data.messages) {
          for (const { id, state } of message.attachments) {
            if (state !== 'loading' && state !== 'uploading') over.add(transferKey(data.account, id));
          }
        }
      }
    }
    if (Object.keys(changed).length === 0 && over.size === 0) return;
    set((state) => {
      const kept = Object.entries({ ...state.progress, ...changed }).filter(([key]) => !over.has(key));
      return { progress: Object.fromEntries(kept) };
    });
  },
}));

/** Part of a transfer that is done, 0 to 1; null while nobody knows. */
export function useTransferFraction(account: string, attachment: number): number | null {
  return useTransfersStore((state) => {
    const found = state.progress[transferKey(account, attachment)];
    if (found === undefined || !(found.total > 0)) return null;
    return Math.min(1, Math.max(0, found.done / found.total));
  });
}
