import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import { showConversation } from '../../stores/navigation';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import type { TintStyle } from '../../ui/avatar';
import { ConnectionBanner } from '../identity/connection-banner';
import { ChatHeader } from './chat-header';
import { Composer } from './composer';
import { Timeline } from './timeline';
import { TrustBanner } from './trust-banner';
import './chat.css';
import './message.css';
import './composer.css';

/** One open conversation. Mounted anew for each, so nothing of another one remains. */
export function ChatPane(props: { readonly account: Account; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const accountId = account.account;
  const id = conversation.conversation;
  const timeline = useTimelineStore((state) => state.timelines[timelineKey(accountId, id)]);
  const style: TintStyle = { '--hue': account.hue };
  return (
    <main className="chat" style={style} data-testid="chat">
      <ChatHeader account={accountId} conversation={conversation} />
      <ConnectionBanner account={account} />
      <div className="chat__timeline">
        {timeline?.error && timeline.window === null && (
          <EmptyState title={t('chat.loadFailed')} text={t(`errors.${timeline.error.code}`)}>
            <Button onClick={() => showConversation(accountId, id)}>{t('common.retry')}</Button>
          </EmptyState>
        )}
        {timeline?.window && (
          <Timeline
            key={timeline.generation}
            account={accountId}
            conversation={conversation}
            timeline={timeline}
            window={timeline.window}
          />
        )}
      </div>
      <TrustBanner account={accountId} conversation={conversation} />
      <Composer account={account} conversation={conversation} />
    </main>
  );
}
