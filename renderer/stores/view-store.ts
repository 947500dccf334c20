import { create } from 'zustand';
import type { ConversationView } from '../../shared/model/conversation';

/** Dialogs about identities and about people have files of their own beside those features. */
export type IdentityDialogName = 'identity' | 'restore' | 'lock-settings';
const peopleDialogs = ['person', 'verify', 'people', 'share', 'certificate', 'open-link'] as const;
export type PeopleDialogName = (typeof peopleDialogs)[number];
/** Dialogs about groups: the page of one, making, finding and joining them. */
export type GroupDialogName = 'group-page' | 'create-group' | 'discover-groups' | 'join-group';
/** Things that are composed in a dialog and sent into the open conversation. */
export type ObjectDialogName = 'send-place' | 'send-person' | 'send-poll' | 'send-link';
/** Questions about the conversation that `dialogAbout` names. */
export type ConfirmDialogName = 'block' | 'clear-history' | 'delete-conversation' | 'leave-group';
export type DialogName =
  | 'settings'
  | 'new-conversation'
  | 'add-identity'
  | 'passphrase'
  | IdentityDialogName
  | PeopleDialogName
  | GroupDialogName
  | ObjectDialogName
  | ConfirmDialogName;
/** What the list column shows; blocked addresses are in the settings. */
export type ListView = Exclude<ConversationView, 'blocked'>;

/** Sections of the identity centre, in their order. */
export const identitySections = ['profile', 'security', 'keys', 'backup', 'connection', 'danger'] as const;
export type IdentitySection = (typeof identitySections)[number];

interface ViewState {
  /** Identity whose conversations are listed. */
  readonly account: string | null;
  /** Open conversation of each identity. */
  readonly conversations: Readonly<Record<string, string | null>>;
  readonly dialog: DialogName | null;
  /** What the dialog is about: an AID for people, a section for identities, a group and a section for its page. */
  readonly dialogAbout: string | null;
  /** The page of a group that a dialog about somebody was opened from: closing that leads back here. */
  readonly groupPageBehind: string | null;
  readonly detailsOpen: boolean;
  /** What is typed into the search field. */
  readonly query: string;
  readonly listView: ListView;
  /** The search bar over the open conversation is there. */
  readonly finding: boolean;
  selectAccount(account: string): void;
  openConversation(account: string, conversation: string): void;
  /** Back to the list (narrow windows, Escape). */
  closeConversation(): void;
  showDialog(dialog: DialogName | null, about?: string | null): void;
  toggleDetails(open?: boolean): void;
  setQuery(query: string): void;
  setListView(view: ListView): void;
  setFinding(finding: boolean): void;
}

function isAboutPeople(dialog: DialogName | null): boolean {
  return peopleDialogs.some((name) => name === dialog);
}

/** What is on the screen: nothing in here is data. */
export const useViewStore = create<ViewState>()((set) => ({
  account: null,
  conversations: {},
  dialog: null,
  dialogAbout: null,
  groupPageBehind: null,
  detailsOpen: false,
  query: '',
  listView: 'inbox',
  finding: false,
  selectAccount: (account) => set({ account, query: '', listView: 'inbox', finding: false }),
  openConversation: (account, conversation) =>
    set((state) => ({
      account,
      conversations: { ...state.conversations, [account]: conversation },
      finding: state.finding && state.account === account && state.conversations[account] === conversation,
    })),
  closeConversation: () =>
    set((state) =>
      state.account === null
        ? state
        : {
            detailsOpen: false,
            finding: false,
            conversations: { ...state.conversations, [state.account]: null },
          },
    ),
  showDialog: (dialog, about = null) =>
    set((state) => ({
      dialog,
      dialogAbout: about,
      groupPageBehind: !isAboutPeople(dialog)
        ? null
        : state.dialog === 'group-page'
          ? state.dialogAbout
          : state.groupPageBehind,
    })),
  toggleDetails: (open) => set((state) => ({ detailsOpen: open ?? !state.detailsOpen })),
  setQuery: (query) => set({ query }),
  setListView: (listView) => set({ listView }),
  setFinding: (finding) => set({ finding }),
}));

/** The open conversation of the chosen identity. */
export function useOpenConversation(): string | null {
  return useViewStore((state) =>
    state.account === null ? null : (state.conversations[state.account] ?? null),
  );
}
