import { Search, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../../stores/accounts-store';
import { identitiesInScope, useSearchStore } from '../../stores/search-store';
import { useViewStore } from '../../stores/view-store';
import './search.css';

const SearchFilters = lazy(async () => ({ default: (await import('./search-filters')).SearchFilters }));

/** Rest after the last key before the store is searched, in ms. */
const delay = 40;
const isMac = navigator.userAgent.includes('Mac');

/** The search field above the list. Ctrl+K (⌘K) goes there, Escape leaves. */
export function SearchField(props: { readonly account: string }) {
  const { t } = useTranslation();
  const { account } = props;
  const field = useRef<HTMLInputElement>(null);
  const query = useViewStore((state) => state.query);
  const accounts = useAccountsStore((state) => state.accounts?.map((each) => each.account).join(' ') ?? '');

  const chosen = useSearchStore((state) => state.identities);
  const scope = identitiesInScope(accounts.split(' '), chosen).join(' ');

  useEffect(() => {
    const onKey = (key: globalThis.KeyboardEvent): void => {
      if (!(key.ctrlKey || key.metaKey) || key.shiftKey || key.altKey || key.key.toLowerCase() !== 'k')
        return;
      key.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  useEffect(() => {
    const text = query.trim();
    if (text === '') {
      useSearchStore.getState().clear();
      return;
    }
    const timer = setTimeout(
      () => void useSearchStore.getState().search(scope.split(' '), account, text),
      delay,
    );
    return () => clearTimeout(timer);
  }, [query, account, scope]);

  const { setQuery } = useViewStore.getState();
  const onKeyDown = (key: KeyboardEvent<HTMLInputElement>): void => {
    if (key.nativeEvent.isComposing) return;
    if (key.key === 'Escape') {
      // Only the search is left: the same key must not also close what is open beside it.
      key.preventDefault();
      setQuery('');
      field.current?.blur();
    } else if (key.key === 'ArrowDown') {
      key.preventDefault();
      document.querySelector<HTMLElement>('.list-pane [data-row][tabindex="0"]')?.focus();
    }
  };

  return (
    <>
      <div className="search-field" role="search">
        <Search size={16} aria-hidden />
        <input
          ref={field}
          id="search"
          type="text"
          className="search-field__input"
          placeholder={t('list.searchPlaceholder')}
          aria-label={t('list.searchLabel')}
          aria-describedby="search-hint"
          autoComplete="off"
          spellCheck={false}
          value={query}
          maxLength={400}
          data-testid="search"
          onChange={(change) => setQuery(change.target.value)}
          onKeyDown={onKeyDown}
        />
        <span id="search-hint" className="visually-hidden">
          {t('finder.hint')}
        </span>
        {query === '' ? (
          <kbd className="search-field__key" aria-hidden="true">
            {isMac ? '⌘K' : 'Ctrl K'}
          </kbd>
        ) : (
          <button
            type="button"
            className="search-field__clear"
            aria-label={t('list.clearSearch')}
            onClick={() => {
              setQuery('');
              field.current?.focus();
            }}
          >
            <X size={14} aria-hidden />
          </button>
        )}
      </div>
      {query.trim() !== '' && (
        <Suspense fallback={null}>
          <SearchFilters onChanged={() => field.current?.focus()} />
        </Suspense>
      )}
    </>
  );
}
