import { useTranslation } from 'react-i18next';
import type { Strength } from './strength';

/** A bar and a word. */
export function StrengthMeter(props: { readonly strength: Strength }) {
  const { t } = useTranslation();
  const { level, share } = props.strength;
  return (
    <div className="strength" data-level={level} data-testid="strength">
      <progress className="strength__bar" max={1} value={share} aria-label={t('secret.strength')} />
      <span className="strength__word">{t(`secret.${level}`)}</span>
    </div>
  );
}
