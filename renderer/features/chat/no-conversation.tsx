import { MessagesSquare } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { ConnectionBanner } from '../identity/connection-banner';

/** The place of the conversation while none is open. */
export function NoConversation(props: { readonly account: Account }) {
  const { t } = useTranslation();
  return (
    <main className="no-conversation" data-testid="no-conversation">
      <ConnectionBanner account={props.account} />
      <EmptyState
        picture={<MessagesSquare size={40} strokeWidth={1.25} aria-hidden />}
        title={t('chat.choose')}
        text={t('chat.chooseText')}
      >
        <Button onClick={() => useViewStore.getState().showDialog('new-conversation')}>
          {t('list.newConversation')}
        </Button>
      </EmptyState>
    </main>
  );
}
