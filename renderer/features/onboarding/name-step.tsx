import { Check } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { nameProblem, normalizeAidInput, splitAid } from '../../../shared/aun/aid';
import type { Network } from '../../../shared/model/network';
import type { CommandError } from '../../stores/bridge';
import { Button } from '../../ui/button';
import { Spinner } from '../../ui/spinner';
import { TextField } from '../../ui/text-field';
import { useNameCheck } from './use-name-check';

export interface ChosenName {
  readonly name: string;
  readonly displayName: string;
}

/** The name that becomes the address: told while typing whether it keeps the rules and whether it is free. */
export function NameStep(props: {
  readonly network: Network;
  readonly chosen: ChosenName;
  /** Why the last attempt did not take this name. */
  readonly error: CommandError | null;
  readonly onChange: (chosen: ChosenName) => void;
  readonly onChangeNetwork: () => void;
  readonly onCreate: (chosen: ChosenName) => void;
}) {
  const { t } = useTranslation();
  const { network, chosen, error } = props;
  const [attempt, setAttempt] = useState(0);
  const [left, setLeft] = useState(false);
  const name = normalizeAidInput(chosen.name);
  const problem = name === '' ? null : nameProblem(name);
  const check = useNameCheck(network.id, name, attempt);
  const aid = `${name}.${network.issuer}`;
  // A name that is only not long enough yet is not a mistake while it is typed.
  const wrong = problem !== null && (problem !== 'too_short' || left);
  const taken = check.state === 'known' && !check.answer.available;
  const free = check.state === 'known' && check.answer.available && error === null;

  const hint = (() => {
    if (problem !== null) return t(`aid.${problem}`);
    if (error !== null) return t(`errors.${error.code}`);
    switch (check.state) {
      case 'idle':
        return t('onboarding.rules');
      case 'checking':
        return t('onboarding.checking', { aid });
      case 'failed':
        return `${t('onboarding.checkFailed')} ${t(`errors.${check.error.code}`)}`;
      case 'known':
        if (check.answer.available) return t('onboarding.free', { aid });
        return check.answer.suggestions.length > 0
          ? t('onboarding.taken', { aid })
          : t('onboarding.takenNoSuggestion', { aid });
    }
  })();

  const create = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (free) props.onCreate({ name, displayName: chosen.displayName.trim() });
  };

  return (
    <section className="onboarding__form">
      <h1 className="onboarding__title">{t('onboarding.nameTitle')}</h1>
      <p className="onboarding__text">{t('onboarding.nameText')}</p>
      <form className="name-form" onSubmit={create}>
        <TextField
          label={t('onboarding.name')}
          placeholder={t('onboarding.namePlaceholder')}
          value={chosen.name}
          autoFocus
          maxLength={256}
          onText={(text) => {
            setLeft(false);
            props.onChange({ ...chosen, name: text });
          }}
          onBlur={() => setLeft(true)}
          tone={wrong || taken || error !== null ? 'danger' : free ? 'success' : 'neutral'}
          hint={hint}
          suffix={
            <span className="field__suffix name-form__suffix">
              <span className="ellipsis">.{network.issuer}</span>
              {check.state === 'checking' && <Spinner />}
              {free && <Check size={16} aria-hidden />}
            </span>
          }
          data-testid="name"
        />
        {taken && check.answer.suggestions.length > 0 && (
          <div className="chips" data-testid="suggestions">
            {check.answer.suggestions.map((suggestion) => (
              <button
                key={suggestion}
                type="button"
                className="chip"
                onClick={() => props.onChange({ ...chosen, name: splitAid(suggestion).name })}
              >
                {splitAid(suggestion).name}
              </button>
            ))}
          </div>
        )}
        {check.state === 'failed' && (
          <div className="chips">
            <Button size="small" onClick={() => setAttempt(attempt + 1)}>
              {t('common.retry')}
            </Button>
          </div>
        )}
        <TextField
          label={t('onboarding.displayName')}
          placeholder={t('onboarding.displayNamePlaceholder')}
          value={chosen.displayName}
          maxLength={128}
          dir="auto"
          autoCapitalize="words"
          onText={(text) => props.onChange({ ...chosen, displayName: text })}
          data-testid="display-name"
        />
        <Button tone="primary" size="large" type="submit" disabled={!free} data-testid="create">
          {t('onboarding.create')}
        </Button>
        <p className="name-form__network">
          {t('onboarding.onNetwork', { issuer: network.issuer })}
          {' · '}
          <button
            type="button"
            className="text-button"
            onClick={props.onChangeNetwork}
            data-testid="change-network"
          >
            {t('onboarding.changeNetwork')}
          </button>
        </p>
      </form>
    </section>
  );
}
