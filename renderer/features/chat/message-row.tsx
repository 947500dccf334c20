import { Copy, FileCode2 } from 'lucide-react';
import { ContextMenu } from 'radix-ui';
import { memo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { reportError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { clockTime } from '../../ui/time';
import { MessageBubble } from './message-bubble';
import { MessageErrorBoundary } from './message-error-boundary';
import { RawMessageDialog } from './raw-message-dialog';

interface MessageRowProps {
  readonly account: string;
  readonly name: string;
  readonly message: Message;
  readonly index: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly highlighted: boolean;
  /** The row Tab reaches. */
  readonly active: boolean;
}

function MessageMenu(props: MessageRowProps & { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [rawOpen, setRawOpen] = useState(false);
  const { message, account } = props;
  const { content } = message;
  const text = content.kind === 'text' ? content.text : null;
  if (text === null && content.kind !== 'undecryptable') return props.children;
  return (
    <>
      <ContextMenu.Root modal={false}>
        <ContextMenu.Trigger asChild>{props.children}</ContextMenu.Trigger>
        <ContextMenu.Portal>
          <ContextMenu.Content className="menu" aria-label={t('chat.actions')}>
            {text !== null && (
              <ContextMenu.Item
                className="menu__item"
                onSelect={() => void navigator.clipboard.writeText(text).catch(reportError)}
              >
                <Copy size={16} aria-hidden />
                {t('common.copyText')}
              </ContextMenu.Item>
            )}
            {content.kind === 'undecryptable' && (
              <ContextMenu.Item className="menu__item" onSelect={() => setRawOpen(true)}>
                <FileCode2 size={16} aria-hidden />
                {t('message.raw')}
              </ContextMenu.Item>
            )}
          </ContextMenu.Content>
        </ContextMenu.Portal>
      </ContextMenu.Root>
      {rawOpen && <RawMessageDialog account={account} message={message} onClose={() => setRawOpen(false)} />}
    </>
  );
}

function BrokenMessage() {
  const { t } = useTranslation();
  return (
    <div className="message-row" data-own="false" data-last="true" role="listitem">
      <p className="bubble message-note" data-content="unsupported">
        {t('chat.broken')}
      </p>
    </div>
  );
}

function useSpokenText({ message, name }: MessageRowProps): string {
  const { t, i18n } = useTranslation();
  const { content, state } = message;
  const time = clockTime(i18n.language, message.sortAt);
  const words: Record<typeof content.kind, string> = {
    text: content.kind === 'text' ? content.text.slice(0, 500) : '',
    unsupported: content.kind === 'unsupported' ? t('chat.unsupported', { type: content.type }) : '',
    recalled: t('chat.recalled'),
    notice: '',
    expired: t('chat.expired'),
    undecryptable: t('message.cannotRead'),
  };
  const text = words[content.kind];
  if (message.own)
    return t('chat.messageOwn', { time, state: state === null ? '' : t(`state.${state}`), text });
  return t('chat.messageFrom', { name, time, text });
}

/** On hover only: the keyboard reaches the same through the menu of the message. */
function QuickCopy(props: { readonly text: string }) {
  const { t } = useTranslation();
  const { showInfo } = useNoticesStore.getState();
  const copy = (): void => {
    navigator.clipboard.writeText(props.text).then(() => showInfo(t('common.copied')), reportError);
  };
  return (
    <button
      type="button"
      className="quick-copy"
      tabIndex={-1}
      title={t('common.copyText')}
      aria-label={t('common.copyText')}
      onClick={copy}
    >
      <Copy size={15} aria-hidden />
    </button>
  );
}

function Row(props: MessageRowProps) {
  const { message, first, last, index, active } = props;
  const spoken = useSpokenText(props);
  return (
    <div className="message-row" data-own={message.own} data-first={first} data-last={last} role="listitem">
      <MessageMenu {...props}>
        <div
          className="message-row__body"
          data-row={index}
          data-message-id={message.id}
          data-highlighted={props.highlighted}
          data-testid="message"
          tabIndex={active ? 0 : -1}
          role="group"
          aria-label={spoken}
        >
          <MessageBubble account={props.account} name={props.name} message={message} last={last} />
          {message.content.kind === 'text' && <QuickCopy text={message.content.text} />}
        </div>
      </MessageMenu>
    </div>
  );
}

/** One message in the timeline. Drawn again only when the message itself or its place in a block changes. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  return (
    <MessageErrorBoundary subject={props.message} fallback={<BrokenMessage />}>
      <Row {...props} />
    </MessageErrorBoundary>
  );
});
