import { ShieldCheck, Users } from 'lucide-react';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Contact } from '../../../shared/model/people';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { personKey, usePeopleStore } from '../../stores/people-store';
import { useViewStore } from '../../stores/view-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { Button } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { Dialog } from '../../ui/dialog';
import { EmptyState } from '../../ui/empty-state';
import { SearchBox } from '../../ui/search-box';
import { useRovingRows } from '../../ui/use-roving-rows';
import { KindWords } from './kind-words';
import './people.css';

type Show = 'all' | 'verified';

/** Addresses in the order the engine gave them; what each is stays current through the store. */
function usePeople(account: string, attempt: number) {
  const [aids, setAids] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const known = usePeopleStore((state) => state.contacts);
  useEffect(() => {
    let current = true;
    invoke('contact.list', { account, only: 'all' }).then(
      ({ contacts }) => {
        if (!current) return;
        usePeopleStore.getState().merge(contacts);
        setAids(contacts.map((contact) => contact.aid));
        setError(null);
      },
      (reason: unknown) => current && setError(toCommandError(reason)),
    );
    return () => {
      current = false;
    };
  }, [account, attempt]);
  const people = useMemo(
    () => aids?.flatMap((aid) => known[personKey(account, aid)] ?? []) ?? null,
    [aids, known, account],
  );
  return { people, error };
}

const PersonRow = memo(function PersonRow(props: {
  readonly contact: Contact;
  readonly index: number;
  readonly active: boolean;
}) {
  const { t } = useTranslation();
  const { contact } = props;
  const notable = contact.trust !== 'seen' && contact.trust !== 'unknown' && contact.trust !== 'verified';
  return (
    <div role="listitem">
      <button
        type="button"
        className="person-row"
        data-row={props.index}
        data-testid="person-row"
        tabIndex={props.active ? 0 : -1}
        onClick={() => useViewStore.getState().showDialog('person', contact.aid)}
      >
        <Avatar name={contact.title} hue={hueOf(contact.aid)} kind={contact.kind} size={36} />
        <span className="person-row__names">
          <span className="person-row__title ellipsis isolate" dir="auto">
            {contact.title}
            <KindWords kind="direct" peerKind={contact.kind} />
          </span>
          <span className="person-row__aid ellipsis">{contact.aid}</span>
        </span>
        {contact.trust === 'verified' && (
          <span className="person-row__trust" data-trust="verified">
            <ShieldCheck size={15} aria-hidden />
            {t('trust.verified')}
          </span>
        )}
        {notable && (
          <span className="person-row__trust" data-trust={contact.trust}>
            {t(`trust.${contact.trust}`)}
          </span>
        )}
      </button>
    </div>
  );
});

function matches(contact: Contact, show: Show, needle: string): boolean {
  if (show === 'verified' && contact.trust !== 'verified') return false;
  return `${contact.title} ${contact.declaredName} ${contact.aid}`.toLowerCase().includes(needle);
}

function Rows(props: { readonly rows: readonly Contact[] }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const { rows } = props;
  const roving = useRovingRows(scroller, handle, rows.length);
  const active = Math.min(roving.active ?? 0, rows.length - 1);
  return (
    <div
      ref={scroller}
      className="people__rows"
      role="list"
      aria-label={t('people.list')}
      data-testid="people-list"
      onKeyDown={roving.onKeyDown}
    >
      <Virtualizer ref={handle} data={rows} itemSize={54} keepMounted={[active]}>
        {(contact, index) => (
          <PersonRow key={contact.aid} contact={contact} index={index} active={index === active} />
        )}
      </Virtualizer>
    </div>
  );
}

/** Everybody an identity knows, and whose safety number was compared. */
export function PeopleDialog(props: { readonly account: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { account } = props;
  const [show, setShow] = useState<Show>('all');
  const [query, setQuery] = useState('');
  const [attempt, setAttempt] = useState(0);
  const { people, error } = usePeople(account, attempt);
  const needle = query.trim().toLowerCase();
  const rows = useMemo(
    () => people?.filter((contact) => matches(contact, show, needle)) ?? [],
    [people, show, needle],
  );
  const empty =
    needle !== ''
      ? { title: t('people.noMatch', { query: query.trim() }) }
      : show === 'verified' && (people?.length ?? 0) > 0
        ? { title: t('people.noneVerifiedTitle'), text: t('people.noneVerifiedText') }
        : { title: t('people.emptyTitle'), text: t('people.emptyText') };
  return (
    <Dialog
      title={t('people.title')}
      text={t('people.text')}
      wide
      onClose={props.onClose}
      testId="people-dialog"
    >
      <div className="people__filters">
        <SearchBox
          label={t('people.searchLabel')}
          placeholder={t('people.search')}
          value={query}
          onText={setQuery}
          rows=".people__rows"
          autoFocus
          testId="people-search"
        />
        <div className="people__choice">
          <Choice
            label={t('people.show')}
            value={show}
            options={[
              { value: 'all', label: t('people.all') },
              { value: 'verified', label: t('people.verified') },
            ]}
            onChoose={setShow}
          />
        </div>
      </div>
      <p className="visually-hidden" role="status">
        {people === null ? '' : t('people.count', { count: rows.length })}
      </p>
      {error !== null && people === null && (
        <EmptyState title={t(`errors.${error.code}`)}>
          <Button onClick={() => setAttempt(attempt + 1)}>{t('common.retry')}</Button>
        </EmptyState>
      )}
      {people !== null && rows.length === 0 && (
        <EmptyState picture={<Users size={28} strokeWidth={1.5} aria-hidden />} {...empty} />
      )}
      {rows.length > 0 && <Rows rows={rows} />}
    </Dialog>
  );
}
