import { useEffect } from 'react';
import { useAccountsStore } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { useComposerStore } from '../stores/composer-store';
import { useConversationsStore } from '../stores/conversations-store';
import { forgetDraftFiles, useDraftFilesStore } from '../stores/draft-files-store';
import { useGroupsStore } from '../stores/groups-store';
import { useNoticesStore } from '../stores/notices-store';
import { usePeopleStore } from '../stores/people-store';
import { forgetPresence, usePresenceStore } from '../stores/presence-store';
import { useSearchStore } from '../stores/search-store';
import { useStreamsStore } from '../stores/streams-store';
import { useTimelineStore } from '../stores/timeline-store';
import { useTransfersStore } from '../stores/transfers-store';
import { useTypingStore } from '../stores/typing-store';
import { useViewStore } from '../stores/view-store';

interface Forgetful<State> {
  getInitialState(): State;
  setState(state: State, replace: true): void;
}

function reset<State>(store: Forgetful<State>): void {
  store.setState(store.getInitialState(), true);
}

/** Own identity that was on the screen before the lock: nobody should write as another one without having chosen it. */
let shownBefore: string | null = null;

/** The identity that was on the screen before the last lock, or null. */
export function shownBeforeLock(): string | null {
  return shownBefore;
}

/** Empties everything the window knows of identities and what is written: behind a lock there is nothing to find. */
export function forgetEverything(): void {
  shownBefore = useViewStore.getState().account ?? shownBefore;
  reset(useTimelineStore);
  reset(useConversationsStore);
  reset(useComposerStore);
  forgetDraftFiles();
  reset(useDraftFilesStore);
  forgetPresence();
  reset(usePresenceStore);
  reset(useTypingStore);
  reset(useStreamsStore);
  reset(useTransfersStore);
  reset(usePeopleStore);
  reset(useGroupsStore);
  reset(useSearchStore);
  reset(useNoticesStore);
  reset(useViewStore);
  useAccountsStore.setState({ accounts: null });
  useAppStore.setState({ jobs: {} });
}

/** Forgets once the vault is locked, whoever locked it. */
export function useForgetWhenLocked(locked: boolean): void {
  useEffect(() => {
    if (locked) forgetEverything();
  }, [locked]);
}
