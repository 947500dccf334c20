import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../stores/accounts-store';
import { useConversation } from '../stores/conversations-store';
import { useOpenConversation, useViewStore } from '../stores/view-store';

/** Names the window after the open conversation, with the unread count of all identities in front. */
export function useDocumentTitle(): void {
  const { t } = useTranslation();
  const account = useViewStore((state) => state.account);
  const conversation = useConversation(account, useOpenConversation());
  const unread = useAccountsStore((state) =>
    (state.accounts ?? []).reduce((sum, candidate) => sum + candidate.unread, 0),
  );
  const name = conversation?.kind === 'self' ? t('list.notesToSelf') : conversation?.title;
  useEffect(() => {
    const words = name === undefined ? 'Parley' : `${name} · Parley`;
    document.title = unread > 0 ? `(${unread}) ${words}` : words;
  }, [name, unread]);
}
