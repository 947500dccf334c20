import { Check } from 'lucide-react';
import {
  lazy,
  memo,
  Suspense,
  useCallback,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import type { Message } from '../../../shared/model/message';
import { invoke, reportError } from '../../stores/bridge';
import { useIsChosen, useSelectionStore } from '../../stores/timeline-selection';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { clockTime } from '../../ui/time';
import { MessageLine } from './content/message-line';
import { isLine, isWritten, messageWords } from './content/message-words';
import { abilitiesOf, useMessageActions } from './message-actions';
import { MessageBubble } from './message-bubble';
import { MessageErrorBoundary } from './message-error-boundary';
import { QuarantinedMessage } from './message-quarantined';
import { QuickActions } from './quick-actions';
import './content/lines.css';

const MessageThoughts = lazy(async () => ({
  default: (await import('./content/message-thoughts')).MessageThoughts,
}));

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
  readonly peerKind?: Conversation['peerKind'];
  /** False where what it answers stands in its place anyway. */
  readonly showReply?: boolean;
  /** In groups everybody stands on the left; answers of a cluster stand further in. */
  readonly group?: 'plain' | 'cluster';
  /** In groups: the name over a block, and the picture beside it. */
  readonly head?: ReactNode;
  readonly picture?: ReactNode;
}

function useSpokenText({ message, name }: MessageRowProps): string {
  const { t, i18n } = useTranslation();
  const time = clockTime(i18n.language, message.sortAt);
  const text = messageWords(t, message, name).slice(0, 500);
  if (message.own)
    return t('chat.messageOwn', {
      time,
      state: message.state === null ? '' : t(`state.${message.state}`),
      text,
    });
  return t('chat.messageFrom', { name, time, text });
}

/** Choosing takes every click and Space of a row to itself. */
function useChoosing(props: MessageRowProps) {
  const { account, message } = props;
  const place = timelineKey(account, message.conversation);
  const chosen = useIsChosen(place, message.id);
  const choose = (extend: boolean): void => {
    const selection = useSelectionStore.getState();
    const messages = useTimelineStore.getState().timelines[place]?.window?.messages ?? [];
    if (extend)
      selection.extend(
        message,
        messages.filter(({ content }) => isWritten(content)),
      );
    else selection.toggle(message);
  };
  return { chosen, choose };
}

/** Keys on a message that has the focus: the same letters as in the menu. */
function useRowKeys(props: MessageRowProps, choose: ((extend: boolean) => void) | null) {
  const actions = useMessageActions(props.account);
  const { message } = props;
  return (key: KeyboardEvent<HTMLElement>): void => {
    // Inside of the message its buttons and fields have the keyboard.
    if (key.target !== key.currentTarget || key.altKey) return;
    const can = abilitiesOf(message, Date.now());
    const command = key.ctrlKey || key.metaKey;
    const letter = key.key.toLowerCase();
    if (choose !== null && key.key === ' ') choose(key.shiftKey);
    else if (command && letter === 'c' && can.copy && String(window.getSelection()) === '')
      actions.copy(message);
    else if (command || key.shiftKey) return;
    else if (letter === 'r' && can.reply) actions.reply(message);
    else if (letter === 'f' && can.forward) actions.forward(message);
    else if (letter === 's' && can.save) actions.save(message);
    else if (letter === 'x' && isWritten(message.content)) actions.select(message);
    else if (letter === 'i') actions.details(message);
    else if (key.key === 'Delete') actions.remove(message);
    else return;
    key.preventDefault();
  };
}

function Row(props: MessageRowProps) {
  const { t } = useTranslation();
  const { message, first, last, index, active, account, name } = props;
  const spoken = useSpokenText(props);
  const { chosen, choose } = useChoosing(props);
  const choosable = isWritten(message.content);
  const choosing = chosen !== null && choosable;
  const onKeyDown = useRowKeys(props, choosing ? choose : null);
  const actions = useMessageActions(account);
  const [hovered, setHovered] = useState(false);
  const [thinking, setThinking] = useState(false);
  const line = isLine(message.content);
  const thinks = !message.own && props.peerKind === 'agent' && message.thread !== null && !line;

  const onContextMenu = (event: MouseEvent<HTMLElement>): void => {
    if (chosen !== null) return;
    event.preventDefault();
    const link = event.target instanceof Element ? event.target.closest('a[href], [data-link]') : null;
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    // The menu key has no place of its own: it opens at the message.
    const byKey = event.clientX === 0 && event.clientY === 0;
    actions.more(
      message,
      byKey ? left : event.clientX,
      byKey ? Math.min(bottom, window.innerHeight - 8) : event.clientY,
      link?.getAttribute('data-link') ?? link?.getAttribute('href') ?? null,
    );
  };
  const onClickCapture = (click: MouseEvent): void => {
    if (!choosing) return;
    click.preventDefault();
    click.stopPropagation();
    choose(click.shiftKey);
  };

  return (
    <div
      className="message-row"
      data-own={message.own && props.group === undefined}
      data-group={props.group}
      data-first={first}
      data-last={last}
      data-line={line}
      data-choosing={chosen !== null}
      data-chosen={chosen === true}
      role="listitem"
      onClickCapture={onClickCapture}
    >
      {choosing && (
        <span
          className="message-row__check"
          role="checkbox"
          aria-checked={chosen}
          aria-label={t('selection.message')}
          data-testid="message-check"
        >
          {chosen && <Check size={14} aria-hidden />}
        </span>
      )}
      {props.picture}
      <div
        className="message-row__body"
        data-row={index}
        data-message-id={message.id}
        data-highlighted={props.highlighted}
        data-testid="message"
        tabIndex={active ? 0 : -1}
        role="group"
        aria-label={spoken}
        aria-keyshortcuts="R F Control+C X Delete"
        onContextMenu={onContextMenu}
        onKeyDown={onKeyDown}
        onPointerEnter={() => setHovered(true)}
        onPointerLeave={() => setHovered(false)}
      >
        {!line && props.head}
        {line ? (
          <MessageLine account={account} name={name} message={message} />
        ) : (
          <MessageBubble
            account={account}
            name={name}
            message={message}
            last={last}
            showReply={props.showReply ?? true}
          />
        )}
        {thinks && (
          <button
            type="button"
            className="text-button message-row__thinking"
            aria-expanded={thinking}
            onClick={() => setThinking(!thinking)}
            data-testid="show-thinking"
          >
            {thinking ? t('content.thinkingHide') : t('content.thinkingShow')}
          </button>
        )}
        {thinking && (
          <Suspense fallback={null}>
            <MessageThoughts account={account} message={message} />
          </Suspense>
        )}
        {hovered && chosen === null && !line && <QuickActions account={account} message={message} />}
      </div>
    </div>
  );
}

function PlainLine(props: {
  readonly message: Message;
  readonly group: MessageRowProps['group'];
  readonly children: string;
}) {
  const { message, group, children } = props;
  return (
    <div
      className="message-row"
      data-own={message.own && group === undefined}
      data-group={group}
      data-last="true"
      role="listitem"
    >
      <p className="bubble message-note" data-content="unsupported">
        {children}
      </p>
    </div>
  );
}

/** One message in the timeline. Drawn again only when the message itself or its place in a block changes. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { t } = useTranslation();
  const { account, message } = props;
  const { id } = message;
  const onBroken = useCallback(() => {
    invoke('message.quarantine', { account, id, quarantined: true }).catch(reportError);
  }, [account, id]);
  if (message.quarantined) return <QuarantinedMessage {...props} />;
  return (
    <MessageErrorBoundary
      subject={message}
      fallback={
        <PlainLine message={message} group={props.group}>
          {t('chat.broken')}
        </PlainLine>
      }
      onBroken={onBroken}
    >
      <Row {...props} />
    </MessageErrorBoundary>
  );
});
