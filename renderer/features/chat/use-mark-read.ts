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
  const { conversation: id, unread, readUpTo } = conversation;
  const seen = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const store = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (!document.hasFocus() || seen.current <= readUpTo) return;
      if (unread === 0) return;
      invoke('conversation.markRead', { account, conversation: id, upTo: seen.current }).then(
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
