import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { useConversationTitle } from './conversation-title';

/** The beginning of a conversation: who it is with and who can read it. */
export function ConversationStart(props: Pick<Conversation, 'conversation' | 'kind' | 'peerKind' | 'title'>) {
  const { t } = useTranslation();
  const self = props.kind === 'self';
  const name = useConversationTitle(props);
  return (
    <div className="conversation-start" role="listitem">
      <Avatar name={name} hue={hueOf(props.conversation)} kind={self ? 'self' : props.peerKind} size={72} />
      <h2 className="conversation-start__title isolate" dir="auto">
        {name}
      </h2>
      {!self && name !== props.conversation && (
        <p className="conversation-start__aid selectable">{props.conversation}</p>
      )}
      <p>{self ? t('chat.emptySelfText') : t('chat.emptyDirect', { name })}</p>
      {!self && <p>{t('chat.emptyDirectText')}</p>}
    </div>
  );
}
