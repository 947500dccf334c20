import {
  Ban,
  FileWarning,
  KeyRound,
  LoaderCircle,
  Lock,
  LockKeyhole,
  ShieldCheck,
  TriangleAlert,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useContact } from '../../stores/people-store';
import { useViewStore } from '../../stores/view-store';
import { dateOf } from '../../ui/time';
import { useConversationTitle } from './conversation-title';

const icons = {
  encrypted: Lock,
  verified: ShieldCheck,
  unknown: LockKeyhole,
  no_keys: KeyRound,
  keys_changed: TriangleAlert,
  revoked: Ban,
  certificate_unusable: FileWarning,
  securing: LoaderCircle,
} as const satisfies Record<Conversation['security'], unknown>;

/** What protects the next message, in one sentence; a click explains it. */
export function SecurityLine(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t, i18n } = useTranslation();
  const { security, kind, conversation } = props.conversation;
  const name = useConversationTitle(props.conversation);
  const contact = useContact(props.account, kind === 'self' ? null : conversation);
  const Icon = kind === 'self' ? Lock : icons[security];
  const changedAt = security === 'keys_changed' ? contact?.keyChange?.at : undefined;
  const words =
    kind === 'self'
      ? t('security.self')
      : changedAt === undefined
        ? t(`security.${security}`, { name })
        : t('security.keysChangedOn', { date: dateOf(i18n.language, changedAt) });
  return (
    <button
      type="button"
      className="security-line"
      data-security={kind === 'self' ? 'encrypted' : security}
      data-testid="security-line"
      onClick={() => useViewStore.getState().toggleDetails(true)}
    >
      <Icon size={13} aria-hidden />
      <span className="ellipsis">{words}</span>
    </button>
  );
}
