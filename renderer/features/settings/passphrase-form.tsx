import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultStatus } from '../../../shared/model/settings';
import { useAppStore } from '../../stores/app-store';
import { invoke } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { Button } from '../../ui/button';
import { useTask } from '../identity/use-task';
import { PassphraseField } from './passphrase-field';
import { PassphraseTrouble } from './passphrase-trouble';
import { strengthOf } from './strength';
import { StrengthMeter } from './strength-meter';
import { useRetryWait } from './use-retry-wait';

/** Shortest passphrase of the vault, in characters. */
const shortest = 8;

export type PassphraseMode = 'set' | 'change' | 'remove';

/** Sets, changes or removes the passphrase. What is typed lives in this form alone and is gone with it. */
export function PassphraseForm(props: { readonly mode: PassphraseMode; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const { mode } = props;
  const [current, setCurrent] = useState('');
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const task = useTask();
  const wait = useRetryWait(task.error);
  const short = first.length < shortest;
  const differ = second !== '' && first !== second;
  const newReady = mode === 'remove' || (!short && first === second);
  const ready = newReady && (mode === 'set' || current !== '') && wait === 0;

  const send = (): Promise<VaultStatus> => {
    switch (mode) {
      case 'set':
        return invoke('vault.setPassphrase', { passphrase: first });
      case 'change':
        return invoke('vault.changePassphrase', { current, passphrase: first });
      case 'remove':
        return invoke('vault.removePassphrase', { current });
    }
  };
  const words = {
    set: { save: t('vault.save'), saved: t('vault.saved') },
    change: { save: t('lock.change'), saved: t('lock.changed') },
    remove: { save: t('lock.remove'), saved: t('lock.removed') },
  }[mode];
  const save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!ready) return;
    task.run(send, (vault) => {
      useAppStore.setState({ vault });
      useNoticesStore.getState().showInfo(words.saved);
      props.onDone();
    });
  };

  return (
    <form className="dialog__form" onSubmit={save} data-testid={`passphrase-${mode}`}>
      {mode !== 'set' && (
        <PassphraseField
          label={t('lock.current')}
          value={current}
          onText={setCurrent}
          autoFocus
          maxLength={1024}
          data-testid="passphrase-current"
        />
      )}
      {mode !== 'remove' && (
        <>
          <PassphraseField
            label={t('vault.new')}
            value={first}
            onText={setFirst}
            autoFocus={mode === 'set'}
            maxLength={1024}
            hint={short ? t('vault.tooShort') : <StrengthMeter strength={strengthOf(first)} />}
            tone="neutral"
            data-testid="passphrase-new"
          />
          <PassphraseField
            label={t('vault.repeat')}
            value={second}
            onText={setSecond}
            maxLength={1024}
            hint={differ ? t('vault.mismatch') : ''}
            tone={differ ? 'danger' : 'neutral'}
            data-testid="passphrase-repeat"
          />
        </>
      )}
      <PassphraseTrouble error={task.error} wait={wait} />
      <div className="dialog__actions">
        <Button onClick={props.onDone}>{t('common.cancel')}</Button>
        <Button tone="primary" type="submit" busy={task.busy} disabled={!ready}>
          {task.busy ? t('vault.saving') : words.save}
        </Button>
      </div>
    </form>
  );
}
