import { Check } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import type { Message } from '../../../shared/model/message';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useConversationsStore } from '../../stores/conversations-store';
import { useNoticesStore } from '../../stores/notices-store';
import { useSelectionStore } from '../../stores/timeline-selection';
import { useTimelineStore } from '../../stores/timeline-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/text-field';
import { ConversationPicture } from './conversation-picture';
import { useConversationTitle } from './conversation-title';

/** Conversations one forward can go to. */
const mostTargets = 20;
/** Rest after the last key before the list is asked for, in ms. */
const rest = 120;

/** Conversations to choose from: the newest ones, or those whose name has what was typed. */
function useTargets(account: string, query: string): readonly Conversation[] {
  const recent = useConversationsStore((state) => state.lists[account]?.rows);
  const [found, setFound] = useState<readonly Conversation[]>([]);
  const typed = query.trim();
  useEffect(() => {
    if (typed === '') return;
    let current = true;
    const timer = setTimeout(() => {
      invoke('conversation.find', { accounts: [account], query: typed, limit: 50 }).then(
        (answer) => current && setFound(answer.found.map(({ conversation }) => conversation)),
        (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
      );
    }, rest);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [account, typed]);
  const rows = typed === '' ? (recent ?? []).slice(0, 100) : found;
  return rows.filter(({ standing, group }) => standing !== 'blocked' && takesMessages(group));
}

/** A group that is over, or that one is not in, takes nothing. */
function takesMessages(group: Conversation['group']): boolean {
  return group === null || (group.membership === 'member' && group.status === 'active');
}

function Target(props: {
  readonly conversation: Conversation;
  readonly chosen: boolean;
  readonly disabled: boolean;
  readonly onToggle: () => void;
}) {
  const { conversation, chosen } = props;
  const title = useConversationTitle(conversation);
  return (
    <li>
      <button
        type="button"
        className="target"
        role="checkbox"
        aria-checked={chosen}
        disabled={props.disabled}
        onClick={props.onToggle}
        data-testid="forward-target"
      >
        <ConversationPicture conversation={conversation} title={title} size={32} />
        <span className="target__names">
          <span className="ellipsis">
            <bdi>{title}</bdi>
          </span>
          {title !== conversation.conversation && conversation.kind !== 'self' && (
            <span className="target__aid ellipsis">{conversation.conversation}</span>
          )}
        </span>
        <span className="target__mark">{chosen && <Check size={14} aria-hidden />}</span>
      </button>
    </li>
  );
}

/** Chooses to whom messages go on, and whether each by itself or as one bundle. */
export function ForwardDialog(props: {
  readonly account: string;
  readonly messages: readonly Message[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, messages, onClose } = props;
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [bundle, setBundle] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const [requestId] = useState(() => crypto.randomUUID());
  const targets = useTargets(account, query);
  const count = messages.length;

  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const send = (): void => {
    setBusy(true);
    setError(null);
    const ids = messages.map(({ id }) => id);
    invoke('message.forward', { account, ids, to: [...chosen], bundle: bundle && count > 1, requestId }).then(
      ({ messages: sent }) => {
        for (const message of sent)
          useTimelineStore.getState().merge(account, message.conversation, [message]);
        useNoticesStore.getState().showInfo(t('forward.sent', { count: chosen.size }));
        useSelectionStore.getState().clear();
        onClose();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(toCommandError(reason));
      },
    );
  };
  const ways = [
    { bundle: false, title: t('forward.single'), text: t('forward.singleText') },
    { bundle: true, title: t('forward.bundle'), text: t('forward.bundleText') },
  ];
  return (
    <Dialog
      title={t('forward.title')}
      text={t('forward.text', { count })}
      onClose={onClose}
      testId="forward-dialog"
    >
      <TextField
        label={t('forward.search')}
        value={query}
        autoFocus
        onText={setQuery}
        hint={t('forward.chosen', { count: chosen.size, most: mostTargets })}
        tone="neutral"
        data-testid="forward-search"
      />
      {targets.length === 0 ? (
        <p className="message-note">{t('forward.none')}</p>
      ) : (
        <ul className="targets" aria-label={t('forward.title')}>
          {targets.map((conversation) => {
            const { conversation: id } = conversation;
            return (
              <Target
                key={id}
                conversation={conversation}
                chosen={chosen.has(id)}
                disabled={busy || (!chosen.has(id) && chosen.size >= mostTargets)}
                onToggle={() => toggle(id)}
              />
            );
          })}
        </ul>
      )}
      {count > 1 && (
        <div className="forward-ways" role="radiogroup" aria-label={t('forward.how')}>
          {ways.map((way) => (
            <button
              key={String(way.bundle)}
              type="button"
              className="forward-way"
              role="radio"
              aria-checked={bundle === way.bundle}
              onClick={() => setBundle(way.bundle)}
              data-testid={way.bundle ? 'forward-bundle' : 'forward-single'}
            >
              <strong>{way.title}</strong>
              <span>{way.text}</span>
            </button>
          ))}
        </div>
      )}
      {error !== null && (
        <p className="field__hint" data-tone="danger" role="alert">
          {t(`errors.${error.code}`)}
        </p>
      )}
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          tone="primary"
          busy={busy}
          disabled={chosen.size === 0}
          onClick={send}
          data-testid="forward-send"
        >
          {t('forward.send')}
        </Button>
      </div>
    </Dialog>
  );
}
