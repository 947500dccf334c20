import { Globe, Laptop, Network as NetworkIcon, Server } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Network } from '../../../shared/model/network';
import { useAppStore } from '../../stores/app-store';
import { Spinner } from '../../ui/spinner';
import { publicNetwork } from './onboarding-flow';
import { useLocalNetwork } from './use-local-network';

function Option(props: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly busy?: boolean;
  readonly testId: string;
  readonly onChoose: () => void;
}) {
  return (
    <button
      type="button"
      className="network-option"
      disabled={props.busy}
      onClick={props.onChoose}
      data-testid={props.testId}
    >
      <span className="network-option__icon">{props.busy === true ? <Spinner /> : props.icon}</span>
      <span className="network-option__words">
        <span className="network-option__title">{props.title}</span>
        <span className="network-option__text">{props.text}</span>
      </span>
    </button>
  );
}

/** Which network the identity shall live on. */
export function NetworkStep(props: {
  readonly onNetwork: (network: Network) => void;
  readonly onOther: () => void;
  readonly onRestore: () => void;
}) {
  const { t } = useTranslation();
  const networks = useAppStore((state) => state.networks);
  const local = useLocalNetwork(props.onNetwork);
  const known = networks.find((network) => network.kind === 'public') ?? publicNetwork;
  return (
    <section className="onboarding__form">
      <h1 className="onboarding__title">{t('onboarding.networkTitle')}</h1>
      <p className="onboarding__text">{t('onboarding.networkText')}</p>
      <div className="network-options">
        <Option
          icon={<Globe size={22} strokeWidth={1.75} aria-hidden />}
          title={t('onboarding.networkPublic')}
          text={t('onboarding.networkPublicText')}
          testId="network-public"
          onChoose={() => props.onNetwork(known)}
        />
        <Option
          icon={<Laptop size={22} strokeWidth={1.75} aria-hidden />}
          title={t('onboarding.networkLocal')}
          text={local.busy ? t('onboarding.startingLocal') : t('onboarding.networkLocalText')}
          busy={local.busy}
          testId="network-local"
          onChoose={local.start}
        />
        {networks
          .filter((network) => network.kind === 'issuer')
          .map((network) => (
            <Option
              key={network.id}
              icon={<Server size={22} strokeWidth={1.75} aria-hidden />}
              title={network.issuer}
              text={network.gatewayUrl ?? ''}
              testId="network-known"
              onChoose={() => props.onNetwork(network)}
            />
          ))}
        <Option
          icon={<NetworkIcon size={22} strokeWidth={1.75} aria-hidden />}
          title={t('onboarding.networkOther')}
          text={t('onboarding.networkOtherText')}
          testId="network-other"
          onChoose={props.onOther}
        />
      </div>
      {local.error !== null && (
        <p className="notice-bar" data-tone="danger" role="alert">
          {t(`errors.${local.error.code}`)}
        </p>
      )}
      <button
        type="button"
        className="text-button network-restore"
        disabled={local.busy}
        onClick={props.onRestore}
        data-testid="have-identity"
      >
        {t('restore.open')}
      </button>
    </section>
  );
}
