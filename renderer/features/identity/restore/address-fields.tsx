import { useTranslation } from 'react-i18next';
import { aidProblem, normalizeAidInput } from '../../../../shared/aun/aid';
import { TextField } from '../../../ui/text-field';
import { NetworkFor } from './network-for';
import type { useNetworkFor } from './use-network-for';

/** The address of the identity that shall come, and its network. */
export function AddressFields(props: {
  readonly aid: string;
  readonly onAid: (aid: string) => void;
  readonly choice: ReturnType<typeof useNetworkFor>;
}) {
  const { t } = useTranslation();
  const { aid } = props;
  const problem = aidProblem(aid);
  // While it is typed, an address that only lacks its end is no mistake.
  const wrong = aid.includes('.') && problem !== null;
  return (
    <>
      <TextField
        label={t('restore.address')}
        placeholder="lin_wei.agentid.pub"
        value={aid}
        autoFocus
        maxLength={320}
        onText={(text) => props.onAid(normalizeAidInput(text))}
        tone={wrong ? 'danger' : 'neutral'}
        hint={wrong ? t(`aid.${problem}`) : ''}
        data-testid="restore-aid"
      />
      {problem === null && <NetworkFor choice={props.choice} />}
    </>
  );
}
