import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../shared/model/account';
import { useAccountsStore } from '../stores/accounts-store';
import { useConversation } from '../stores/conversations-store';
import { useOpenConversation, useViewStore } from '../stores/view-store';

/** What of an identity calls for attention: unread messages and requests, only mentions, or nothing, as its rule says. */
export function callsFor(
  account: Pick<Account, 'notifications' | 'unread' | 'mentions' | 'requests'>,
): number {
  switch (account.notifications) {
    case 'all':
      return account.unread + account.requests;
    case 'mentions':
      return account.mentions;
    case 'none':
      return 0;
  }
}

/**
 * Names the window after the open conversation, with the count of what waits in all identities in front. Muted identities
 * call for nothing. When the window is locked the title tells nothing any more: task bars and window lists show it to everybody.
 */
export function useDocumentTitle(): void {
  const { t } = useTranslation();
  const account = useViewStore((state) => state.account);
  const conversation = useConversation(account, useOpenConversation());
  const unread = useAccountsStore((state) =>
    (state.accounts ?? []).reduce((sum, candidate) => sum + callsFor(candidate), 0),
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
