import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { OtherNetworkStep } from '../../onboarding/other-network-step';
import type { useNetworkFor } from './use-network-for';
import '../../onboarding/onboarding.css';

const other = '+';

/** Which network the identity lives on: found from its address, and to be changed where that is not so. */
export function NetworkFor(props: { readonly choice: ReturnType<typeof useNetworkFor> }) {
  const { t } = useTranslation();
  const { networks, network, choose, add } = props.choice;
  const [adding, setAdding] = useState(false);
  const id = useId();
  return (
    <>
      <div className="field">
        <label className="field__label" htmlFor={id}>
          {t('restore.network')}
        </label>
        <select
          id={id}
          className="select"
          value={adding ? other : (network?.id ?? '')}
          onChange={(change) => {
            const found = networks.find((candidate) => candidate.id === change.target.value);
            setAdding(change.target.value === other);
            if (found !== undefined) choose(found);
          }}
          data-testid="restore-network"
        >
          {network === null && <option value="">{t('restore.chooseNetwork')}</option>}
          {networks.map((candidate) => (
            <option key={candidate.id} value={candidate.id}>
              {candidate.kind === 'local'
                ? `${candidate.issuer} · ${t('onboarding.networkLocal')}`
                : candidate.issuer}
            </option>
          ))}
          <option value={other}>{t('onboarding.networkOther')}</option>
        </select>
      </div>
      {adding && (
        <OtherNetworkStep
          onNetwork={(made) => {
            add(made);
            setAdding(false);
          }}
        />
      )}
    </>
  );
}
