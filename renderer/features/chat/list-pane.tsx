import { ChevronLeft, ChevronRight, Compass, SquarePen, UserRoundPlus, Users } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccount } from '../../stores/accounts-store';
import { useViewStore, type ListView } from '../../stores/view-store';
import { IconButton } from '../../ui/icon-button';
import { SearchField } from '../search/search-field';
import { ConversationList } from './conversation-list';
import { OwnIdentity } from './own-identity';
import './list.css';

// Results come a moment after the first letter anyway.
const SearchResults = lazy(async () => ({
  default: (await import('../search/search-results')).SearchResults,
}));

/** Strangers who wait for an answer: one quiet row above everything else. */
function RequestsEntry(props: { readonly account: string }) {
  const { t } = useTranslation();
  const requests = useAccount(props.account)?.requests ?? 0;
  if (requests === 0) return null;
  return (
    <button
      type="button"
      className="list-entry list-entry--requests"
      onClick={() => useViewStore.getState().setListView('requests')}
      data-testid="open-requests"
    >
      <UserRoundPlus size={16} aria-hidden />
      <span className="list-entry__words">
        {t('daily.requests')}
        <span className="list-entry__more">{t('daily.requestsCount', { count: requests })}</span>
      </span>
      <span className="list-entry__badge tabular" aria-hidden="true">
        {requests}
      </span>
      <ChevronRight size={16} aria-hidden />
    </button>
  );
}

/** What arrived while the computer was away comes in behind the list: a word about it, and the list stays usable. */
function CatchingUp(props: { readonly account: string }) {
  const { t } = useTranslation();
  const rows = useAccount(props.account)?.catchingUp ?? null;
  if (rows === null) return null;
  return (
    <div className="catching-up" data-testid="list-catching-up">
      <span className="catching-up__line" aria-hidden="true" />
      <span className="tabular" role="status">
        {rows > 0 ? t('connection.catchingUp', { count: rows }) : t('daily.catchingUp')}
      </span>
    </div>
  );
}

function ViewHeader(props: { readonly view: Exclude<ListView, 'inbox'> }) {
  const { t } = useTranslation();
  return (
    <div className="list-view">
      <IconButton
        label={t('daily.backToInbox')}
        size="small"
        onClick={() => useViewStore.getState().setListView('inbox')}
        data-testid="back-to-inbox"
      >
        <ChevronLeft size={18} aria-hidden />
      </IconButton>
      <h2 className="list-view__title">
        {props.view === 'requests' ? t('daily.requests') : t('daily.archived')}
      </h2>
    </div>
  );
}

/** The second column: who I am here, the search field, and conversations or what was found. */
export function ListPane(props: { readonly account: string }) {
  const { t } = useTranslation();
  const { account } = props;
  const searching = useViewStore((state) => state.query.trim() !== '');
  const view = useViewStore((state) => state.listView);
  return (
    <section className="list-pane" aria-label={t('list.label')}>
      <header className="list-pane__header">
        <OwnIdentity account={account} />
        <IconButton
          label={t('people.open')}
          onClick={() => useViewStore.getState().showDialog('people')}
          data-testid="open-people"
        >
          <Users size={18} aria-hidden />
        </IconButton>
        <IconButton
          label={t('groupDiscover.title')}
          onClick={() => useViewStore.getState().showDialog('discover-groups')}
          data-testid="open-discover"
        >
          <Compass size={18} aria-hidden />
        </IconButton>
        <IconButton
          label={t('list.newConversation')}
          onClick={() => useViewStore.getState().showDialog('new-conversation')}
          data-testid="new-conversation"
        >
          <SquarePen size={18} aria-hidden />
        </IconButton>
      </header>
      <SearchField account={account} />
      {searching ? (
        <Suspense fallback={null}>
          <SearchResults account={account} />
        </Suspense>
      ) : (
        <>
          <CatchingUp account={account} />
          {view === 'inbox' ? <RequestsEntry account={account} /> : <ViewHeader view={view} />}
          <ConversationList key={`${account} ${view}`} account={account} view={view} />
        </>
      )}
    </section>
  );
}
