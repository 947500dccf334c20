import { SendHorizontal, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import { useComposerStore } from '../../stores/composer-store';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { Avatar, type TintStyle } from '../../ui/avatar';
import { IconButton } from '../../ui/icon-button';
import { Tooltip } from '../../ui/tooltip';
import { messageFill, sendsMessage } from './composer-keys';
import { useConversationTitle } from './conversation-title';

/** Grows with its text up to a share of the window; beyond that it scrolls. */
function useAutosize(text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, window.innerHeight * 0.4)}px`;
  }, [text]);
  return field;
}

function useHint(account: Account): string | null {
  const { t } = useTranslation();
  return account.session.state === 'blocked' ? t('composer.blockedHint') : null;
}

/** Where messages are written. Nothing here waits for the network. */
export function Composer(props: { readonly account: Account; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const place = [account.account, conversation.conversation] as const;
  const [accountId, conversationId] = place;
  const draft = useComposerStore((state) => state.drafts[timelineKey(accountId, conversationId)]);
  const text = draft?.text ?? '';
  const field = useAutosize(text);
  const hint = useHint(account);
  const fill = messageFill(text);
  const name = useConversationTitle(conversation);
  const self = conversation.kind === 'self';

  useEffect(() => {
    const { flush } = useComposerStore.getState();
    const store = (): void => flush(accountId, conversationId);
    window.addEventListener('blur', store);
    window.addEventListener('pagehide', store);
    return () => {
      window.removeEventListener('blur', store);
      window.removeEventListener('pagehide', store);
      store();
    };
  }, [accountId, conversationId]);

  useEffect(() => field.current?.focus(), [field]);

  const canSend = text.trim() !== '' && fill <= 1;
  const send = (): void => {
    if (!canSend) return;
    void useTimelineStore.getState().toEnd(...place);
    void useComposerStore.getState().send(...place);
    field.current?.focus();
  };
  const onKeyDown = (key: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { isComposing } = key.nativeEvent;
    if (
      !sendsMessage({
        key: key.key,
        shiftKey: key.shiftKey,
        altKey: key.altKey,
        isComposing,
        keyCode: key.keyCode,
      })
    ) {
      return;
    }
    key.preventDefault();
    send();
  };

  const style: TintStyle = { '--hue': account.hue };
  const ownName = account.displayName === '' ? account.account : account.displayName;
  return (
    <div className="composer" style={style}>
      {draft?.error && (
        <div
          className="notice-bar composer__error"
          data-tone="danger"
          role="alert"
          data-testid="composer-error"
        >
          <span>{t('composer.sendFailed', { reason: t(`errors.${draft.error.code}`) })}</span>
          <IconButton
            label={t('common.dismiss')}
            size="small"
            onClick={() => useComposerStore.getState().dismissError(...place)}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      )}
      <div className="composer__box">
        <Tooltip text={t('composer.writingAs', { name: account.account })} side="top">
          <span
            className="composer__identity"
            tabIndex={0}
            role="img"
            aria-label={t('composer.writingAs', { name: account.account })}
            data-testid="composer-identity"
          >
            <Avatar name={ownName} hue={account.hue} kind="human" size={22} />
            <span className="ellipsis isolate" dir="auto" aria-hidden="true">
              {ownName}
            </span>
          </span>
        </Tooltip>
        <textarea
          ref={field}
          className="composer__field"
          rows={1}
          dir="auto"
          value={text}
          placeholder={self ? t('composer.placeholderSelf') : t('composer.placeholder')}
          aria-label={t('composer.label', { name })}
          aria-describedby="composer-hint"
          data-testid="composer"
          onChange={(change) =>
            useComposerStore.getState().type(accountId, conversationId, change.target.value)
          }
          onKeyDown={onKeyDown}
        />
        <IconButton
          label={t('composer.send')}
          side="top"
          className="icon-button composer__send"
          disabled={!canSend}
          onClick={send}
          data-testid="send"
        >
          <SendHorizontal size={18} aria-hidden />
        </IconButton>
      </div>
      <div
        className="composer__hint"
        id="composer-hint"
        role="status"
        data-tone={fill > 1 ? 'danger' : 'neutral'}
      >
        {fill > 1
          ? t('composer.tooLong')
          : fill > 0.8
            ? t('composer.nearLimit', { percent: Math.floor(fill * 100) })
            : hint}
      </div>
    </div>
  );
}
