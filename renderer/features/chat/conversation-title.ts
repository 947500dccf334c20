import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';

/** Name of a conversation in the user's language. */
export function useConversationTitle(
  conversation: Pick<Conversation, 'kind' | 'title' | 'conversation'>,
): string {
  const { t } = useTranslation();
  if (conversation.kind === 'self') return t('list.notesToSelf');
  return conversation.title === '' ? conversation.conversation : conversation.title;
}
