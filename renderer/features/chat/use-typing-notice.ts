import { useCallback, useEffect, useRef } from 'react';
import type { Conversation } from '../../../shared/model/conversation';
import { useAppStore } from '../../stores/app-store';
import { invoke } from '../../stores/bridge';

/** The other side hears again that one writes after this long, in ms. */
const every = 4000;

/**
 * Tells the other side that one is writing: at the first key and then at most every four seconds; and that one stopped,
 * when the message left, the field lost the focus, or was emptied.
 */
export function useTypingNotice(
  account: string,
  conversation: Conversation,
): { readonly typed: (text: string) => void; readonly stopped: () => void } {
  const wanted = useAppStore((state) => state.settings.sendTyping);
  const { conversation: id, kind, standing } = conversation;
  const may = wanted && kind !== 'self' && standing === 'accepted';
  const told = useRef<number | null>(null);

  const tell = useCallback(
    (typing: boolean) => {
      told.current = typing ? Date.now() : null;
      // Whether it arrives matters to nobody: the next notice, or the message itself, says more.
      invoke('conversation.typing', { account, conversation: id, typing }).catch(() => undefined);
    },
    [account, id],
  );
  const stopped = useCallback(() => {
    if (told.current !== null) tell(false);
  }, [tell]);
  const typed = useCallback(
    (text: string) => {
      if (!may) return;
      if (text.trim() === '') stopped();
      else if (told.current === null || Date.now() - told.current >= every) tell(true);
    },
    [may, tell, stopped],
  );
  useEffect(() => stopped, [stopped]);
  return { typed, stopped };
}
