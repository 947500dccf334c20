import { lazy, Suspense, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import { useDraftFilesStore } from '../../stores/draft-files-store';
import { showConversation } from '../../stores/navigation';
import { useSelectionStore } from '../../stores/timeline-selection';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import type { TintStyle } from '../../ui/avatar';
import { ConnectionBanner } from '../identity/connection-banner';
import { ChatDrop } from './chat-drop';
import { ChatHeader } from './chat-header';
import { Composer } from './composer';
import { Timeline } from './timeline';
import './chat.css';
import './message.css';
import './composer.css';

// Strangers are rare, and so are searching and choosing messages: they are read from disk when they are there.
const RequestBar = lazy(async () => ({ default: (await import('../requests/request-bar')).RequestBar }));
const ConversationFinder = lazy(async () => ({
  default: (await import('../search/conversation-finder')).ConversationFinder,
}));

// What only groups have comes with the first one that is opened.
const GroupHeader = lazy(async () => ({ default: (await import('./group-header')).GroupHeader }));
const GroupBars = lazy(async () => ({ default: (await import('./group-bars')).GroupBars }));
const GroupComposer = lazy(async () => ({ default: (await import('./group-composer')).GroupComposer }));
const GroupRequestBar = lazy(async () => ({
  default: (await import('../requests/group-request-bar')).GroupRequestBar,
}));
const TrustBanner = lazy(async () => ({ default: (await import('./trust-banner')).TrustBanner }));
const SelectionBar = lazy(async () => ({ default: (await import('./selection-bar')).SelectionBar }));

/** Where one writes, or what has to be decided before one can. */
function Answer(props: { readonly account: Account; readonly conversation: Conversation }) {
  const { account, conversation } = props;
  if (conversation.kind === 'group')
    return (
      <Suspense fallback={<div className="group-composer-waiting" />}>
        {conversation.standing === 'accepted' ? (
          <GroupComposer account={account} conversation={conversation} />
        ) : (
          <GroupRequestBar account={account.account} conversation={conversation} />
        )}
      </Suspense>
    );
  if (conversation.standing !== 'accepted')
    return (
      <Suspense fallback={null}>
        <RequestBar account={account.account} conversation={conversation} />
      </Suspense>
    );
  return (
    <>
      {['keys_changed', 'revoked', 'certificate_unusable'].includes(conversation.security) && (
        <Suspense fallback={null}>
          <TrustBanner account={account.account} conversation={conversation} />
        </Suspense>
      )}
      <Composer account={account} conversation={conversation} />
    </>
  );
}

/** One open conversation. Mounted anew for each, so nothing of another one remains. */
export function ChatPane(props: { readonly account: Account; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const accountId = account.account;
  const id = conversation.conversation;
  const place = timelineKey(accountId, id);
  const timeline = useTimelineStore((state) => state.timelines[place]);
  const choosing = useSelectionStore((state) => state.place === place);
  const finding = useViewStore((state) => state.finding);
  const isGroup = conversation.kind === 'group';
  const style: TintStyle = { '--hue': account.hue };
  const addFiles = useCallback(
    (files: readonly File[]) => void useDraftFilesStore.getState().add(accountId, id, files),
    [accountId, id],
  );
  return (
    <main className="chat" style={style} data-testid="chat">
      <ChatDrop enabled={conversation.standing === 'accepted'} onFiles={addFiles}>
        {isGroup ? (
          <Suspense fallback={<header className="chat-header" />}>
            <GroupHeader account={accountId} conversation={conversation} />
          </Suspense>
        ) : (
          <ChatHeader account={accountId} conversation={conversation} />
        )}
        {finding && (
          <Suspense fallback={null}>
            <ConversationFinder account={accountId} conversation={conversation} />
          </Suspense>
        )}
        <ConnectionBanner account={account} />
        {isGroup && (
          <Suspense fallback={null}>
            <GroupBars account={accountId} conversation={id} />
          </Suspense>
        )}
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
        {choosing && (
          <Suspense fallback={null}>
            <SelectionBar account={accountId} place={place} name={conversation.title} />
          </Suspense>
        )}
        <Answer account={account} conversation={conversation} />
      </ChatDrop>
    </main>
  );
}
