import { useTranslation } from 'react-i18next';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { CopyButton } from '../../../ui/copy-button';
import { CheckRow } from '../../settings/check-row';
import { PassphraseField } from '../../settings/passphrase-field';
import { strengthOf } from '../../settings/strength';
import { StrengthMeter } from '../../settings/strength-meter';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { secretProblem, shortestSecret, type NewSecret } from './new-secret';
import '../../settings/settings.css';
import './backup.css';

interface SecretFieldsProps {
  readonly secret: NewSecret;
  readonly onSecret: (secret: NewSecret) => void;
  /** What the passphrase is called here. */
  readonly label?: string;
  /** Only a passphrase will do: another program asks for it. */
  readonly passphraseOnly?: boolean;
}

function Passphrase(props: SecretFieldsProps) {
  const { t } = useTranslation();
  const { secret, onSecret } = props;
  const problem = secretProblem(secret);
  const differs = problem === 'differs' && secret.second !== '';
  return (
    <>
      <PassphraseField
        label={props.label ?? t('secret.passphrase')}
        value={secret.first}
        maxLength={1024}
        onText={(first) => onSecret({ ...secret, first })}
        hint={
          secret.first === '' || problem === 'short' ? (
            t('secret.short', { count: shortestSecret })
          ) : (
            <StrengthMeter strength={strengthOf(secret.first)} />
          )
        }
        data-testid="secret"
      />
      {problem === 'weak' && <p className="panel__note">{t('secret.weakText')}</p>}
      <PassphraseField
        label={t('vault.repeat')}
        value={secret.second}
        maxLength={1024}
        onText={(second) => onSecret({ ...secret, second })}
        hint={differs ? t('vault.mismatch') : ''}
        tone={differs ? 'danger' : 'neutral'}
        data-testid="secret-repeat"
      />
    </>
  );
}

function RecoveryKey(props: SecretFieldsProps) {
  const { t } = useTranslation();
  const { secret, onSecret } = props;
  const task = useTask();
  const generate = (): void =>
    task.run(
      () => invoke('backup.recoveryKey', {}),
      ({ key }) => onSecret({ ...secret, kind: 'key', key, saved: false }),
    );
  if (secret.key === null) {
    return (
      <>
        <p className="panel__note">{t('secret.keyText')}</p>
        <TaskError error={task.error} />
        <div className="panel__actions">
          <Button busy={task.busy} onClick={generate} data-testid="generate-key">
            {t('secret.generate')}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <p className="panel__note">{t('secret.keyOnce')}</p>
      <div className="recovery-key">
        <output className="recovery-key__text selectable" data-testid="recovery-key">
          {secret.key}
        </output>
        <CopyButton text={secret.key} />
      </div>
      <CheckRow
        label={t('secret.keySaved')}
        checked={secret.saved}
        onChange={(saved) => onSecret({ ...secret, saved })}
        testId="key-saved"
      />
    </>
  );
}

/** Asks for a good passphrase, or makes a recovery key that is shown once. */
export function SecretFields(props: SecretFieldsProps) {
  const { t } = useTranslation();
  const { secret, onSecret } = props;
  if (props.passphraseOnly === true) return <Passphrase {...props} />;
  return (
    <>
      <Choice
        label={t('secret.kind')}
        value={secret.kind}
        options={[
          { value: 'passphrase', label: t('secret.passphrase') },
          { value: 'key', label: t('secret.key') },
        ]}
        onChoose={(kind) => onSecret({ ...secret, kind })}
      />
      {secret.kind === 'passphrase' ? <Passphrase {...props} /> : <RecoveryKey {...props} />}
    </>
  );
}
