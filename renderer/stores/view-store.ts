import { create } from 'zustand';

/** Dialogs about identities and about people have files of their own beside those features. */
export type IdentityDialogName = 'identity' | 'restore' | 'lock-settings';
export type PeopleDialogName = 'person' | 'verify' | 'people' | 'share' | 'certificate' | 'open-link';
export type DialogName =
  'settings' | 'new-conversation' | 'add-identity' | 'passphrase' | IdentityDialogName | PeopleDialogName;

/** Sections of the identity centre, in their order. */
export const identitySections = ['profile', 'security', 'keys', 'backup', 'connection', 'danger'] as const;
export type IdentitySection = (typeof identitySections)[number];

interface ViewState {
  /** Identity whose conversations are listed. */
  readonly account: string | null;
  /** Open conversation of each identity. */
  readonly conversations: Readonly<Record<string, string | null>>;
  readonly dialog: DialogName | null;
  /** What the dialog is about: an AID for people, a section for identities. */
  readonly dialogAbout: string | null;
  readonly detailsOpen: boolean;
  /** What is typed into the search field. */
  readonly query: string;
  /** Search only here; null for everywhere. */
  readonly searchIn: { readonly account: string; readonly conversation: string } | null;
  selectAccount(account: string): void;
  openConversation(account: string, conversation: string): void;
  /** Back to the list (narrow windows, Escape). */
  closeConversation(): void;
  showDialog(dialog: DialogName | null, about?: string | null): void;
  toggleDetails(open?: boolean): void;
  setQuery(query: string): void;
  setSearchIn(place: ViewState['searchIn']): void;
}

/** What is on the screen: nothing in here is data. */
export const useViewStore = create<ViewState>()((set) => ({
  account: null,
  conversations: {},
  dialog: null,
  dialogAbout: null,
  detailsOpen: false,
  query: '',
  searchIn: null,
  selectAccount: (account) => set({ account, query: '', searchIn: null }),
  openConversation: (account, conversation) =>
    set((state) => ({ account, conversations: { ...state.conversations, [account]: conversation } })),
  closeConversation: () =>
    set((state) =>
      state.account === null
        ? state
        : { detailsOpen: false, conversations: { ...state.conversations, [state.account]: null } },
    ),
  showDialog: (dialog, about = null) => set({ dialog, dialogAbout: about }),
  toggleDetails: (open) => set((state) => ({ detailsOpen: open ?? !state.detailsOpen })),
  setQuery: (query) => set(query === '' ? { query, searchIn: null } : { query }),
  setSearchIn: (searchIn) => set({ searchIn }),
}));

/** The open conversation of the chosen identity. */
export function useOpenConversation(): string | null {
  return useViewStore((state) =>
    state.account === null ? null : (state.conversations[state.account] ?? null),
  );
}
