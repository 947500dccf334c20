import { SendHorizontal, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import { accountName } from '../../stores/account-name';
import { useAccountsStore } from '../../stores/accounts-store';
import { useComposerStore } from '../../stores/composer-store';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import type { TintStyle } from '../../ui/avatar';
import { IconButton } from '../../ui/icon-button';
import { ComposerIdentity } from './composer-identity';
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

/** With several identities the empty field says who would write. */
function usePlaceholder(account: Account, conversation: Conversation): string {
  const { t } = useTranslation();
  const several = useAccountsStore((state) => (state.accounts?.length ?? 0) > 1);
  const name = accountName(account);
  if (conversation.kind === 'self')
    return several ? t('composer.placeholderSelfAs', { name }) : t('composer.placeholderSelf');
  return several ? t('composer.placeholderAs', { name }) : t('composer.placeholder');
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
  const placeholder = usePlaceholder(account, conversation);

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
    // A held key goes on after the conversation under it has changed: it must not send what stands in the new one.
    if (!key.repeat) send();
  };

  const style: TintStyle = { '--hue': account.hue };
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
        <ComposerIdentity account={account} conversation={conversation} />
        <textarea
          ref={field}
          className="composer__field"
          rows={1}
          dir="auto"
          value={text}
          placeholder={placeholder}
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
