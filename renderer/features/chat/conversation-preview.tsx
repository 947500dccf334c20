import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useIsTyping } from '../../stores/typing-store';
import { previewWords } from './conversation-words';
import { DeliveryIcon } from './delivery-icon';

/** The second line of a row: who is writing, the draft, or the newest message with its state. */
export function ConversationPreview(props: {
  readonly account: string;
  readonly conversation: Conversation;
  /** The row of the open conversation shows no draft: it stands in the field. */
  readonly open: boolean;
}) {
  const { t } = useTranslation();
  const { conversation } = props;
  const typing = useIsTyping(props.account, conversation.conversation);
  if (typing) return <span className="ellipsis conversation-row__writing">{t('daily.writing')}</span>;
  const { draft, draftAttachments } = conversation;
  if (!props.open && (draft !== '' || draftAttachments > 0)) {
    const files = draftAttachments > 0 ? t('preview.draftFiles', { count: draftAttachments }) : '';
    return (
      <span className="ellipsis" dir="auto">
        <span className="conversation-row__draft">{t('list.draft')}: </span>
        {[files, draft].filter((part) => part !== '').join(' · ')}
      </span>
    );
  }
  const { previewKind, preview, previewOwn, previewState } = conversation;
  return (
    <>
      {previewOwn && previewState !== null && <DeliveryIcon state={previewState} size={14} />}
      <span className="ellipsis" dir="auto" data-kind={previewKind}>
        {previewWords(t, previewKind, preview)}
      </span>
    </>
  );
}
