import { useTranslation } from 'react-i18next';
import type { Network } from '../../../shared/model/network';
import { useAppStore } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Illustration } from './illustration';
import { defaultNetwork } from './onboarding-flow';
import { useLocalNetwork } from './use-local-network';

/** One picture, one sentence, two buttons, and a way for those who have an identity already. */
export function WelcomeStep(props: {
  readonly onNetwork: (network: Network) => void;
  readonly onRestore: () => void;
}) {
  const { t } = useTranslation();
  const networks = useAppStore((state) => state.networks);
  const local = useLocalNetwork(props.onNetwork);
  return (
    <section className="welcome">
      <Illustration />
      <h1 className="welcome__headline">{t('onboarding.headline')}</h1>
      <div className="welcome__actions">
        <Button
          tone="primary"
          size="large"
          disabled={local.busy}
          onClick={() => props.onNetwork(defaultNetwork(networks))}
          data-testid="create-identity"
        >
          {t('onboarding.start')}
        </Button>
        <Button size="large" busy={local.busy} onClick={local.start} data-testid="try-local">
          {local.busy ? t('onboarding.startingLocal') : t('onboarding.tryLocal')}
        </Button>
      </div>
      <p className="welcome__hint" role="status" data-tone={local.error === null ? 'neutral' : 'danger'}>
        {local.error === null ? t('onboarding.tryLocalHint') : t(`errors.${local.error.code}`)}
      </p>
      <button
        type="button"
        className="text-button"
        disabled={local.busy}
        onClick={props.onRestore}
        data-testid="have-identity"
      >
        {t('restore.open')}
      </button>
    </section>
  );
}
