import { useTranslation } from 'react-i18next';
import { useNow } from '../../../ui/use-now';
import { duration } from '../connection-words';

/** Time left until a moment; says when there is none left. */
export function Countdown(props: { readonly until: number; readonly expired: string }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const left = props.until - now;
  if (left <= 0) return <span data-testid="countdown">{props.expired}</span>;
  const { unit, count } = duration(left);
  return (
    <span className="tabular" data-testid="countdown">
      {t('custody.left', { time: t(`connection.${unit}`, { count }) })}
    </span>
  );
}
