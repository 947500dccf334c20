import { CornerUpLeft, SquareCheckBig, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import type { Message } from '../../../shared/model/message';
import { invoke } from '../../stores/bridge';
import { useComposerStore, useDraft } from '../../stores/composer-store';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { IconButton } from '../../ui/icon-button';
import { useConversationTitle } from './conversation-title';
import { previewOf, previewWords } from './conversation-words';
import { useTitle } from './use-sender';

/** A message by its id: from the timeline where it is held, else read once. Null when it is gone. */
function useMessage(account: string, conversation: string, id: number): Message | null | undefined {
  const held = useTimelineStore((state) =>
    state.timelines[timelineKey(account, conversation)]?.window?.messages.find(
      (message) => message.id === id,
    ),
  );
  const known = held !== undefined;
  const [read, setRead] = useState<{ readonly id: number; readonly message: Message | null }>();
  useEffect(() => {
    if (known) return;
    let current = true;
    invoke('message.get', { account, id }).then(
      (message) => current && setRead({ id, message }),
      () => current && setRead({ id, message: null }),
    );
    return () => {
      current = false;
    };
  }, [account, id, known]);
  return held ?? (read?.id === id ? read.message : undefined);
}

function Bar(props: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly cancel: string;
  readonly testId: string;
  readonly onCancel: () => void;
}) {
  return (
    <div className="composer__answer" data-testid={props.testId}>
      {props.icon}
      <div className="composer__answer-words">
        <span className="composer__answer-title ellipsis isolate" dir="auto">
          {props.title}
        </span>
        <span className="ellipsis" dir="auto">
          {props.text}
        </span>
      </div>
      <IconButton label={props.cancel} side="top" size="small" onClick={props.onCancel}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  );
}

function ReplyBar(props: {
  readonly account: string;
  readonly conversation: Conversation;
  readonly id: number;
}) {
  const { t } = useTranslation();
  const { account, conversation, id } = props;
  const message = useMessage(account, conversation.conversation, id);
  const other = useConversationTitle(conversation);
  const isGroup = conversation.kind === 'group';
  const sender = useTitle(account, isGroup && message?.own === false ? message.sender : null);
  const peer = isGroup ? sender : other;
  const preview = message == null ? null : previewOf(message.content);
  const title = message?.own === true ? t('write.replyToSelf') : t('write.replyTo', { name: peer });
  return (
    <Bar
      icon={<CornerUpLeft size={16} aria-hidden />}
      title={title}
      text={
        preview === null
          ? message === null
            ? t('write.originalGone')
            : ''
          : previewWords(t, preview.kind, preview.text)
      }
      cancel={t('write.cancelReply')}
      testId="reply-bar"
      onCancel={() => useComposerStore.getState().reply(account, conversation.conversation, null)}
    />
  );
}

function CardBar(props: {
  readonly account: string;
  readonly conversation: Conversation;
  readonly id: number;
}) {
  const { t } = useTranslation();
  const { account, conversation, id } = props;
  const card = useMessage(account, conversation.conversation, id);
  const preview = card == null ? null : previewOf(card.content);
  return (
    <Bar
      icon={<SquareCheckBig size={16} aria-hidden />}
      title={t('write.answering')}
      text={preview?.text ?? ''}
      cancel={t('write.cancelAnswer')}
      testId="answer-bar"
      onCancel={() => useComposerStore.getState().beginAnswer(account, conversation.conversation, null)}
    />
  );
}

/** What the next message answers: a card, or a message. */
export function ComposerAnswer(props: { readonly account: string; readonly conversation: Conversation }) {
  const { replyTo, answering } = useDraft(props.account, props.conversation.conversation);
  if (answering !== null) return <CardBar {...props} id={answering} />;
  if (replyTo !== null) return <ReplyBar {...props} id={replyTo} />;
  return null;
}
