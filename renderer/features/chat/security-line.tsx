import { KeyRound, Lock, LockKeyhole, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useViewStore } from '../../stores/view-store';
import { useConversationTitle } from './conversation-title';

const icons = {
  encrypted: Lock,
  unknown: LockKeyhole,
  no_keys: KeyRound,
  keys_changed: TriangleAlert,
} as const satisfies Record<Conversation['security'], unknown>;

/** What protects the next message, in one sentence; a click explains it. */
export function SecurityLine(props: { readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { security, kind } = props.conversation;
  const name = useConversationTitle(props.conversation);
  const Icon = kind === 'self' ? Lock : icons[security];
  return (
    <button
      type="button"
      className="security-line"
      data-security={kind === 'self' ? 'encrypted' : security}
      data-testid="security-line"
      onClick={() => useViewStore.getState().toggleDetails(true)}
    >
      <Icon size={13} aria-hidden />
      <span className="ellipsis">
        {kind === 'self' ? t('security.self') : t(`security.${security}`, { name })}
      </span>
    </button>
  );
}
