import { create } from 'zustand';
import type { Attachment } from '../../../shared/model/attachment';
import type { Message } from '../../../shared/model/message';

/** Something about messages that stands above the timeline: a menu, a dialog, the viewer. */
export type MessageOverlay =
  | {
      readonly kind: 'menu';
      readonly message: Message;
      /** Where it opens, px of the window. */
      readonly x: number;
      readonly y: number;
      /** Address of the link that was clicked. */
      readonly link: string | null;
    }
  | {
      readonly kind: 'date';
      /** Day the calendar opens at, Unix ms. */
      readonly at: number;
      readonly x: number;
      readonly y: number;
    }
  | { readonly kind: 'details' | 'raw' | 'bundle'; readonly message: Message }
  | { readonly kind: 'delete' | 'forward'; readonly messages: readonly Message[] }
  | { readonly kind: 'dangerous'; readonly message: Message; readonly attachment: Attachment }
  | { readonly kind: 'viewer'; readonly message: Message; readonly attachment: number };

interface OverlayState {
  readonly overlay: MessageOverlay | null;
  show(overlay: MessageOverlay): void;
  /** Closes what is open; with an argument only if that is still what is open. */
  close(overlay?: MessageOverlay): void;
}

/** What stands above the timeline now. */
export const useMessageOverlay = create<OverlayState>()((set) => ({
  overlay: null,
  show: (overlay) => set({ overlay }),
  close: (overlay) =>
    set((state) => (overlay === undefined || state.overlay === overlay ? { overlay: null } : state)),
}));
