import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { usePeopleStore } from '../../stores/people-store';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';

/** Gives somebody a name that only this user sees; empty takes it away. */
export function AliasForm(props: {
  readonly account: string;
  readonly aid: string;
  readonly alias: string;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const [alias, setAlias] = useState(props.alias);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (busy) return;
    setBusy(true);
    invoke('contact.setAlias', { account: props.account, aid: props.aid, alias: alias.trim() }).then(
      (contact) => {
        usePeopleStore.getState().merge([contact]);
        props.onDone();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(toCommandError(reason));
      },
    );
  };
  return (
    <form
      className="alias-form"
      onSubmit={save}
      onKeyDown={(key) => {
        if (key.key !== 'Escape' || key.nativeEvent.isComposing) return;
        // Only the form closes, not the dialog around it.
        key.stopPropagation();
        key.preventDefault();
        props.onDone();
      }}
    >
      <TextField
        label={t('person.alias')}
        value={alias}
        maxLength={128}
        dir="auto"
        autoFocus
        onText={setAlias}
        hint={error === null ? t('person.aliasHint') : t(`errors.${error.code}`)}
        tone={error === null ? 'neutral' : 'danger'}
        data-testid="alias"
      />
      <div className="alias-form__actions">
        <Button size="small" onClick={props.onDone}>
          {t('common.cancel')}
        </Button>
        <Button size="small" tone="primary" type="submit" busy={busy} data-testid="save-alias">
          {t('person.saveAlias')}
        </Button>
      </div>
    </form>
  );
}
