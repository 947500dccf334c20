import { Plus, X } from 'lucide-react';
import { useEffect, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parsePeerAid } from '../../../../shared/aun/aid';
import type { Contact } from '../../../../shared/model/people';
import { invoke, reportError } from '../../../stores/bridge';
import { Avatar } from '../../../ui/avatar';
import { hueOf } from '../../../ui/avatar-text';
import { SearchBox } from '../../../ui/search-box';
import { readAddressInput } from '../../contacts/address-input';

/** Somebody who is to be in the group. */
export interface Chosen {
  readonly aid: string;
  readonly title: string;
  readonly kind: 'human' | 'agent' | 'unknown';
  /** What we tell the network they are. */
  readonly says: 'human' | 'ai';
}

/** Rows of known people that are drawn: nobody scrolls further, they type. */
const mostShown = 60;

function useContacts(account: string): readonly Contact[] {
  const [contacts, setContacts] = useState<readonly Contact[]>([]);
  useEffect(() => {
    let current = true;
    invoke('contact.list', { account }).then(
      (answer) => current && setContacts(answer.contacts),
      reportError,
    );
    return () => {
      current = false;
    };
  }, [account]);
  return contacts;
}

function asChosen({ aid, title, kind }: Pick<Contact, 'aid' | 'title' | 'kind'>): Chosen {
  return { aid, title, kind, says: kind === 'agent' ? 'ai' : 'human' };
}

/** One who was chosen: a chip with what they are said to be, and a way out. */
function ChosenPerson(props: {
  readonly person: Chosen;
  readonly onChange: (person: Chosen) => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { person } = props;
  return (
    <li className="picked" data-testid="picked">
      <Avatar name={person.title} hue={hueOf(person.aid)} kind={person.kind} size={24} />
      <span className="picked__name ellipsis isolate" dir="auto" title={person.aid}>
        {person.title}
      </span>
      <select
        className="picked__kind"
        aria-label={t('groupCreate.kindOf', { name: person.title })}
        value={person.says}
        disabled={person.kind !== 'unknown'}
        onChange={(change) =>
          props.onChange({ ...person, says: change.target.value === 'ai' ? 'ai' : 'human' })
        }
      >
        <option value="human">{t('groupCreate.human')}</option>
        <option value="ai">{t('groupCreate.agent')}</option>
      </select>
      <button
        type="button"
        className="picked__remove"
        aria-label={t('groupCreate.remove', { name: person.title })}
        onClick={props.onRemove}
      >
        <X size={14} aria-hidden />
      </button>
    </li>
  );
}

/** People and agents to put into a group: those one knows, found by name, or whole addresses. */
export function MemberPicker(props: {
  readonly account: string;
  readonly chosen: readonly Chosen[];
  readonly onChange: (chosen: readonly Chosen[]) => void;
  /** Who is in the group already and is not offered. */
  readonly without?: ReadonlySet<string>;
}) {
  const { t } = useTranslation();
  const { account, chosen, onChange, without } = props;
  const id = useId();
  const [query, setQuery] = useState('');
  const contacts = useContacts(account);
  const taken = useMemo(() => new Set(chosen.map(({ aid }) => aid)), [chosen]);
  const needle = query.trim().toLowerCase();
  const fitting = useMemo(
    () =>
      contacts.filter(
        ({ aid, title }) =>
          aid !== account &&
          !taken.has(aid) &&
          without?.has(aid) !== true &&
          `${title}\n${aid}`.toLowerCase().includes(needle),
      ),
    [contacts, needle, taken, account, without],
  );
  const typed = needle === '' ? null : readAddressInput(query, account);
  const address = typed?.problem === null ? parsePeerAid(typed.aid) : null;
  const known = address !== null && contacts.some(({ aid }) => aid === address);
  const addable = address !== null && !known && !taken.has(address) && address !== account ? address : null;

  const add = (person: Chosen): void => {
    onChange([...chosen, person]);
    setQuery('');
  };
  const addTyped = (): void => {
    if (addable !== null) add({ aid: addable, title: addable, kind: 'unknown', says: 'human' });
    else if (fitting[0] !== undefined && needle !== '') add(asChosen(fitting[0]));
  };
  return (
    <div className="member-picker">
      {chosen.length > 0 && (
        <ul className="picked-list" aria-label={t('groupCreate.chosen', { count: chosen.length })}>
          {chosen.map((person) => (
            <ChosenPerson
              key={person.aid}
              person={person}
              onChange={(changed) =>
                onChange(chosen.map((each) => (each.aid === person.aid ? changed : each)))
              }
              onRemove={() => onChange(chosen.filter(({ aid }) => aid !== person.aid))}
            />
          ))}
        </ul>
      )}
      <SearchBox
        label={t('groupCreate.searchLabel')}
        placeholder={t('groupCreate.search')}
        value={query}
        onText={setQuery}
        onEnter={addTyped}
        maxLength={320}
        testId="member-search"
      />
      {addable !== null && (
        <button type="button" className="pick-row" onClick={addTyped} data-testid="add-typed">
          <Plus size={18} aria-hidden />
          <span className="ellipsis">{t('groupCreate.addTyped', { aid: addable })}</span>
        </button>
      )}
      {address === account && <p className="field__hint">{t('groupCreate.own')}</p>}
      {fitting.length > 0 && (
        <div className="pick-list" role="group" aria-labelledby={id}>
          <span id={id} className="visually-hidden">
            {t('groupCreate.known')}
          </span>
          {fitting.slice(0, mostShown).map((contact) => (
            <button
              key={contact.aid}
              type="button"
              className="pick-row"
              onClick={() => add(asChosen(contact))}
              data-testid="pick-person"
            >
              <Avatar name={contact.title} hue={hueOf(contact.aid)} kind={contact.kind} size={28} />
              <span className="pick-row__names">
                <span className="ellipsis isolate" dir="auto">
                  {contact.title}
                </span>
                {contact.title !== contact.aid && (
                  <span className="pick-row__aid ellipsis">{contact.aid}</span>
                )}
              </span>
              {contact.kind === 'agent' && <span className="conversation-row__tag">{t('list.agent')}</span>}
            </button>
          ))}
        </div>
      )}
      {needle !== '' && fitting.length === 0 && addable === null && address !== account && (
        <p className="field__hint">{t('groupCreate.noneFound')}</p>
      )}
    </div>
  );
}
