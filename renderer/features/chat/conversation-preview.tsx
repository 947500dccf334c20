import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useGroup } from '../../stores/groups-store';
import { useIsTyping, useWriters } from '../../stores/typing-store';
import { previewWords } from './conversation-words';
import { DeliveryIcon } from './delivery-icon';
import { useWritingWords } from './group-writing';
import { useTitle } from './use-sender';

/** In a group the newest message is told with the name of who wrote it. */
function SaidBy(props: { readonly account: string; readonly sender: string; readonly text: string }) {
  const { t } = useTranslation();
  const name = useTitle(props.account, props.sender);
  return <>{t('groups.saidBy', { name, text: props.text })}</>;
}

function GroupWriting(props: { readonly account: string; readonly group: string }) {
  const writers = useWriters(props.account, props.group);
  return (
    <span className="ellipsis conversation-row__writing">{useWritingWords(props.account, writers)}</span>
  );
}

function AddedBy(props: { readonly account: string; readonly group: string }) {
  const { t } = useTranslation();
  const group = useGroup(props.account, props.group);
  const name = useTitle(props.account, group?.addedBy ?? null);
  return (
    <span className="ellipsis" data-kind="text">
      {name === '' ? t('groups.addedBySomebody') : t('groups.addedBy', { name })}
    </span>
  );
}

/** The second line of a row: who is writing, the draft, or the newest message with its state. */
export function ConversationPreview(props: {
  readonly account: string;
  readonly conversation: Conversation;
  /** The row of the open conversation shows no draft: it stands in the field. */
  readonly open: boolean;
}) {
  const { t } = useTranslation();
  const { conversation } = props;
  const isGroup = conversation.kind === 'group';
  const typing = useIsTyping(props.account, conversation.conversation);
  if (typing && isGroup) return <GroupWriting account={props.account} group={conversation.conversation} />;
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
  if (isGroup && conversation.standing === 'pending')
    return <AddedBy account={props.account} group={conversation.conversation} />;
  return (
    <>
      {previewOwn && previewState !== null && <DeliveryIcon state={previewState} size={14} />}
      <span className="ellipsis" dir="auto" data-kind={previewKind}>
        {isGroup && !previewOwn && conversation.previewSender !== null ? (
          <SaidBy
            account={props.account}
            sender={conversation.previewSender}
            text={previewWords(t, previewKind, preview)}
          />
        ) : (
          previewWords(t, previewKind, preview)
        )}
      </span>
    </>
  );
}
