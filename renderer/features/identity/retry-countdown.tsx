import { useTranslation } from 'react-i18next';
import { useNow } from '../../ui/use-now';
import { duration } from './connection-words';

/** Counts down to the next attempt. Hidden from screen readers, which would read every second. */
export function RetryCountdown(props: { readonly at: number }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const { unit, count } = duration(Math.max(1000, props.at - now));
  return (
    <span className="tabular" aria-hidden="true">
      {t('connection.retryIn', { time: t(`connection.${unit}`, { count }) })}
    </span>
  );
}
