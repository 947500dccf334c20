import { KeyRound } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { ChatPane } from '../features/chat/chat-pane';
import { ListPane } from '../features/chat/list-pane';
import { NoConversation } from '../features/chat/no-conversation';
import { Rail } from '../features/identity/rail';
import { useAccount } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { useConversation } from '../stores/conversations-store';
import { useOpenConversation, useViewStore } from '../stores/view-store';
import { Button } from '../ui/button';
import { ListDivider } from './list-divider';
import type { TintStyle } from '../ui/avatar';
import { useShortcuts } from './use-shortcuts';
import { useViewing } from './use-viewing';
import './shell.css';

// Read from disk when somebody looks: the window starts without.
const DetailsPane = lazy(async () => ({
  default: (await import('../features/chat/details-pane')).DetailsPane,
}));
const TroubleScreen = lazy(async () => ({
  default: (await import('../features/identity/trouble-screen')).TroubleScreen,
}));

function WeakVaultBar() {
  const { t } = useTranslation();
  const vault = useAppStore((state) => state.vault);
  if (vault === null || vault.protected) return null;
  return (
    <div className="weak-vault" role="status" data-testid="weak-vault">
      <KeyRound size={16} aria-hidden />
      <span className="weak-vault__text">{t('vault.weakText')}</span>
      <Button size="small" onClick={() => useViewStore.getState().showDialog('passphrase')}>
        {t('vault.weakAction')}
      </Button>
    </div>
  );
}

/** Rail, list, conversation, details. Narrow windows show the list or the conversation. */
export function Shell() {
  useShortcuts();
  useViewing();
  const accountId = useViewStore((state) => state.account);
  const openId = useOpenConversation();
  const detailsOpen = useViewStore((state) => state.detailsOpen);
  const listWidth = useAppStore((state) => state.settings.listWidth);
  const account = useAccount(accountId);
  const conversation = useConversation(accountId, openId);
  const blocked = account?.session.blocked;
  const trouble = blocked === 'key_unreadable' ? 'key' : blocked === 'database_damaged' ? 'database' : null;
  const style: TintStyle = { '--list-width': `${listWidth}px` };
  const chatOpen = conversation !== undefined && trouble === null;
  return (
    <div className="shell" style={style} data-chat-open={chatOpen} data-testid="shell">
      <Rail />
      <div className="shell__columns">
        <WeakVaultBar />
        {account === undefined ? null : trouble !== null ? (
          <Suspense fallback={null}>
            <TroubleScreen key={account.account} account={account} kind={trouble} />
          </Suspense>
        ) : (
          <div className="shell__panes">
            <ListPane account={account.account} />
            <ListDivider />
            {conversation === undefined ? (
              <NoConversation account={account} />
            ) : (
              <ChatPane
                key={`${account.account} ${conversation.conversation}`}
                account={account}
                conversation={conversation}
              />
            )}
            {conversation !== undefined && conversation.kind !== 'group' && detailsOpen && (
              <Suspense fallback={null}>
                <DetailsPane account={account.account} conversation={conversation} />
              </Suspense>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
