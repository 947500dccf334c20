import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupOperation } from '../../../../shared/aun/group-permissions';
import { normalizeAidInput } from '../../../../shared/aun/aid';
import type { Group } from '../../../../shared/model/group';
import { useGroup } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { Dialog } from '../../../ui/dialog';
import { TextField } from '../../../ui/text-field';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { PersonLine } from '../page/person-line';
import { RefusalNote } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { muteDurations, type MuteDuration } from './durations';
import { ban, kick, mute, setRole, transfer } from './moderation-actions';
import type { ModerationAsk, ModerationKind } from './moderation-store';
import { useMember } from './use-member';
import '../page/group-page.css';

const operations: Readonly<Record<ModerationKind, GroupOperation>> = {
  mute: 'mute',
  kick: 'kick',
  ban: 'kick',
  make_admin: 'set_role',
  remove_admin: 'set_role',
  transfer: 'transfer',
};
const dangerous: ReadonlySet<ModerationKind> = new Set(['kick', 'ban', 'transfer']);
/** Most characters of a reason that others read. */
const longestReason = 255;

function Question(props: {
  readonly asked: ModerationAsk;
  readonly group: Group;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { asked, group, onClose } = props;
  const { kind, account, aid, title } = asked;
  const { member, known } = useMember(account, asked.group, aid);
  const refusalOf = useRefusals(group);
  const task = useTask();
  const [duration, setDuration] = useState<MuteDuration>('hour');
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const role = known ? (member?.role ?? null) : 'member';
  const refusal = refusalOf(operations[kind], { own: aid === account, role });
  const ready = refusal === null && (kind !== 'transfer' || normalizeAidInput(typed) === aid);
  const work = (): Promise<void> => {
    const about = { account, group: asked.group, aid, title };
    const seconds = muteDurations.find(({ name }) => name === duration)?.seconds ?? 0;
    switch (kind) {
      case 'mute':
        return mute(about, seconds, reason.trim());
      case 'kick':
        return kick(about, member?.kind ?? 'human');
      case 'ban':
        return ban(about, reason.trim());
      case 'make_admin':
        return setRole(about, 'admin');
      case 'remove_admin':
        return setRole(about, 'member');
      case 'transfer':
        return transfer(about);
    }
  };
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (ready) task.run(work, onClose);
  };
  return (
    <form className="moderation-ask" onSubmit={submit} data-kind={kind}>
      <PersonLine aid={aid} title={title} kind={asked.shape} size={44} />
      <p className="moderation-ask__text">{t(`moderation.ask.${kind}.text`)}</p>
      {kind === 'mute' && (
        <Choice
          label={t('moderation.ask.howLong')}
          value={duration}
          options={muteDurations.map(({ name }) => ({
            value: name,
            label: t(`moderation.duration.${name}`),
          }))}
          onChoose={setDuration}
        />
      )}
      {(kind === 'mute' || kind === 'ban') && (
        <TextField
          label={t('moderation.ask.reason')}
          hint={t('moderation.ask.reasonHint')}
          value={reason}
          maxLength={longestReason}
          autoCapitalize="sentences"
          spellCheck
          onText={setReason}
          data-testid="moderation-reason"
        />
      )}
      {kind === 'transfer' && (
        <TextField
          label={t('moderation.ask.typeAddress', { aid })}
          value={typed}
          maxLength={320}
          data-autofocus
          onText={setTyped}
          data-testid="moderation-typed"
        />
      )}
      <RefusalNote refusal={refusal} />
      <TaskError error={task.error} />
      <div className="dialog__actions">
        <Button onClick={onClose} data-autofocus={kind === 'kick' || kind === 'ban' ? true : undefined}>
          {t('common.cancel')}
        </Button>
        <Button
          type="submit"
          busy={task.busy}
          disabled={!ready}
          data-autofocus={dangerous.has(kind) ? undefined : true}
          className={`button button--normal ${dangerous.has(kind) ? 'button--danger' : 'button--primary'}`}
          data-testid="moderation-confirm"
        >
          {t(`moderation.ask.${kind}.do`)}
        </Button>
      </div>
    </form>
  );
}

/** The one question before somebody is moderated; it names the address, not only what they call themselves. */
export function ModerationDialog(props: { readonly asked: ModerationAsk; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { asked, onClose } = props;
  const group = useGroup(asked.account, asked.group);
  if (group === undefined) return null;
  return (
    <Dialog
      title={t(`moderation.ask.${asked.kind}.title`, { name: asked.title })}
      onClose={onClose}
      testId="moderation-dialog"
    >
      <Question asked={asked} group={group} onClose={onClose} />
    </Dialog>
  );
}
