import { useTranslation } from 'react-i18next';
import type { CommandError } from '../../stores/bridge';

/** Why a passphrase was not taken, and how long to wait before the next try. */
export function PassphraseTrouble(props: {
  readonly error: CommandError | null;
  /** Seconds. */
  readonly wait: number;
}) {
  const { t } = useTranslation();
  const { error, wait } = props;
  if (error === null) return null;
  return (
    <div className="notice-bar" data-tone="danger" role="alert">
      <div>
        <p>{t(`errors.${error.code}`)}</p>
        {wait > 0 && (
          <p className="tabular" data-testid="retry-wait">
            {t('lock.wait', { time: t('connection.seconds', { count: wait }) })}
          </p>
        )}
      </div>
    </div>
  );
}
