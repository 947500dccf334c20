import { Compass } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupPreview } from '../../../../shared/model/group';
import { invoke, toCommandError, type CommandError } from '../../../stores/bridge';
import { showConversation } from '../../../stores/navigation';
import { useViewStore } from '../../../stores/view-store';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { EmptyState } from '../../../ui/empty-state';
import { SearchBox } from '../../../ui/search-box';
import { GroupFacts } from './group-card';
import './discover.css';

/** Rest after the last key before the network is asked, in ms. */
const rest = 250;

interface Found {
  readonly query: string;
  readonly groups: readonly GroupPreview[];
  readonly total: number;
  readonly page: number;
}

/** Asks for groups while one types; an answer to an earlier text is dropped. */
function useSearch(account: string, query: string) {
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [busy, setBusy] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const text = query.trim();
  useEffect(() => {
    let current = true;
    const timer = setTimeout(
      () => {
        setBusy(true);
        invoke('group.search', { account, query: text, page: 1 })
          .then(
            (answer) => {
              if (!current) return;
              setFound({ query: text, groups: answer.found, total: answer.total, page: 1 });
              setError(null);
            },
            (reason: unknown) => current && setError(toCommandError(reason)),
          )
          .finally(() => current && setBusy(false));
      },
      text === '' ? 0 : rest,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [account, text, attempt]);
  const more = (): void => {
    if (found === null || busy) return;
    setBusy(true);
    invoke('group.search', { account, query: found.query, page: found.page + 1 })
      .then(
        (answer) =>
          setFound((now) => {
            if (now?.query !== found.query || now.page !== found.page) return now;
            const known = new Set(now.groups.map(({ group }) => group));
            const added = answer.found.filter(({ group }) => !known.has(group));
            // A page that brings nothing new is the last one, whatever was counted.
            const groups = [...now.groups, ...added];
            return {
              ...now,
              groups,
              page: now.page + 1,
              total: added.length === 0 ? groups.length : answer.total,
            };
          }),
        (reason: unknown) => setError(toCommandError(reason)),
      )
      .finally(() => setBusy(false));
  };
  return { found, error, busy, more, again: () => setAttempt(attempt + 1) };
}

function Card(props: { readonly preview: GroupPreview; readonly onLook: () => void }) {
  const { t } = useTranslation();
  const { preview } = props;
  const { membership } = preview;
  return (
    <li>
      <button
        type="button"
        className="group-card"
        onClick={props.onLook}
        aria-label={t('groupDiscover.look', { name: preview.name })}
        data-testid="group-card"
      >
        <GroupFacts preview={preview} />
        {(membership === 'member' || membership === 'pending') && (
          <span className="group-card__mark" data-membership={membership}>
            {membership === 'member' ? t('groupDiscover.inside') : t('groupDiscover.waiting')}
          </span>
        )}
      </button>
    </li>
  );
}

/** Public groups, by name or by what they are for; each can be looked at before joining. */
export function DiscoverDialog(props: { readonly account: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { account, onClose } = props;
  const [query, setQuery] = useState('');
  const { found, error, busy, more, again } = useSearch(account, query);
  const { showDialog } = useViewStore.getState();
  const look = (preview: GroupPreview): void => {
    if (preview.membership === 'member') {
      onClose();
      showConversation(account, preview.group);
    } else showDialog('join-group', preview.group);
  };
  const groups = found?.groups ?? [];
  return (
    <Dialog
      title={t('groupDiscover.title')}
      text={t('groupDiscover.text')}
      wide
      onClose={onClose}
      testId="discover-dialog"
    >
      <div className="discover__top">
        <SearchBox
          label={t('groupDiscover.search')}
          placeholder={t('groupDiscover.placeholder')}
          value={query}
          onText={setQuery}
          autoFocus
          testId="discover-search"
        />
        <Button onClick={() => showDialog('join-group')} data-testid="have-link">
          {t('groupDiscover.haveLink')}
        </Button>
      </div>
      <p className="visually-hidden" role="status">
        {busy
          ? t('groupDiscover.searching')
          : found === null
            ? ''
            : t('groupDiscover.found', { count: found.total })}
      </p>
      <div className="discover__found" aria-busy={busy}>
        {error !== null && groups.length === 0 ? (
          <EmptyState title={t(`errors.${error.code}`)}>
            <Button onClick={again}>{t('common.retry')}</Button>
          </EmptyState>
        ) : found !== null && groups.length === 0 ? (
          <EmptyState
            picture={<Compass size={28} strokeWidth={1.5} aria-hidden />}
            title={
              found.query === '' ? t('groupDiscover.empty') : t('groupDiscover.none', { query: found.query })
            }
            text={t('groupDiscover.noneHint')}
          />
        ) : (
          <ul className="discover__cards">
            {groups.map((preview) => (
              <Card key={preview.group} preview={preview} onLook={() => look(preview)} />
            ))}
          </ul>
        )}
        {found !== null && groups.length > 0 && groups.length < found.total && (
          <div className="discover__more">
            <Button busy={busy} onClick={more} data-testid="discover-more">
              {t('groupDiscover.more')}
            </Button>
          </div>
        )}
      </div>
    </Dialog>
  );
}
