import { useTranslation } from 'react-i18next';
import './safety-number.css';

/**
 * Sixty digits in twelve groups, to be read aloud and compared. Screen readers get every digit by itself with a pause
 * after each group; without that they would read "thirty-nine thousand …".
 */
export function SafetyNumber(props: { readonly groups: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <div
      className="safety-number"
      role="group"
      aria-label={t('verify.number')}
      data-digits={props.groups.join('')}
      data-testid="safety-number"
    >
      {props.groups.map((group, index) => (
        <span key={index} className="safety-number__group">
          <span aria-hidden="true">{group}</span>
          <span className="visually-hidden">{[...group].join(' ')}, </span>
        </span>
      ))}
    </div>
  );
}
