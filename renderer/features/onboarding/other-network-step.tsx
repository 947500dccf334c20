import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Network, NetworkProbe } from '../../../shared/model/network';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { isGatewayAddress } from './onboarding-flow';
import { ProbeCard } from './probe-card';

/** Another network: its address, what was found there, and the user's word that it is the right one. */
export function OtherNetworkStep(props: { readonly onNetwork: (network: Network) => void }) {
  const { t } = useTranslation();
  const [address, setAddress] = useState('');
  const [probe, setProbe] = useState<NetworkProbe | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const fail = (reason: unknown): void => {
    setBusy(false);
    setError(toCommandError(reason));
  };

  const lookUp = (submit: SubmitEvent): void => {
    submit.preventDefault();
    const wanted = address.trim();
    if (wanted === '' || busy) return;
    setBusy(true);
    setError(null);
    invoke('network.probe', { address: wanted }).then((found) => {
      setBusy(false);
      setProbe(found);
    }, fail);
  };
  const accept = (found: NetworkProbe): void => {
    setBusy(true);
    setError(null);
    const gatewayUrl = isGatewayAddress(address) ? found.gatewayUrl : null;
    const rootPem = found.publicRoot ? null : found.rootPem;
    invoke('network.add', { issuer: found.issuer, gatewayUrl, rootPem }).then(props.onNetwork, fail);
  };

  return (
    <section className="onboarding__form">
      <h1 className="onboarding__title">{t('onboarding.networkOther')}</h1>
      <p className="onboarding__text">{t('onboarding.networkOtherText')}</p>
      <form className="other-network" onSubmit={lookUp}>
        <TextField
          label={t('onboarding.address')}
          placeholder={t('onboarding.addressPlaceholder')}
          value={address}
          autoFocus
          maxLength={2048}
          onText={(text) => {
            setAddress(text);
            setProbe(null);
            setError(null);
          }}
          hint={error === null ? '' : t(`errors.${error.code}`)}
          tone={error === null ? 'neutral' : 'danger'}
          data-testid="network-address"
        />
        {probe === null && (
          <Button
            tone="primary"
            size="large"
            type="submit"
            busy={busy}
            disabled={address.trim() === ''}
            data-testid="network-lookup"
          >
            {busy ? t('onboarding.lookingUp') : t('onboarding.lookUp')}
          </Button>
        )}
      </form>
      {probe !== null && <ProbeCard probe={probe} busy={busy} onAccept={() => accept(probe)} />}
    </section>
  );
}
