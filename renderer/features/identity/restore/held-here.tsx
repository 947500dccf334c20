import { useTranslation } from 'react-i18next';
import { invoke, type CommandError } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';

/** Puts an identity back that was taken out of the window with its data kept. */
export function PutBack(props: { readonly aid: string; readonly onDone: (account: string) => void }) {
  const { t } = useTranslation();
  const { aid, onDone } = props;
  const task = useTask();
  const putBack = (): void =>
    task.run(
      () => invoke('account.putBack', { account: aid }),
      ({ account }) => onDone(account),
    );
  return (
    <>
      <div className="panel__actions">
        <Button size="small" tone="primary" busy={task.busy} onClick={putBack} data-testid="put-back">
          {t('restore.putBack')}
        </Button>
      </div>
      <TaskError error={task.error} />
    </>
  );
}

/** Why an identity cannot come: it is here. Where it was only taken out, the way to have it again is one click. */
export function HeldHere(props: {
  readonly aid: string;
  readonly where: 'window' | 'removed';
  readonly onDone: (account: string) => void;
}) {
  const { t } = useTranslation();
  const { aid, where, onDone } = props;
  return (
    <div className="notice-bar" data-tone="warning" data-testid="held">
      <div className="restore__held">
        <p>{where === 'removed' ? t('restore.heldRemoved') : t('restore.held')}</p>
        {where === 'removed' && <PutBack aid={aid} onDone={onDone} />}
      </div>
    </div>
  );
}

/** Why an identity did not come. Of one that is here already it says where, and what can be done. */
export function ImportError(props: {
  readonly error: CommandError | null;
  readonly aid: string;
  readonly onDone: (account: string) => void;
}) {
  const { t } = useTranslation();
  const { error, aid, onDone } = props;
  if (error?.code !== 'already_exists') return <TaskError error={error} />;
  const { where, key } = error.detail;
  if (key === 'not_active') {
    return (
      <p className="notice-bar" data-tone="warning" role="alert" data-testid="not-newest">
        {t('restore.notNewest')}
      </p>
    );
  }
  if (where !== 'window' && where !== 'removed') return <TaskError error={error} />;
  return <HeldHere aid={aid} where={where} onDone={onDone} />;
}
