import { Archive, ChevronRight } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Conversation } from '../../../shared/model/conversation';
import { useAccount } from '../../stores/accounts-store';
import { listKey } from '../../stores/conversation-lists';
import { useConversationsStore } from '../../stores/conversations-store';
import { showConversation } from '../../stores/navigation';
import { usePresenceStore } from '../../stores/presence-store';
import { useOpenConversation, useViewStore, type ListView } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { useRovingRows } from '../../ui/use-roving-rows';
import { ConversationRow } from './conversation-row';
import { useSteadyRows } from './use-steady-rows';

/** This close to the end (px) the next rows are fetched. */
const fetchDistance = 1200;

/** The way to what was archived, behind the last row. */
function ArchivedEntry(props: { readonly account: string }) {
  const { t } = useTranslation();
  const total = useConversationsStore((state) => state.lists[listKey(props.account, 'archived')]?.total ?? 0);
  const ready = useConversationsStore((state) => state.lists[props.account]?.status === 'ready');
  useEffect(() => {
    // After the inbox: the first thing on the screen waits for nothing else.
    if (ready) void useConversationsStore.getState().load(props.account, 'archived');
  }, [props.account, ready]);
  if (total === 0) return null;
  return (
    <button
      type="button"
      className="list-entry"
      onClick={() => useViewStore.getState().setListView('archived')}
      data-testid="open-archived"
    >
      <Archive size={16} aria-hidden />
      <span className="list-entry__words">{t('daily.archived')}</span>
      <span className="list-entry__count tabular">{total}</span>
      <ChevronRight size={16} aria-hidden />
    </button>
  );
}

function NothingHere(props: { readonly view: ListView }) {
  const { t } = useTranslation();
  if (props.view === 'archived')
    return <EmptyState title={t('daily.noArchived')} text={t('daily.noArchivedText')} testId="empty-list" />;
  if (props.view === 'requests')
    return <EmptyState title={t('daily.noRequests')} text={t('daily.noRequestsText')} testId="empty-list" />;
  return (
    <EmptyState title={t('list.emptyTitle')} text={t('list.emptyText')} testId="empty-list">
      <Button tone="primary" onClick={() => useViewStore.getState().showDialog('new-conversation')}>
        {t('list.newConversation')}
      </Button>
    </EmptyState>
  );
}

const noRows: readonly Conversation[] = [];

/** Asks who is connected, of the people whose rows are on the screen. */
function askPresence(account: string, rows: readonly Conversation[], list: VirtualizerHandle | null): void {
  if (list === null) return;
  const first = list.findItemIndex(list.scrollOffset);
  const last = list.findItemIndex(list.scrollOffset + list.viewportSize);
  const aids = rows
    .slice(first, last + 1)
    .filter((row) => row.kind === 'direct' && row.standing === 'accepted')
    .map((row) => row.conversation);
  usePresenceStore.getState().showRows(account, aids);
}

/** The conversations of an identity in one view; only the rows near the screen are in the document. */
export function ConversationList(props: { readonly account: string; readonly view: ListView }) {
  const { t } = useTranslation();
  const { account, view } = props;
  const list = useConversationsStore((state) => state.lists[listKey(account, view)]);
  const open = useOpenConversation();
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const [touched, setTouched] = useState(false);
  const catchingUp = useAccount(account)?.catchingUp != null;
  const rows = useSteadyRows(listKey(account, view), list?.rows ?? noRows, touched && catchingUp);
  const roving = useRovingRows(scroller, handle, rows.length);
  const openRow = useCallback((conversation: string) => showConversation(account, conversation), [account]);
  const chosenIndex = rows.findIndex((row) => row.conversation === open);
  const active = roving.active ?? Math.max(0, chosenIndex);
  useEffect(() => askPresence(account, rows, handle.current), [account, rows]);
  useEffect(() => () => usePresenceStore.getState().showRows(account, []), [account]);

  useEffect(() => {
    if (view !== 'inbox') void useConversationsStore.getState().load(account, view);
  }, [account, view]);

  if (list === undefined || (list.status !== 'ready' && list.status !== 'failed' && rows.length === 0)) {
    return <div className="conversation-list" aria-busy="true" />;
  }
  if (list.status === 'failed' && rows.length === 0) {
    return (
      <EmptyState title={t('chat.loadFailed')} text={t(`errors.${list.error?.code ?? 'internal'}`)}>
        <Button onClick={() => void useConversationsStore.getState().load(account, view)}>
          {t('common.retry')}
        </Button>
      </EmptyState>
    );
  }
  if (rows.length === 0) {
    return (
      <div className="conversation-list">
        <NothingHere view={view} />
        {view === 'inbox' && <ArchivedEntry account={account} />}
      </div>
    );
  }
  const label = { inbox: t('list.label'), archived: t('daily.archived'), requests: t('daily.requests') }[
    view
  ];
  return (
    <div
      ref={scroller}
      className="conversation-list"
      onKeyDown={roving.onKeyDown}
      onPointerEnter={() => setTouched(true)}
      onPointerLeave={() => setTouched(false)}
      onFocus={() => setTouched(true)}
      onBlur={() => setTouched(false)}
    >
      <div role="list" aria-label={label} data-testid="conversation-list" data-view={view}>
        <Virtualizer
          ref={handle}
          scrollRef={scroller}
          data={rows}
          itemSize={64}
          keepMounted={[Math.min(active, rows.length - 1)]}
          onScroll={(offset) => {
            const current = handle.current;
            askPresence(account, rows, current);
            if (current === null || current.scrollSize - current.viewportSize - offset > fetchDistance)
              return;
            void useConversationsStore.getState().loadMore(account, view);
          }}
        >
          {(row, index) => (
            <ConversationRow
              key={row.conversation}
              account={account}
              conversation={row}
              index={index}
              chosen={row.conversation === open}
              active={index === active}
              onOpen={openRow}
            />
          )}
        </Virtualizer>
      </div>
      {view === 'inbox' && rows.length >= list.total && <ArchivedEntry account={account} />}
    </div>
  );
}
