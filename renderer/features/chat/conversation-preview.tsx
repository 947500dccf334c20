import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { DeliveryIcon } from './delivery-icon';

/** The second line of a row: the draft, or the newest message with its state. */
export function ConversationPreview(props: { readonly conversation: Conversation; readonly draft: string }) {
  const { t } = useTranslation();
  const { conversation, draft } = props;
  if (draft !== '') {
    return (
      <span className="ellipsis" dir="auto">
        <span className="conversation-row__draft">{t('list.draft')}: </span>
        {draft}
      </span>
    );
  }
  const { previewKind, preview, previewOwn, previewState } = conversation;
  const words = {
    text: preview,
    undecryptable: t('list.previewUndecryptable'),
    recalled: t('list.previewRecalled'),
    unsupported: t('list.previewUnsupported'),
    none: t('list.previewNone'),
  }[previewKind];
  return (
    <>
      {previewOwn && previewState !== null && <DeliveryIcon state={previewState} size={14} />}
      <span className="ellipsis" dir="auto" data-kind={previewKind}>
        {words}
      </span>
    </>
  );
}
