import { Mic, Paperclip, SendHorizontal, X } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import { accountName } from '../../stores/account-name';
import { useAccountsStore } from '../../stores/accounts-store';
import { toCommandError } from '../../stores/bridge';
import { useComposerStore, useDraft } from '../../stores/composer-store';
import { useDraftFiles, useDraftFilesStore } from '../../stores/draft-files-store';
import { sendDraft } from '../../stores/send-draft';
import type { TintStyle } from '../../ui/avatar';
import { IconButton } from '../../ui/icon-button';
import { ComposerAnswer } from './composer-answer';
import { ComposerEmoji } from './composer-emoji';
import { ComposerField } from './composer-field';
import { ComposerIdentity } from './composer-identity';
import { ComposerInsert } from './composer-insert';
import { messageFill } from './composer-keys';
import { mentionsIn, type Mentionable } from './composer-mentions';
import { ComposerTray } from './composer-tray';
import { useConversationTitle } from './conversation-title';
import { useTypingNotice } from './use-typing-notice';

// The recorder is read from disk when somebody records.
const ComposerRecorder = lazy(async () => ({
  default: (await import('./composer-recorder')).ComposerRecorder,
}));

/** With several identities the empty field says who would write. */
function usePlaceholder(account: Account, conversation: Conversation): string {
  const { t } = useTranslation();
  const several = useAccountsStore((state) => (state.accounts?.length ?? 0) > 1);
  const name = accountName(account);
  if (conversation.kind === 'self')
    return several ? t('composer.placeholderSelfAs', { name }) : t('composer.placeholderSelf');
  return several ? t('composer.placeholderAs', { name }) : t('composer.placeholder');
}

/** Stores the draft when the window or the conversation is left. */
function useStoredDraft(account: string, conversation: string): void {
  useEffect(() => {
    const { flush } = useComposerStore.getState();
    const store = (): void => flush(account, conversation);
    window.addEventListener('blur', store);
    window.addEventListener('pagehide', store);
    return () => {
      window.removeEventListener('blur', store);
      window.removeEventListener('pagehide', store);
      store();
    };
  }, [account, conversation]);
}

/** Files that stand beside the stored draft but not in this window (a message taken out of the outbox) are read. */
function useReturnedFiles(account: string, row: Conversation, here: number, taking: boolean): void {
  const { conversation, draftAttachments } = row;
  useEffect(() => {
    if (!taking && draftAttachments > here) void useDraftFilesStore.getState().load(account, conversation);
  }, [account, conversation, draftAttachments, here, taking]);
}

function ErrorBar(props: { readonly account: string; readonly conversation: string }) {
  const { t } = useTranslation();
  const { error, failed } = useDraft(props.account, props.conversation);
  if (error === null) return null;
  return (
    <div className="notice-bar composer__error" data-tone="danger" role="alert" data-testid="composer-error">
      <span>
        {t(failed === 'send' ? 'composer.sendFailed' : 'write.notSentFile', {
          reason: t(`errors.${error.code}`),
        })}
      </span>
      <IconButton
        label={t('common.dismiss')}
        size="small"
        onClick={() => useComposerStore.getState().dismissError(props.account, props.conversation)}
      >
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}

function useHint(account: Account, fill: number, taking: boolean): string | null {
  const { t } = useTranslation();
  if (fill > 1) return t('composer.tooLong');
  if (fill > 0.8) return t('composer.nearLimit', { percent: Math.floor(fill * 100) });
  if (account.session.state === 'blocked') return t('composer.blockedHint');
  return taking ? t('write.stillTaking') : null;
}

/** Puts the caret back into the field after a menu or a dialog has closed and given the focus back its own way. */
function focusSoon(element: HTMLElement | null): void {
  requestAnimationFrame(() => requestAnimationFrame(() => element?.focus()));
}

/** Where messages are written. Nothing here waits for the network. */
export function Composer(props: {
  readonly account: Account;
  readonly conversation: Conversation;
  /** In groups: who can be named; elsewhere it is the other side. */
  readonly people?: readonly Mentionable[];
  /** Words under the field about what is typed, unless something more urgent is to be said. */
  readonly note?: string | null;
  /** A message is on its way out. */
  readonly onSent?: () => void;
}) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const accountId = account.account;
  const id = conversation.conversation;
  const { text, replyTo, answering, markdown } = useDraft(accountId, id);
  const files = useDraftFiles(accountId, id);
  const field = useRef<HTMLTextAreaElement>(null);
  const [recording, setRecording] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const name = useConversationTitle(conversation);
  const placeholder = usePlaceholder(account, conversation);
  const typing = useTypingNotice(accountId, conversation);
  const fill = messageFill(text);
  const taking = files.some((file) => file.attachment === null && file.error === null);
  const ready = files.filter((file) => file.attachment !== null).length;
  const empty = text.trim() === '' && files.length === 0;
  const canSend = (text.trim() !== '' || ready > 0) && fill <= 1 && !taking;
  const hint = useHint(account, fill, waiting && taking);
  useStoredDraft(accountId, id);
  useReturnedFiles(accountId, conversation, ready, taking);

  // In notes to self the only one to name is oneself.
  const mentionable = conversation.kind === 'self' ? accountName(account) : name;
  const other = useMemo(() => [{ aid: id, name: mentionable }], [id, mentionable]);
  const people = props.people ?? other;
  const store = useComposerStore.getState();

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (replyTo !== null || answering !== null) focusSoon(field.current);
  }, [replyTo, answering]);

  const send = (): void => {
    setWaiting(taking);
    if (!canSend) return;
    typing.stopped();
    void sendDraft(accountId, id, mentionsIn(text.trim(), people));
    props.onSent?.();
    field.current?.focus();
  };
  const type = (typed: string): void => {
    store.type(accountId, id, typed);
    typing.typed(typed);
  };
  const insert = (emoji: string): void => {
    const element = field.current;
    const start = element?.selectionStart ?? text.length;
    const end = element?.selectionEnd ?? start;
    type(text.slice(0, start) + emoji + text.slice(end));
    const caret = start + emoji.length;
    requestAnimationFrame(() => element?.setSelectionRange(caret, caret));
  };
  const addFiles = useCallback(
    (chosen: readonly File[]) => void useDraftFilesStore.getState().add(accountId, id, chosen),
    [accountId, id],
  );
  const pickFiles = (): void => {
    useDraftFilesStore
      .getState()
      .pick(accountId, id)
      .catch((reason: unknown) => store.fail(accountId, id, toCommandError(reason)))
      .finally(() => focusSoon(field.current));
  };
  const leave = (): boolean => {
    if (answering !== null) store.beginAnswer(accountId, id, null);
    else if (replyTo !== null) store.reply(accountId, id, null);
    return answering !== null || replyTo !== null;
  };

  const style: TintStyle = { '--hue': account.hue };
  return (
    <div className="composer" style={style}>
      <ErrorBar account={accountId} conversation={id} />
      <div className="composer__box">
        <ComposerAnswer account={accountId} conversation={conversation} />
        <ComposerTray account={accountId} conversation={id} />
        {recording ? (
          <Suspense fallback={<div className="composer__line" />}>
            <ComposerRecorder
              account={accountId}
              conversation={id}
              onDone={() => {
                setRecording(false);
                focusSoon(field.current);
              }}
            />
          </Suspense>
        ) : (
          <div className="composer__line">
            <ComposerIdentity account={account} conversation={conversation} />
            <ComposerField
              field={field}
              text={text}
              placeholder={placeholder}
              label={t('composer.label', { name })}
              people={people}
              onType={type}
              onSend={send}
              onLeave={leave}
              onFiles={addFiles}
              onBlur={typing.stopped}
            />
            <ComposerInsert account={accountId} conversation={id} onFiles={pickFiles} />
            <ComposerEmoji onPick={insert} onClosed={() => field.current?.focus()} />
            <span className="composer__attach">
              <IconButton label={t('write.attach')} side="top" onClick={pickFiles} data-testid="attach">
                <Paperclip size={18} aria-hidden />
              </IconButton>
            </span>
            {empty && (
              <IconButton
                label={t('record.start')}
                side="top"
                onClick={() => setRecording(true)}
                data-testid="record"
              >
                <Mic size={19} aria-hidden />
              </IconButton>
            )}
            <IconButton
              label={t('composer.send')}
              side="top"
              className="icon-button composer__send"
              disabled={!canSend}
              hidden={empty}
              onClick={send}
              data-testid="send"
            >
              <SendHorizontal size={18} aria-hidden />
            </IconButton>
          </div>
        )}
      </div>
      <div className="composer__foot">
        <div
          className="composer__hint"
          id="composer-hint"
          role="status"
          data-tone={fill > 1 ? 'danger' : 'neutral'}
        >
          {hint ?? props.note}
        </div>
        {markdown && (
          <button
            type="button"
            className="composer__mode"
            title={t('write.markdownOff')}
            aria-label={t('write.markdownOff')}
            onClick={() => store.setMarkdown(accountId, id, false)}
            data-testid="markdown-on"
          >
            {t('write.markdownOn')}
            <X size={11} aria-hidden />
          </button>
        )}
      </div>
    </div>
  );
}
