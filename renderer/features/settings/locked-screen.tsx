import { LockKeyhole } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../stores/app-store';
import { invoke } from '../../stores/bridge';
import { Button } from '../../ui/button';
import { useTask } from '../identity/use-task';
import { PassphraseField } from './passphrase-field';
import { PassphraseTrouble } from './passphrase-trouble';
import { useRetryWait } from './use-retry-wait';
import './locked.css';

async function unlock(passphrase: string): Promise<void> {
  useAppStore.setState({ vault: await invoke('vault.unlock', { passphrase }) });
}

/** Asks for the passphrase before anything else is shown. */
export function LockedScreen() {
  const { t } = useTranslation();
  const [passphrase, setPassphrase] = useState('');
  const task = useTask();
  const wait = useRetryWait(task.error);

  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (passphrase === '' || wait > 0) return;
    task.run(
      () => unlock(passphrase),
      () => undefined,
    );
  };

  return (
    <main className="locked" data-testid="locked">
      <form className="locked__card" onSubmit={submit}>
        <LockKeyhole size={36} strokeWidth={1.5} aria-hidden />
        <h1 className="locked__title">{t('vault.lockedTitle')}</h1>
        <p className="locked__text">{t('vault.lockedText')}</p>
        <PassphraseField
          label={t('vault.passphrase')}
          value={passphrase}
          autoFocus
          maxLength={1024}
          onText={(text) => {
            setPassphrase(text);
            if (wait === 0) task.clear();
          }}
          tone={task.error === null ? 'neutral' : 'danger'}
          data-testid="passphrase"
        />
        <PassphraseTrouble error={task.error} wait={wait} />
        <Button
          tone="primary"
          size="large"
          type="submit"
          busy={task.busy}
          disabled={passphrase === '' || wait > 0}
          data-testid="unlock"
        >
          {task.busy ? t('vault.unlocking') : t('vault.unlock')}
        </Button>
      </form>
    </main>
  );
}
