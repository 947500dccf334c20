import { useTranslation } from 'react-i18next';
import { normalizeAidInput } from '../../../../shared/aun/aid';
import { TextField } from '../../../ui/text-field';

/** Whether what was typed is the address: nobody does by accident what asks for it. */
export function isTypedAddress(typed: string, account: string): boolean {
  return normalizeAidInput(typed) === account;
}

/** Asks for the address of an identity before something that can't be undone. */
export function TypedAddress(props: {
  readonly account: string;
  readonly value: string;
  readonly onText: (text: string) => void;
}) {
  const { t } = useTranslation();
  const { account, value } = props;
  const wrong = value !== '' && !account.startsWith(normalizeAidInput(value));
  return (
    <TextField
      label={t('danger.typeAddress', { aid: account })}
      value={value}
      maxLength={320}
      onText={props.onText}
      tone={wrong ? 'danger' : isTypedAddress(value, account) ? 'success' : 'neutral'}
      hint={wrong ? t('danger.typedWrong') : ''}
      data-testid="typed-address"
    />
  );
}
