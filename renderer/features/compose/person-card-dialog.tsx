import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../shared/model/people';
import { invoke, reportError } from '../../stores/bridge';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { TextField } from '../../ui/text-field';
import { ObjectDialog } from './object-dialog';
import './compose.css';

/** More than these are narrowed by searching. */
const shown = 200;

/** Chooses one of the known people whose address is sent on. */
export function PersonCardDialog(props: {
  readonly account: string;
  readonly conversation: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const [people, setPeople] = useState<readonly Contact[] | null>(null);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    invoke('contact.list', { account }).then(({ contacts }) => setPeople(contacts), reportError);
  }, [account]);
  const needle = query.trim().toLowerCase();
  // Somebody's own card tells them nothing.
  const others = (people ?? []).filter(({ aid }) => aid !== conversation);
  const fitting = others
    .filter(({ aid, title }) => `${title}\n${aid}`.toLowerCase().includes(needle))
    .slice(0, shown);
  return (
    <ObjectDialog
      {...props}
      title={t('objects.personTitle')}
      text={t('objects.personText')}
      testId="person-card-dialog"
      object={chosen === null ? null : { kind: 'person', aid: chosen }}
    >
      <TextField
        label={t('objects.personSearch')}
        value={query}
        onText={setQuery}
        maxLength={128}
        autoFocus
        data-testid="person-search"
      />
      <div className="card-people" role="radiogroup" aria-label={t('objects.personTitle')}>
        {people !== null && fitting.length === 0 && (
          <p className="card-people__none">
            {others.length === 0 ? t('objects.personEmpty') : t('objects.personNone')}
          </p>
        )}
        {fitting.map(({ aid, title, kind }) => (
          <label key={aid} className="card-person" data-testid="card-person">
            <Avatar name={title} hue={hueOf(aid)} kind={kind} size={32} />
            <span className="card-person__words">
              <span className="ellipsis isolate" dir="auto">
                {title}
              </span>
              {title !== aid && <span className="card-person__aid ellipsis">{aid}</span>}
            </span>
            <input
              type="radio"
              name="card-person"
              value={aid}
              checked={chosen === aid}
              onChange={() => setChosen(aid)}
            />
          </label>
        ))}
      </div>
    </ObjectDialog>
  );
}
