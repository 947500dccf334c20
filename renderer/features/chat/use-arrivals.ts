import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import type { Message } from '../../../shared/model/message';
import { useTitle } from './use-sender';

/** Words for screen readers about the newest message or notice that arrived while the conversation is open. */
export function useArrivals(
  account: string,
  messages: readonly Message[],
  conversation: Pick<Conversation, 'kind' | 'title'>,
): string {
  const { t } = useTranslation();
  const newest = messages.at(-1);
  const [before] = useState(newest?.id ?? 0);
  const arrived = newest !== undefined && newest.id > before && !newest.own ? newest : null;
  const sender = useTitle(account, conversation.kind === 'group' ? (arrived?.sender ?? null) : null);
  if (arrived === null) return '';
  const name = conversation.kind === 'group' ? sender : conversation.title;
  if (arrived.content.kind === 'notice')
    return t('timelineNotice.arrived', { text: t(`timelineNotice.${arrived.content.notice}`, { name }) });
  if (arrived.content.kind !== 'text') return '';
  return t('chat.arrived', { name, text: arrived.content.text.slice(0, 300) });
}
