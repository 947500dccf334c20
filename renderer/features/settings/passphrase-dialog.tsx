import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../stores/app-store';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { PassphraseField } from './passphrase-field';

const shortest = 8;

/** Puts every key under a passphrase. */
export function PassphraseDialog(props: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const short = first.length < shortest;
  const differ = second !== '' && first !== second;
  const ready = !short && first === second;

  const save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    setError(null);
    invoke('vault.setPassphrase', { passphrase: first }).then(
      (vault) => {
        useAppStore.setState({ vault });
        useNoticesStore.getState().showInfo(t('vault.saved'));
        props.onClose();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(toCommandError(reason));
      },
    );
  };

  return (
    <Dialog
      title={t('vault.setTitle')}
      text={t('vault.setText')}
      onClose={props.onClose}
      testId="passphrase-dialog"
    >
      <form className="dialog__form" onSubmit={save}>
        <PassphraseField
          label={t('vault.new')}
          value={first}
          onText={setFirst}
          autoFocus
          maxLength={1024}
          hint={short ? t('vault.tooShort') : ''}
          tone="neutral"
        />
        <PassphraseField
          label={t('vault.repeat')}
          value={second}
          onText={setSecond}
          maxLength={1024}
          hint={differ ? t('vault.mismatch') : ''}
          tone={differ ? 'danger' : 'neutral'}
        />
        {error !== null && (
          <p className="notice-bar" data-tone="danger" role="alert">
            {t(`errors.${error.code}`)}
          </p>
        )}
        <div className="dialog__actions">
          <Button onClick={props.onClose}>{t('common.cancel')}</Button>
          <Button tone="primary" type="submit" busy={busy} disabled={!ready}>
            {busy ? t('vault.saving') : t('vault.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
