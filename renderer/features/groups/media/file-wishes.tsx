import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import type { GroupFileRequest } from '../../../../shared/model/group-resource';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { label } from '../../chat/content/format';
import { TaskError } from '../../identity/task-error';
import { useLoaded } from '../../identity/use-loaded';
import { useTask } from '../../identity/use-task';
import { askGroup } from '../moderation/moderation-actions';
import { PersonLine } from '../page/person-line';
import { whenOf } from '../page/when';

function Wish(props: {
  readonly account: string;
  readonly group: Group;
  readonly wish: GroupFileRequest;
  readonly onDone: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, group, wish } = props;
  const [refusing, setRefusing] = useState(false);
  const [note, setNote] = useState('');
  const task = useTask();
  const title = label(wish.title, 120);
  const names = { title, name: label(wish.personTitle, 80) };
  const decide = (approve: boolean): void =>
    task.run(
      () =>
        askGroup('groupFile.review', {
          account,
          group: group.group,
          request: wish.request,
          approve,
          note: approve ? '' : note.trim(),
        }),
      props.onDone,
    );
  const facts = [
    t('groupFiles.place', { place: label(wish.place, 200) }),
    wish.forEveryone ? t('groupFiles.forEveryone') : '',
    wish.kind === 'folder' ? t('groupFiles.folder') : '',
    wish.kind === 'other' ? t('groupFiles.unknownKind', { kind: wish.otherKind }) : '',
    wish.askedAt === null ? '' : whenOf(i18n.language, wish.askedAt),
  ].filter((part) => part !== '');
  return (
    <li className="file-wish" data-testid="file-wish">
      <PersonLine aid={wish.aid} title={wish.personTitle} kind={wish.personKind}>
        <span className="isolate" dir="auto">
          {t('groupFiles.wantsToShare', { title })}
        </span>
        <span className="shared-file__facts tabular">{facts.join(' · ')}</span>
      </PersonLine>
      {refusing ? (
        <div className="shared-file__ask">
          <TextField
            label={t('groupFiles.note')}
            value={note}
            maxLength={255}
            autoFocus
            onText={setNote}
            data-testid="file-wish-note"
          />
          <div className="panel__actions">
            <Button
              size="small"
              className="button button--small button--danger"
              busy={task.busy}
              onClick={() => decide(false)}
              data-testid="file-wish-reject-confirm"
            >
              {t('groupFiles.rejectDo')}
            </Button>
            <Button size="small" onClick={() => setRefusing(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </div>
      ) : (
        <div className="shared-file__do">
          <Button
            size="small"
            tone="primary"
            busy={task.busy}
            aria-label={t('groupFiles.approveNamed', names)}
            onClick={() => decide(true)}
            data-testid="file-wish-approve"
          >
            <Check size={15} aria-hidden />
            {t('groupFiles.approve')}
          </Button>
          <Button
            size="small"
            disabled={task.busy}
            aria-label={t('groupFiles.rejectNamed', names)}
            onClick={() => setRefusing(true)}
            data-testid="file-wish-reject"
          >
            <X size={15} aria-hidden />
            {t('groupFiles.reject')}
          </Button>
        </div>
      )}
      <div className="shared-file__problem">
        <TaskError error={task.error} />
      </div>
    </li>
  );
}

/** What members want to have shared: the owner decides. Nothing is shown while there is none. */
export function FileWishes(props: {
  readonly account: string;
  readonly group: Group;
  readonly revision: string;
  readonly onChanged: () => void;
}) {
  const { t } = useTranslation();
  const { account, group, onChanged } = props;
  const { value, error, reload } = useLoaded(
    'groupFile.requests',
    { account, group: group.group },
    props.revision,
  );
  const requests = value?.requests ?? [];
  if (error !== null && value === null)
    return (
      <div className="panel__actions">
        <span className="row-error" role="alert">
          {t(`errors.${error.code}`)}
        </span>
        <Button size="small" onClick={reload}>
          {t('common.retry')}
        </Button>
      </div>
    );
  if (requests.length === 0) return null;
  return (
    <section className="file-wishes" aria-label={t('groupFiles.wishes')} data-testid="file-wishes">
      <h4 className="file-wishes__title">{t('groupFiles.wishes')}</h4>
      <p className="panel__note">{t('groupFiles.wishesAbout')}</p>
      <ul className="shared-files">
        {requests.map((wish) => (
          <Wish key={wish.request} account={account} group={group} wish={wish} onDone={onChanged} />
        ))}
      </ul>
    </section>
  );
}
