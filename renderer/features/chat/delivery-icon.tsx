import { Check, CheckCheck, CircleAlert, CircleDashed, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DeliveryState } from '../../../shared/model/message';

const icons = {
  queued: CircleDashed,
  sending: LoaderCircle,
  sent: Check,
  delivered: CheckCheck,
  failed: CircleAlert,
} as const satisfies Record<DeliveryState, unknown>;

/** Where an own message is on its way: a picture, and the word on hover and for screen readers. */
export function DeliveryIcon(props: { readonly state: DeliveryState; readonly size?: number }) {
  const { t } = useTranslation();
  const Icon = icons[props.state];
  const word = t(`state.${props.state}`);
  return (
    <span className="delivery-icon" data-state={props.state} title={word} role="img" aria-label={word}>
      <Icon size={props.size ?? 14} aria-hidden />
    </span>
  );
}
