import { LockKeyhole } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../stores/app-store';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { loadAccounts } from '../../stores/start';
import { Button } from '../../ui/button';
import { PassphraseField } from './passphrase-field';
import './locked.css';

async function unlock(passphrase: string): Promise<void> {
  const vault = await invoke('vault.unlock', { passphrase });
  if (!vault.locked) await loadAccounts();
  useAppStore.setState({ vault });
}

/** Asks for the passphrase before anything else is shown. */
export function LockedScreen() {
  const { t } = useTranslation();
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);

  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (passphrase === '' || busy) return;
    setBusy(true);
    setError(null);
    unlock(passphrase).catch((reason: unknown) => {
      setBusy(false);
      setError(toCommandError(reason));
    });
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
            setError(null);
          }}
          hint={error === null ? '' : t(`errors.${error.code}`)}
          tone={error === null ? 'neutral' : 'danger'}
          data-testid="passphrase"
        />
        <Button
          tone="primary"
          size="large"
          type="submit"
          busy={busy}
          disabled={passphrase === ''}
          data-testid="unlock"
        >
          {busy ? t('vault.unlocking') : t('vault.unlock')}
        </Button>
      </form>
    </main>
  );
}
