import { Ban, ShieldCheck, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';

/** Beside a name in the list, only where it says something: verified, or nothing can be sent. */
export function SecurityMark(props: Pick<Conversation, 'security'>) {
  const { t } = useTranslation();
  switch (props.security) {
    case 'verified':
      return <Mark icon={ShieldCheck} tone="success" label={t('trust.verified')} />;
    case 'keys_changed':
      return <Mark icon={TriangleAlert} tone="warning" label={t('trust.changed')} />;
    case 'revoked':
      return <Mark icon={Ban} tone="danger" label={t('trust.revoked')} />;
    case 'certificate_unusable':
    case 'encrypted':
    case 'no_keys':
    case 'securing':
    case 'unknown':
      return null;
  }
}

function Mark(props: {
  readonly icon: typeof ShieldCheck;
  readonly tone: 'success' | 'warning' | 'danger';
  readonly label: string;
}) {
  const Icon = props.icon;
  return (
    <span
      className="security-mark"
      data-tone={props.tone}
      role="img"
      aria-label={props.label}
      title={props.label}
    >
      <Icon size={13} aria-hidden />
    </span>
  );
}
