import { ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useTimelineStore } from '../../stores/timeline-store';
import { useViewStore } from '../../stores/view-store';
import { IconButton } from '../../ui/icon-button';
import { useConversationTitle } from '../chat/conversation-title';

/** Rest after the last key before the store is searched, in ms. */
const delay = 150;
/** Hits that are counted; beyond them the count says "or more". */
const mostHits = 500;

interface Found {
  readonly query: string;
  /** Message ids, newest first. */
  readonly ids: readonly number[];
  readonly index: number;
  readonly error: CommandError | null;
}

const nothing: Found = { query: '', ids: [], index: 0, error: null };

/** Searches in the open conversation: the newest hit first, Enter goes back in time, Shift+Enter forward. */
export function ConversationFinder(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account } = props;
  const id = props.conversation.conversation;
  const name = useConversationTitle(props.conversation);
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found>(nothing);
  const text = query.trim();

  useEffect(() => field.current?.focus(), []);

  useEffect(() => {
    if (text === '') return;
    let current = true;
    const timer = setTimeout(() => {
      invoke('message.search', { accounts: [account], conversation: id, query: text, limit: mostHits }).then(
        ({ hits }) => {
          if (!current) return;
          const ids = hits.map(({ message }) => message.id);
          setFound({ query: text, ids, index: 0, error: null });
          const [first] = ids;
          if (first !== undefined) void useTimelineStore.getState().openAround(account, id, first);
        },
        (reason: unknown) => current && setFound({ ...nothing, query: text, error: toCommandError(reason) }),
      );
    }, delay);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [account, id, text]);

  const { ids, index } = text === '' ? nothing : found;
  const step = (by: 1 | -1): void => {
    if (ids.length === 0) return;
    const next = (index + by + ids.length) % ids.length;
    const message = ids[next];
    setFound({ ...found, index: next });
    if (message !== undefined) void useTimelineStore.getState().openAround(account, id, message);
  };
  const close = (): void => {
    useViewStore.getState().setFinding(false);
    document.querySelector<HTMLElement>('[data-testid="composer"]')?.focus();
  };
  const onKeyDown = (key: KeyboardEvent): void => {
    if (key.nativeEvent.isComposing) return;
    if (key.key === 'Escape') close();
    else if (key.key === 'Enter' || key.key === 'F3') step(key.shiftKey ? -1 : 1);
    else if (key.key === 'ArrowUp') step(1);
    else if (key.key === 'ArrowDown') step(-1);
    else return;
    key.preventDefault();
  };

  const answered = text !== '' && found.query === text;
  const words = ((): string => {
    if (!answered) return '';
    if (found.error !== null) return t(`errors.${found.error.code}`);
    if (ids.length === 0) return t('finder.hereNone');
    const place = { number: index + 1, count: ids.length };
    return ids.length >= mostHits ? t('finder.placeMany', place) : t('finder.place', place);
  })();
  return (
    <div className="finder" role="search" onKeyDown={onKeyDown} data-testid="finder">
      <div className="finder__box">
        <Search size={15} aria-hidden />
        <input
          ref={field}
          type="text"
          aria-label={t('finder.hereLabel', { name })}
          placeholder={t('finder.herePlaceholder')}
          autoComplete="off"
          spellCheck={false}
          maxLength={256}
          value={query}
          onChange={(change) => setQuery(change.target.value)}
          data-testid="finder-field"
        />
        <span className="finder__place tabular" role="status" data-testid="finder-place">
          {words}
        </span>
      </div>
      <IconButton label={t('finder.next')} size="small" disabled={ids.length === 0} onClick={() => step(1)}>
        <ChevronUp size={17} aria-hidden />
      </IconButton>
      <IconButton
        label={t('finder.previous')}
        size="small"
        disabled={ids.length === 0}
        onClick={() => step(-1)}
      >
        <ChevronDown size={17} aria-hidden />
      </IconButton>
      <IconButton label={t('finder.close')} size="small" onClick={close}>
        <X size={17} aria-hidden />
      </IconButton>
    </div>
  );
}
