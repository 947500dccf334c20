import { useCallback, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useConversationsStore } from '../../stores/conversations-store';
import { showConversation } from '../../stores/navigation';
import { useOpenConversation, useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { useRovingRows } from '../../ui/use-roving-rows';
import { ConversationRow } from './conversation-row';

/** This close to the end (px) the next rows are fetched. */
const fetchDistance = 1200;

/** The conversations of an identity; only the rows near the screen are in the document. */
export function ConversationList(props: { readonly account: string }) {
  const { t } = useTranslation();
  const { account } = props;
  const list = useConversationsStore((state) => state.lists[account]);
  const open = useOpenConversation();
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const rows = list?.rows ?? [];
  const roving = useRovingRows(scroller, handle, rows.length);
  const openRow = useCallback((conversation: string) => showConversation(account, conversation), [account]);
  const chosenIndex = rows.findIndex((row) => row.conversation === open);
  const active = roving.active ?? Math.max(0, chosenIndex);

  if (list === undefined || (list.status === 'loading' && rows.length === 0)) {
    return <div className="conversation-list" aria-busy="true" />;
  }
  if (list.status === 'failed' && rows.length === 0) {
    return (
      <EmptyState title={t('chat.loadFailed')} text={t(`errors.${list.error?.code ?? 'internal'}`)}>
        <Button onClick={() => void useConversationsStore.getState().load(account)}>
          {t('common.retry')}
        </Button>
      </EmptyState>
    );
  }
  if (rows.length === 0) {
    return (
      <EmptyState title={t('list.emptyTitle')} text={t('list.emptyText')} testId="empty-list">
        <Button tone="primary" onClick={() => useViewStore.getState().showDialog('new-conversation')}>
          {t('list.newConversation')}
        </Button>
      </EmptyState>
    );
  }
  return (
    <div
      ref={scroller}
      className="conversation-list"
      role="list"
      aria-label={t('list.label')}
      data-testid="conversation-list"
      onKeyDown={roving.onKeyDown}
    >
      <Virtualizer
        ref={handle}
        data={rows}
        itemSize={64}
        keepMounted={[Math.min(active, rows.length - 1)]}
        onScroll={(offset) => {
          const current = handle.current;
          if (current === null || current.scrollSize - current.viewportSize - offset > fetchDistance) return;
          void useConversationsStore.getState().loadMore(account);
        }}
      >
        {(row, index) => (
          <ConversationRow
            key={row.conversation}
            conversation={row}
            index={index}
            chosen={row.conversation === open}
            active={index === active}
            onOpen={openRow}
          />
        )}
      </Virtualizer>
    </div>
  );
}
