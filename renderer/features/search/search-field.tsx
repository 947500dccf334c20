import { Search, X } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../../stores/accounts-store';
import { useSearchStore } from '../../stores/search-store';
import { useViewStore } from '../../stores/view-store';
import './search.css';

/** Rest after the last key before the store is searched, in ms. */
const delay = 120;
const isMac = navigator.userAgent.includes('Mac');

/** The search field above the list. Ctrl+K (⌘K) goes there, Escape leaves. */
export function SearchField() {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const query = useViewStore((state) => state.query);
  const searchIn = useViewStore((state) => state.searchIn);
  const accounts = useAccountsStore(
    (state) => state.accounts?.map((account) => account.account).join(' ') ?? '',
  );

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
    const timer = setTimeout(() => {
      const where = searchIn === null ? accounts.split(' ') : [searchIn.account];
      void useSearchStore.getState().search(where, text, searchIn?.conversation ?? null);
    }, delay);
    return () => clearTimeout(timer);
  }, [query, searchIn, accounts]);

  const { setQuery, setSearchIn } = useViewStore.getState();
  const leave = (): void => {
    setQuery('');
    setSearchIn(null);
  };
  const onKeyDown = (key: KeyboardEvent<HTMLInputElement>): void => {
    if (key.nativeEvent.isComposing) return;
    if (key.key === 'Escape') {
      leave();
      field.current?.blur();
    } else if (key.key === 'ArrowDown') {
      key.preventDefault();
      document.querySelector<HTMLElement>('.list-pane [data-row][tabindex="0"]')?.focus();
    }
  };

  return (
    <div className="search-field" role="search">
      <Search size={16} aria-hidden />
      {searchIn !== null && (
        <button type="button" className="search-field__scope ellipsis" onClick={() => setSearchIn(null)}>
          {searchIn.conversation}
          <X size={12} aria-hidden />
        </button>
      )}
      <input
        ref={field}
        id="search"
        type="text"
        className="search-field__input"
        placeholder={t('list.searchPlaceholder')}
        aria-label={t('list.searchLabel')}
        autoComplete="off"
        spellCheck={false}
        value={query}
        maxLength={256}
        data-testid="search"
        onChange={(change) => setQuery(change.target.value)}
        onKeyDown={onKeyDown}
      />
      {query === '' ? (
        <kbd className="search-field__key" aria-hidden="true">
          {isMac ? '⌘K' : 'Ctrl K'}
        </kbd>
      ) : (
        <button
          type="button"
          className="search-field__clear"
          aria-label={t('list.clearSearch')}
          onClick={leave}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  );
}
