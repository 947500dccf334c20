import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';

/** Words for screen readers about the newest message or notice that arrived while the conversation is open. */
export function useArrivals(messages: readonly Message[], name: string): string {
  const { t } = useTranslation();
  const newest = messages.at(-1);
  const [before] = useState(newest?.id ?? 0);
  if (newest === undefined || newest.id <= before || newest.own) return '';
  if (newest.content.kind === 'notice')
    return t('timelineNotice.arrived', { text: t(`timelineNotice.${newest.content.notice}`, { name }) });
  if (newest.content.kind !== 'text') return '';
  return t('chat.arrived', { name, text: newest.content.text.slice(0, 300) });
}
