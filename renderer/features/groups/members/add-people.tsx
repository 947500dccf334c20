import { ArrowLeft, UserPlus, X } from 'lucide-react';
import { useEffect, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { parsePeerAid } from '../../../../shared/aun/aid';
import type { Group, GroupMember } from '../../../../shared/model/group';
import type { Contact } from '../../../../shared/model/people';
import type { ErrorCode } from '../../../../shared/bridge/error-codes';
import { invoke, reportError } from '../../../stores/bridge';
import { useGroupsStore } from '../../../stores/groups-store';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { IconButton } from '../../../ui/icon-button';
import { TextField } from '../../../ui/text-field';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { CheckRow } from '../../settings/check-row';
import { askGroup } from '../moderation/moderation-actions';
import { PersonLine } from '../page/person-line';
import { useRefusals } from '../page/standing';

interface Chosen {
  readonly aid: string;
  readonly title: string;
  readonly shape: 'human' | 'agent' | 'unknown';
  readonly kind: GroupMember['kind'];
}

/** People that are offered at once; who types finds the others. */
const offered = 8;

function useContacts(account: string): readonly Contact[] {
  const [contacts, setContacts] = useState<readonly Contact[]>([]);
  useEffect(() => {
    let current = true;
    invoke('contact.list', { account, only: 'all' }).then(
      (found) => current && setContacts(found.contacts),
      reportError,
    );
    return () => {
      current = false;
    };
  }, [account]);
  return contacts;
}

function suggestions(contacts: readonly Contact[], chosen: readonly Chosen[], typed: string): Chosen[] {
  const needle = typed.trim().toLowerCase();
  const taken = new Set(chosen.map(({ aid }) => aid));
  const found = contacts
    .filter(({ aid, title }) => !taken.has(aid) && `${title} ${aid}`.toLowerCase().includes(needle))
    .slice(0, offered)
    .map(({ aid, title, kind }): Chosen => ({
      aid,
      title,
      shape: kind,
      kind: kind === 'agent' ? 'ai' : 'human',
    }));
  const address = parsePeerAid(needle);
  if (address === null || taken.has(address) || found.some(({ aid }) => aid === address)) return found;
  return [...found, { aid: address, title: address, shape: 'unknown', kind: 'human' }];
}

/** Adds people one after the other; who could not be added is named with the reason. */
export function AddPeople(props: {
  readonly account: string;
  readonly group: Group;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const { account, group, onDone } = props;
  const contacts = useContacts(account);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<readonly Chosen[]>([]);
  const [admin, setAdmin] = useState(false);
  const [failed, setFailed] = useState<readonly { readonly aid: string; readonly code: ErrorCode }[]>([]);
  const task = useTask();
  const adminRefusal = useRefusals(group)('add_admin');
  const take = (person: Chosen): void => {
    setChosen((before) => [...before, person]);
    setTyped('');
  };
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (chosen.length === 0) return;
    const members = chosen.map(({ aid, kind }) => ({ aid, kind }));
    task.run(
      () => askGroup('group.add', { account, group: group.group, members, role: admin ? 'admin' : 'member' }),
      (result) => {
        useGroupsStore.getState().merge(account, result.group);
        const added = members.length - result.failed.length;
        if (added > 0) useNoticesStore.getState().showInfo(t('moderation.members.added', { count: added }));
        setFailed(result.failed);
        const left = new Set(result.failed.map(({ aid }) => aid));
        setChosen((before) => before.filter(({ aid }) => left.has(aid)));
        if (result.failed.length === 0) onDone();
      },
    );
  };
  return (
    <Panel title={t('moderation.members.addTitle')} text={t('moderation.members.addText')} testId="add-panel">
      <form className="add-people" onSubmit={submit}>
        {chosen.length > 0 && (
          <ul className="add-people__chosen" aria-label={t('moderation.members.chosen')}>
            {chosen.map((person) => {
              const why = failed.find(({ aid }) => aid === person.aid);
              return (
                <li key={person.aid} className="add-people__one" data-failed={why !== undefined}>
                  <PersonLine aid={person.aid} title={person.title} kind={person.shape} size={32}>
                    {why !== undefined && <span className="row-error">{t(`errors.${why.code}`)}</span>}
                  </PersonLine>
                  <label className="add-people__kind">
                    <input
                      type="checkbox"
                      checked={person.kind === 'ai'}
                      onChange={(change) =>
                        setChosen((before) =>
                          before.map((one) =>
                            one === person ? { ...one, kind: change.target.checked ? 'ai' : 'human' } : one,
                          ),
                        )
                      }
                    />
                    {t('moderation.members.isAgent')}
                  </label>
                  <IconButton
                    label={t('moderation.members.takeOut', { name: person.title })}
                    size="small"
                    onClick={() => setChosen((before) => before.filter((one) => one !== person))}
                  >
                    <X size={15} aria-hidden />
                  </IconButton>
                </li>
              );
            })}
          </ul>
        )}
        <TextField
          label={t('moderation.members.findPeople')}
          value={typed}
          maxLength={320}
          autoFocus
          onText={setTyped}
          data-testid="add-search"
        />
        <ul className="add-people__offers" aria-label={t('moderation.members.offers')}>
          {suggestions(contacts, chosen, typed).map((person) => (
            <li key={person.aid}>
              <button
                type="button"
                className="add-people__offer"
                onClick={() => take(person)}
                data-testid="add-offer"
              >
                <PersonLine aid={person.aid} title={person.title} kind={person.shape} size={32} />
                <UserPlus size={16} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
        <CheckRow
          label={t('moderation.members.asAdmins')}
          text={
            adminRefusal === null
              ? t('moderation.members.asAdminsText')
              : t(`moderation.refusal.${adminRefusal}`)
          }
          checked={admin}
          disabled={adminRefusal !== null}
          onChange={setAdmin}
        />
        <TaskError error={task.error} />
        <div className="panel__actions">
          <Button
            type="submit"
            tone="primary"
            busy={task.busy}
            disabled={chosen.length === 0}
            data-testid="add-confirm"
          >
            {t('moderation.members.addDo', { count: chosen.length })}
          </Button>
          <Button onClick={onDone}>
            <ArrowLeft size={15} aria-hidden />
            {t('common.back')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
