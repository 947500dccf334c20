import { SquarePen, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useViewStore } from '../../stores/view-store';
import { IconButton } from '../../ui/icon-button';
import { SearchField } from '../search/search-field';
import { SearchResults } from '../search/search-results';
import { ConversationList } from './conversation-list';
import { OwnIdentity } from './own-identity';
import './list.css';

/** The second column: who I am here, the search field, and conversations or what was found. */
export function ListPane(props: { readonly account: string }) {
  const { t } = useTranslation();
  const searching = useViewStore((state) => state.query.trim() !== '');
  return (
    <section className="list-pane" aria-label={t('list.label')}>
      <header className="list-pane__header">
        <OwnIdentity account={props.account} />
        <IconButton
          label={t('people.open')}
          onClick={() => useViewStore.getState().showDialog('people')}
          data-testid="open-people"
        >
          <Users size={18} aria-hidden />
        </IconButton>
        <IconButton
          label={t('list.newConversation')}
          onClick={() => useViewStore.getState().showDialog('new-conversation')}
          data-testid="new-conversation"
        >
          <SquarePen size={18} aria-hidden />
        </IconButton>
      </header>
      <SearchField />
      {searching ? (
        <SearchResults account={props.account} />
      ) : (
        <ConversationList key={props.account} account={props.account} />
      )}
    </section>
  );
}
