import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import { useAccountsStore } from '../../../stores/accounts-store';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { CheckRow } from '../../settings/check-row';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { HueChoice } from './hue-choice';
import '../../settings/settings.css';

/** What only this window knows of an identity: its name here, its colour, whether it may call for attention. */
export function WindowPanel(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props;
  const [name, setName] = useState(account.displayName);
  const task = useTask();
  const id = account.account;
  const update = (change: {
    readonly displayName?: string;
    readonly hue?: number | null;
    readonly notifications?: Account['notifications'];
  }): void =>
    task.run(
      () => invoke('account.update', { account: id, ...change }),
      (changed) => useAccountsStore.getState().merge(changed),
    );
  const save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    update({ displayName: name.trim() });
  };
  return (
    <Panel title={t('window.title')} text={t('window.text')} testId="in-this-window">
      <form className="window-name" onSubmit={save}>
        <TextField
          label={t('window.name')}
          placeholder={id}
          value={name}
          maxLength={128}
          dir="auto"
          onText={setName}
          data-testid="display-name"
        />
        {name.trim() !== account.displayName && (
          <Button type="submit" busy={task.busy} data-testid="save-display-name">
            {t('window.save')}
          </Button>
        )}
      </form>
      <HueChoice account={account} onHue={(hue) => update({ hue })} />
      <CheckRow
        label={t('window.notify')}
        text={t('window.notifyText')}
        checked={account.notifications !== 'none'}
        onChange={(checked) => update({ notifications: checked ? 'all' : 'none' })}
        testId="notify"
      />
      <TaskError error={task.error} />
    </Panel>
  );
}
