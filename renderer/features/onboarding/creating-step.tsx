import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Spinner } from '../../ui/spinner';

/** After this long (ms) the words say that it is slow. */
const patience = 6000;

/** While the keys are made and the name is registered. */
export function CreatingStep(props: { readonly aid: string }) {
  const { t } = useTranslation();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), patience);
    return () => clearTimeout(timer);
  }, []);
  return (
    <section className="onboarding__form onboarding__form--centred" data-testid="creating">
      <Spinner />
      <h1 className="onboarding__title">{t('onboarding.creatingTitle', { aid: props.aid })}</h1>
      <p className="onboarding__text" role="status">
        {slow ? t('onboarding.creatingSlow') : t('onboarding.creatingText')}
      </p>
    </section>
  );
}
