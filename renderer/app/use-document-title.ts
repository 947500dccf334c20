import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../stores/accounts-store';
import { useConversation } from '../stores/conversations-store';
import { useOpenConversation, useViewStore } from '../stores/view-store';

/**
 * Names the window after the open conversation, with the unread count of all identities in front. Muted identities call
 * for nothing. When the window is locked the title tells nothing any more: task bars and window lists show it to everybody.
 */
export function useDocumentTitle(): void {
  const { t } = useTranslation();
  const account = useViewStore((state) => state.account);
  const conversation = useConversation(account, useOpenConversation());
  const unread = useAccountsStore((state) =>
    (state.accounts ?? [])
      .filter((candidate) => candidate.notifications === 'all')
      .reduce((sum, candidate) => sum + candidate.unread, 0),
  );
  const name = conversation?.kind === 'self' ? t('list.notesToSelf') : conversation?.title;
  useEffect(() => {
    const words = name === undefined ? 'Parley' : `${name} · Parley`;
    document.title = unread > 0 ? `(${unread}) ${words}` : words;
    return () => {
      document.title = 'Parley';
    };
  }, [name, unread]);
}
