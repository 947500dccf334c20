import { Copy, Forward, Trash2, Undo2, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { useNoticesStore } from '../../stores/notices-store';
import { personKey, usePeopleStore } from '../../stores/people-store';
import { useSelectionStore } from '../../stores/timeline-selection';
import { compareMessages } from '../../stores/timeline-window';
import { IconButton } from '../../ui/icon-button';
import { momentOf } from '../../ui/time';
import { copyableText } from './content/message-words';
import { abilitiesOf, copyWords, recallMessages } from './message-actions';
import { useMessageOverlay } from './message-overlay';
import './selection-bar.css';

/** Messages one forward takes. */
const mostForwarded = 100;

function Action(props: {
  readonly label: string;
  readonly disabled: boolean;
  readonly testId: string;
  readonly onPress: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className="selection-bar__action"
      disabled={props.disabled}
      onClick={props.onPress}
      data-testid={props.testId}
    >
      {props.children}
      <span className="selection-bar__word">{props.label}</span>
    </button>
  );
}

/** How many messages are chosen and what can be done with all of them. */
export function SelectionBar(props: {
  readonly account: string;
  readonly place: string;
  readonly name: string;
}) {
  const { t, i18n } = useTranslation();
  const { account, place, name } = props;
  const shown = useSelectionStore((state) => state.place === place);
  const chosen = useSelectionStore((state) => state.chosen);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!shown) return;
    const leave = (key: KeyboardEvent): void => {
      if (key.key !== 'Escape' || key.defaultPrevented || useMessageOverlay.getState().overlay !== null)
        return;
      key.preventDefault();
      useSelectionStore.getState().clear();
    };
    const timer = setInterval(() => setNow(Date.now()), 5000);
    const first = setTimeout(() => setNow(Date.now()), 0);
    window.addEventListener('keydown', leave);
    return () => {
      clearInterval(timer);
      clearTimeout(first);
      window.removeEventListener('keydown', leave);
    };
  }, [shown]);
  if (!shown) return null;

  const messages = [...chosen.values()].sort(compareMessages);
  const can = messages.map((message) => abilitiesOf(message, now));
  const none = messages.length === 0;
  const every = (test: (ability: (typeof can)[number]) => boolean): boolean => !none && can.every(test);
  const nameOf = ({ own, sender, conversation }: Message): string => {
    if (own) return t('common.you');
    if (sender === conversation) return name;
    return usePeopleStore.getState().contacts[personKey(account, sender)]?.title ?? sender;
  };
  const copy = (): void => {
    const lines = messages.map((message) => {
      const text = copyableText(message);
      if (messages.length === 1) return text;
      return `[${momentOf(i18n.language, message.sortAt)}] ${nameOf(message)}: ${text}`;
    });
    copyWords(lines.join('\n'), t('messageMenu.copied'));
  };
  const forward = (): void => {
    if (messages.length > mostForwarded)
      useNoticesStore.getState().showInfo(t('selection.tooManyForward', { most: mostForwarded }));
    else useMessageOverlay.getState().show({ kind: 'forward', messages });
  };
  const recall = (): void =>
    void recallMessages(account, messages, {
      recalled: (count) => t('selection.recalledSome', { count }),
      refused: (_reason, count) => t('selection.refusedSome', { count }),
    }).then(useSelectionStore.getState().clear);

  return (
    <div
      className="selection-bar"
      role="toolbar"
      aria-label={t('selection.label')}
      data-testid="selection-bar"
    >
      <IconButton label={t('selection.cancel')} onClick={useSelectionStore.getState().clear}>
        <X size={18} aria-hidden />
      </IconButton>
      <span className="selection-bar__count tabular" role="status" title={t('selection.hint')}>
        {t('selection.count', { count: messages.length })}
      </span>
      <Action
        label={t('selection.forward')}
        disabled={!every(({ forward: yes }) => yes)}
        testId="selection-forward"
        onPress={forward}
      >
        <Forward size={16} aria-hidden />
      </Action>
      <Action
        label={t('selection.copy')}
        disabled={none || !can.some(({ copy: yes }) => yes)}
        testId="selection-copy"
        onPress={copy}
      >
        <Copy size={16} aria-hidden />
      </Action>
      {every(({ recall: yes }) => yes === 'yes') && (
        <Action label={t('selection.recall')} disabled={false} testId="selection-recall" onPress={recall}>
          <Undo2 size={16} aria-hidden />
        </Action>
      )}
      <Action
        label={t('selection.delete')}
        disabled={none}
        testId="selection-delete"
        onPress={() => useMessageOverlay.getState().show({ kind: 'delete', messages })}
      >
        <Trash2 size={16} aria-hidden />
      </Action>
    </div>
  );
}
