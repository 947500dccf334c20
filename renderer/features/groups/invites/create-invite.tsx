import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupInvite } from '../../../../shared/model/group';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { TextField } from '../../../ui/text-field';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { askGroup } from '../moderation/moderation-actions';

const uses = ['1', '5', '25', '0'] as const;
const expiries = ['3600', '86400', '604800', '2592000'] as const;
const codeShape = /^[a-z0-9_-]{4,64}$/;

/** A new code: for how many, for how long, and how it reads. The safest choices stand first. */
export function CreateInvite(props: {
  readonly account: string;
  readonly group: Group;
  /** The code that was made, or null when nobody wanted one after all. */
  readonly onDone: (made: GroupInvite | null) => void;
}) {
  const { t } = useTranslation();
  const { account, group, onDone } = props;
  const [maxUses, setMaxUses] = useState<(typeof uses)[number]>('1');
  const [expiry, setExpiry] = useState<(typeof expiries)[number]>('604800');
  const [code, setCode] = useState('');
  const task = useTask();
  const own = code.trim().toLowerCase();
  const wrong = own !== '' && !codeShape.test(own);
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (wrong) return;
    task.run(
      () =>
        askGroup('group.createInvite', {
          account,
          group: group.group,
          maxUses: Number(maxUses),
          expiresInSeconds: Number(expiry),
          code: own,
        }),
      onDone,
    );
  };
  return (
    <form className="panel__form invite-form" onSubmit={submit}>
      <Choice
        label={t('moderation.invites.howMany')}
        value={maxUses}
        options={uses.map((value) => ({
          value,
          label:
            value === '0'
              ? t('moderation.invites.unlimited')
              : t('moderation.invites.uses', { count: Number(value) }),
        }))}
        onChoose={setMaxUses}
      />
      {maxUses === '0' && <p className="panel__note">{t('moderation.invites.unlimitedText')}</p>}
      <Choice
        label={t('moderation.invites.howLong')}
        value={expiry}
        options={expiries.map((value) => ({ value, label: t(`moderation.invites.for_${value}`) }))}
        onChoose={setExpiry}
      />
      <TextField
        label={t('moderation.invites.ownCode')}
        hint={wrong ? t('moderation.invites.codeRule') : t('moderation.invites.ownCodeHint')}
        tone={wrong ? 'danger' : 'neutral'}
        value={code}
        maxLength={64}
        onText={setCode}
        data-testid="invite-code"
      />
      <TaskError error={task.error} />
      <div className="panel__actions">
        <Button type="submit" tone="primary" busy={task.busy} disabled={wrong} data-testid="invite-make">
          {t('moderation.invites.make')}
        </Button>
        <Button onClick={() => onDone(null)}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}
