import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { usePeopleStore } from '../../stores/people-store';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { readVerificationCode } from './verification-code';

/** Compares by the text of the code on the other side's screen, where nobody can read sixty digits aloud. */
export function CodeCheck(props: {
  readonly account: string;
  readonly aid: string;
  readonly peerKey: string;
  /** Text that was pasted elsewhere already. */
  readonly code: string;
  readonly onDiffers: () => void;
}) {
  const { t } = useTranslation();
  const { account, aid } = props;
  const [text, setText] = useState(props.code);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const code = readVerificationCode(text);
  const foreign = text.trim() !== '' && code === null;
  const other = code !== null && code.shownBy !== aid ? code.shownBy : null;

  const check = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (code === null || other !== null || busy) return;
    setBusy(true);
    setError(null);
    invoke('contact.verify', { account, aid, key: props.peerKey, qr: text.trim() })
      .then(
        (contact) => {
          usePeopleStore.getState().merge([contact]);
          setText('');
          useNoticesStore.getState().showInfo(t('verify.done', { name: contact.title }));
        },
        (reason: unknown) => {
          const failure = toCommandError(reason);
          if (failure.code === 'safety_number_differs') props.onDiffers();
          else setError(failure);
        },
      )
      .finally(() => setBusy(false));
  };

  const hint =
    error !== null
      ? t(`errors.${error.code}`)
      : foreign
        ? t('verify.pasteForeign')
        : other !== null
          ? t('verify.pasteOther', { aid: other, peer: aid })
          : t('verify.pasteHint');
  return (
    <details className="fold" open={props.code !== ''}>
      <summary>{t('verify.paste')}</summary>
      <form className="verify__paste" onSubmit={check}>
        <TextField
          label={t('verify.pasteLabel')}
          placeholder="aun-verify:1?…"
          value={text}
          maxLength={1024}
          onText={(typed) => {
            setText(typed);
            setError(null);
          }}
          hint={hint}
          tone={foreign || other !== null || error !== null ? 'danger' : 'neutral'}
          data-testid="code-text"
        />
        <Button type="submit" busy={busy} disabled={code === null || other !== null} data-testid="code-check">
          {t('verify.pasteCheck')}
        </Button>
      </form>
    </details>
  );
}
