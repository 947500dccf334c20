import { Archive, Clock3, LogOut, Pause, UserMinus, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';

const icons = {
  left: LogOut,
  removed: UserMinus,
  pending: Clock3,
  dissolved: Archive,
  suspended: Pause,
} as const satisfies Record<string, LucideIcon>;

/** What a group is that is not just going on: the state of the group counts before our own. */
function markOf({ group }: Pick<Conversation, 'group'>): keyof typeof icons | null {
  if (group === null) return null;
  if (group.status === 'dissolved') return 'dissolved';
  const { membership } = group;
  if (membership === 'left' || membership === 'removed' || membership === 'pending') return membership;
  return group.status === 'suspended' ? 'suspended' : null;
}

/** Beside the name of a group in the list, only where it says something. */
export function GroupMark(props: { readonly conversation: Pick<Conversation, 'kind' | 'group'> }) {
  const { t } = useTranslation();
  if (props.conversation.kind !== 'group') return null;
  const mark = markOf(props.conversation);
  const Icon = mark === null ? null : icons[mark];
  return (
    <>
      <span className="visually-hidden">{t('groups.spoken')}</span>
      {mark !== null && Icon !== null && (
        <span
          className="conversation-row__mark"
          role="img"
          aria-label={t(`groups.${mark}`)}
          title={t(`groups.${mark}`)}
          data-mark={mark}
        >
          <Icon size={13} aria-hidden />
        </span>
      )}
    </>
  );
}
