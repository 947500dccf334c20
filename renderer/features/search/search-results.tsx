import { SearchX, TriangleAlert } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useAccountsStore } from '../../stores/accounts-store';
import { showConversation } from '../../stores/navigation';
import {
  identitiesInScope,
  useSearchStore,
  type FoundConversation,
  type SearchHit,
} from '../../stores/search-store';
import { useOpenConversation, useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { useRovingRows } from '../../ui/use-roving-rows';
import { ConversationRow } from '../chat/conversation-row';
import { SearchHitRow } from './search-hit-row';

type ResultRow =
  | { readonly kind: 'heading'; readonly key: string; readonly what: 'conversations' | 'messages' }
  | { readonly kind: 'conversation'; readonly key: string; readonly found: FoundConversation }
  | { readonly kind: 'hit'; readonly key: string; readonly hit: SearchHit };

function buildRows(found: readonly FoundConversation[], hits: readonly SearchHit[]): readonly ResultRow[] {
  const rows: ResultRow[] = [];
  if (found.length > 0) rows.push({ kind: 'heading', key: 'conversations', what: 'conversations' });
  for (const each of found) {
    rows.push({
      kind: 'conversation',
      key: `${each.account} ${each.conversation.conversation}`,
      found: each,
    });
  }
  if (hits.length > 0) rows.push({ kind: 'heading', key: 'messages', what: 'messages' });
  for (const hit of hits) rows.push({ kind: 'hit', key: `${hit.account} hit ${hit.message.id}`, hit });
  return rows;
}

/** Nothing was found, or the search failed. */
function Nothing(props: { readonly account: string; readonly settled: boolean }) {
  const { t } = useTranslation();
  const query = useViewStore((state) => state.query.trim());
  const error = useSearchStore((state) => state.error);
  if (!props.settled) return null;
  if (error !== null) {
    const again = (): void => {
      const accounts = useAccountsStore.getState().accounts?.map(({ account }) => account) ?? [];
      const { identities, search } = useSearchStore.getState();
      void search(identitiesInScope(accounts, identities), props.account, query);
    };
    return (
      <EmptyState
        picture={<TriangleAlert size={28} strokeWidth={1.5} aria-hidden />}
        title={t('finder.failed')}
        text={t(`errors.${error.code}`)}
        testId="search-failed"
      >
        <Button onClick={again}>{t('common.retry')}</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      picture={<SearchX size={28} strokeWidth={1.5} aria-hidden />}
      title={t('search.none', { query })}
      text={t('search.noneHint')}
    >
      <p className="search-results__hint">{t('finder.hint')}</p>
    </EmptyState>
  );
}

/** Conversations whose name fits and messages that contain the words, of all identities or the chosen ones. */
export function SearchResults(props: { readonly account: string }) {
  const { t } = useTranslation();
  const { account } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const open = useOpenConversation();
  const query = useViewStore((state) => state.query.trim());
  const { found, hits, searching, query: answered } = useSearchStore();
  const rows = buildRows(found, hits);
  const roving = useRovingRows(scroller, handle, rows.length, (index) => rows[index]?.kind !== 'heading');
  const firstRow = rows.findIndex((row) => row.kind !== 'heading');
  const settled = !searching && answered === query;

  if (rows.length === 0) {
    return (
      <div className="search-results" data-testid="search-results" data-query={settled ? query : undefined}>
        <Nothing account={account} settled={settled} />
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
      data-query={settled ? query : undefined}
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
            case 'conversation': {
              const { account: owner, conversation } = row.found;
              return (
                <ConversationRow
                  key={row.key}
                  account={owner}
                  {...(owner === account ? {} : { owner })}
                  conversation={conversation}
                  index={index}
                  chosen={owner === account && conversation.conversation === open}
                  active={active}
                  onOpen={(id) => showConversation(owner, id)}
                />
              );
            }
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
