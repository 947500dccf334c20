import { SearchX } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Conversation } from '../../../shared/model/conversation';
import { useConversationsStore } from '../../stores/conversations-store';
import { showConversation } from '../../stores/navigation';
import { useSearchStore, type SearchHit } from '../../stores/search-store';
import { useOpenConversation, useViewStore } from '../../stores/view-store';
import { EmptyState } from '../../ui/empty-state';
import { useRovingRows } from '../../ui/use-roving-rows';
import { ConversationRow } from '../chat/conversation-row';
import { SearchHitRow } from './search-hit-row';

type ResultRow =
  | { readonly kind: 'heading'; readonly key: string; readonly what: 'conversations' | 'messages' }
  | { readonly kind: 'conversation'; readonly key: string; readonly conversation: Conversation }
  | { readonly kind: 'hit'; readonly key: string; readonly hit: SearchHit };

/** At most this many conversations are listed above the messages. */
const shownConversations = 6;
const noRows: readonly Conversation[] = [];

function buildRows(conversations: readonly Conversation[], hits: readonly SearchHit[]): readonly ResultRow[] {
  const rows: ResultRow[] = [];
  if (conversations.length > 0) rows.push({ kind: 'heading', key: 'conversations', what: 'conversations' });
  for (const conversation of conversations) {
    rows.push({ kind: 'conversation', key: conversation.conversation, conversation });
  }
  if (hits.length > 0) rows.push({ kind: 'heading', key: 'messages', what: 'messages' });
  for (const hit of hits) rows.push({ kind: 'hit', key: `${hit.account} ${hit.message.id}`, hit });
  return rows;
}

/** Conversations whose name fits and messages that contain the words. */
export function SearchResults(props: { readonly account: string }) {
  const { t } = useTranslation();
  const { account } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const open = useOpenConversation();
  const query = useViewStore((state) => state.query.trim());
  const scoped = useViewStore((state) => state.searchIn !== null);
  const all = useConversationsStore((state) => state.lists[account]?.rows ?? noRows);
  const { hits, searching, error, query: answered } = useSearchStore();
  const needle = query.toLowerCase();
  const matching = scoped
    ? noRows
    : all
        .filter((row) => `${row.title} ${row.conversation}`.toLowerCase().includes(needle))
        .slice(0, shownConversations);
  const rows = buildRows(matching, hits);
  const roving = useRovingRows(scroller, handle, rows.length, (index) => rows[index]?.kind !== 'heading');
  const firstRow = rows.findIndex((row) => row.kind !== 'heading');
  const settled = !searching && answered === query;

  if (rows.length === 0) {
    return (
      <div className="search-results" data-testid="search-results">
        {settled && (
          <EmptyState
            picture={<SearchX size={28} strokeWidth={1.5} aria-hidden />}
            title={error === null ? t('search.none', { query }) : t(`errors.${error.code}`)}
            {...(error === null ? { text: t('search.noneHint') } : {})}
          />
        )}
      </div>
    );
  }
  return (
    <div
      ref={scroller}
      className="search-results"
      role="list"
      aria-label={t('search.results')}
      aria-busy={searching}
      data-testid="search-results"
      onKeyDown={roving.onKeyDown}
    >
      <span className="visually-hidden" role="status">
        {settled ? t('search.found', { count: hits.length }) : t('search.searching')}
      </span>
      <Virtualizer ref={handle} data={rows}>
        {(row, index) => {
          const active = index === (roving.active ?? firstRow);
          switch (row.kind) {
            case 'heading':
              return (
                <h2 key={row.key} className="search-results__heading">
                  {t(`search.${row.what}`)}
                </h2>
              );
            case 'conversation':
              return (
                <ConversationRow
                  key={row.key}
                  conversation={row.conversation}
                  index={index}
                  chosen={row.conversation.conversation === open}
                  active={active}
                  onOpen={(conversation) => showConversation(account, conversation)}
                />
              );
            case 'hit':
              return (
                <SearchHitRow key={row.key} hit={row.hit} index={index} active={active} account={account} />
              );
          }
        }}
      </Virtualizer>
    </div>
  );
}
