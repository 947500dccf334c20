import { useCallback, useEffect, useRef } from 'react';
import type { Conversation } from '../../../shared/model/conversation';
import { invoke, reportError } from '../../stores/bridge';
import { useConversationsStore } from '../../stores/conversations-store';

/** Rest before a reading position is stored, in ms. */
const delay = 250;

/**
 * Returns a function that is told the newest message on the screen. While the window has the focus, everything up to it
 * becomes read; what was seen without the focus becomes read when the focus returns.
 */
export function useMarkRead(account: string, conversation: Conversation): (newest: number) => void {
  const { conversation: id, unread, readUpTo, markedUnread } = conversation;
  // The mark goes when the conversation is opened, not when it is set while the conversation is open.
  const marked = useRef(markedUnread);
  const seen = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const store = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (!document.hasFocus()) return;
      if ((unread === 0 || seen.current <= readUpTo) && !marked.current) return;
      marked.current = false;
      const upTo = Math.max(seen.current, readUpTo);
      invoke('conversation.markRead', { account, conversation: id, upTo }).then(
        (changed) => useConversationsStore.getState().merge(account, [changed]),
        reportError,
      );
    }, delay);
  }, [account, id, unread, readUpTo]);

  useEffect(() => {
    window.addEventListener('focus', store);
    return () => window.removeEventListener('focus', store);
  }, [store]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return useCallback(
    (newest: number) => {
      if (newest > seen.current) seen.current = newest;
      store();
    },
    [store],
  );
}
