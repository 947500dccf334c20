import { ArrowLeft } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Network } from '../../../shared/model/network';
import { useAccountsStore } from '../../stores/accounts-store';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { showAccount } from '../../stores/navigation';
import { IconButton } from '../../ui/icon-button';
import { CreatingStep } from './creating-step';
import { FailedStep } from './failed-step';
import { NameStep, type ChosenName } from './name-step';
import { NetworkStep } from './network-step';
import type { Step } from './onboarding-flow';
import { OtherNetworkStep } from './other-network-step';
import { WelcomeStep } from './welcome-step';
import './onboarding.css';

const RestoreFlow = lazy(async () => ({
  default: (await import('../identity/restore/restore-flow')).RestoreFlow,
}));

/** Codes after which another name is the way out. */
const nameErrors: ReadonlySet<string> = new Set([
  'name_taken',
  'name_reserved',
  'invalid_aid',
  'own_key_elsewhere',
]);

/** From nothing to an identity: a network, a name, done. The same way adds further identities. */
export function Onboarding(props: {
  /** Where to begin: a newcomer is welcomed, others know the way. */
  readonly start: 'welcome' | 'network';
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step>(
    props.start === 'welcome' ? { name: 'welcome' } : { name: 'network' },
  );
  const [chosen, setChosen] = useState<ChosenName>({ name: '', displayName: '' });
  const [nameError, setNameError] = useState<CommandError | null>(null);

  const toName = (network: Network): void => {
    setNameError(null);
    setStep({ name: 'name', network });
  };
  const create = (network: Network, { name, displayName }: ChosenName): void => {
    const aid = `${name}.${network.issuer}`;
    setStep({ name: 'creating', network, aid });
    invoke('account.create', { network: network.id, name, displayName }).then(
      (account) => {
        useAccountsStore.getState().merge(account);
        showAccount(account.account);
        props.onDone();
      },
      (reason: unknown) => {
        const error = toCommandError(reason);
        if (nameErrors.has(error.code)) {
          setNameError(error);
          setStep({ name: 'name', network });
        } else {
          setStep({ name: 'failed', network, aid, error });
        }
      },
    );
  };

  const beginning: Step = props.start === 'welcome' ? { name: 'welcome' } : { name: 'network' };
  const previous: Partial<Record<Step['name'], Step>> = {
    restore: beginning,
    ...(props.start === 'welcome' ? { network: beginning } : {}),
    'other-network': { name: 'network' },
    name: beginning,
  };
  const back = previous[step.name];
  const Frame = props.start === 'welcome' ? 'main' : 'div';

  return (
    <Frame className="onboarding" data-step={step.name} data-testid="onboarding">
      {back !== undefined && (
        <div className="onboarding__back">
          <IconButton label={t('common.back')} onClick={() => setStep(back)} data-testid="onboarding-back">
            <ArrowLeft size={20} aria-hidden />
          </IconButton>
        </div>
      )}
      <div className="onboarding__step" key={step.name}>
        {step.name === 'welcome' && (
          <WelcomeStep onNetwork={toName} onRestore={() => setStep({ name: 'restore' })} />
        )}
        {step.name === 'restore' && (
          <section className="onboarding__form">
            <h1 className="onboarding__title">{t('restore.title')}</h1>
            <Suspense fallback={null}>
              <RestoreFlow onDone={props.onDone} />
            </Suspense>
          </section>
        )}
        {step.name === 'network' && (
          <NetworkStep
            onNetwork={toName}
            onOther={() => setStep({ name: 'other-network' })}
            onRestore={() => setStep({ name: 'restore' })}
          />
        )}
        {step.name === 'other-network' && <OtherNetworkStep onNetwork={toName} />}
        {step.name === 'name' && (
          <NameStep
            network={step.network}
            chosen={chosen}
            error={nameError}
            onChange={(next) => {
              setChosen(next);
              setNameError(null);
            }}
            onChangeNetwork={() => setStep({ name: 'network' })}
            onCreate={(final) => create(step.network, final)}
          />
        )}
        {step.name === 'creating' && <CreatingStep aid={step.aid} />}
        {step.name === 'failed' && (
          <FailedStep
            aid={step.aid}
            error={step.error}
            onRetry={() => create(step.network, chosen)}
            onOtherName={() => toName(step.network)}
            onOtherNetwork={() => setStep({ name: 'network' })}
          />
        )}
      </div>
    </Frame>
  );
}
