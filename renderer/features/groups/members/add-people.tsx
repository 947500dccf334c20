import { ArrowLeft } from 'lucide-react';
import { useMemo, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../../../../shared/bridge/error-codes';
import type { Group } from '../../../../shared/model/group';
import { useGroupPeople } from '../../../stores/group-people-store';
import { useGroupsStore } from '../../../stores/groups-store';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { CheckRow } from '../../settings/check-row';
import { MemberPicker, type Chosen } from '../create/member-picker';
import { askGroup } from '../moderation/moderation-actions';
import { PersonLine } from '../page/person-line';
import { useRefusals } from '../page/standing';
import '../create/create.css';

/** Most people that can be added at once (the contract's limit). */
const together = 200;

interface Failure {
  readonly person: Chosen;
  readonly code: ErrorCode;
}

/** Who could not be added, each with the reason. */
function Failures(props: { readonly failed: readonly Failure[] }) {
  const { t } = useTranslation();
  const { failed } = props;
  if (failed.length === 0) return null;
  return (
    <div className="add-people__failed" role="alert" data-testid="add-failed">
      <p className="field__label">{t('groupCreate.failedTitle', { count: failed.length })}</p>
      <ul>
        {failed.map(({ person, code }) => (
          <li key={person.aid}>
            <PersonLine aid={person.aid} title={person.title} kind={person.kind} size={32}>
              <span className="row-error">{t(`errors.${code}`)}</span>
            </PersonLine>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Adds people one after the other; who could not be added is named with the reason. */
export function AddPeople(props: {
  readonly account: string;
  readonly group: Group;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const { account, group, onDone } = props;
  const [chosen, setChosen] = useState<readonly Chosen[]>([]);
  const [admin, setAdmin] = useState(false);
  const [failed, setFailed] = useState<readonly Failure[]>([]);
  const people = useGroupPeople(account, group.group, true);
  const inside = useMemo(() => new Set(people?.members.map(({ aid }) => aid)), [people]);
  const task = useTask();
  const adminRefusal = useRefusals(group)('add_admin');
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (chosen.length === 0) return;
    const members = chosen.slice(0, together).map(({ aid, says }) => ({ aid, kind: says }));
    task.run(
      () => askGroup('group.add', { account, group: group.group, members, role: admin ? 'admin' : 'member' }),
      (result) => {
        useGroupsStore.getState().merge(account, result.group);
        const added = members.length - result.failed.length;
        if (added > 0) useNoticesStore.getState().showInfo(t('moderation.members.added', { count: added }));
        setFailed(
          result.failed.flatMap(({ aid, code }) => {
            const person = chosen.find((one) => one.aid === aid);
            return person === undefined ? [] : [{ person, code }];
          }),
        );
        setChosen(chosen.slice(together));
        if (result.failed.length === 0 && chosen.length <= together) onDone();
      },
    );
  };
  return (
    <Panel title={t('moderation.members.addTitle')} text={t('moderation.members.addText')} testId="add-panel">
      <form className="add-people" onSubmit={submit}>
        <Failures failed={failed} />
        <MemberPicker account={account} chosen={chosen} onChange={setChosen} without={inside} />
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
            {chosen.length === 0
              ? t('moderation.members.add')
              : t('moderation.members.addDo', { count: chosen.length })}
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
