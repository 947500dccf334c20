import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { invoke, reportError, toCommandError } from '../../stores/bridge';
import { useComposerStore } from '../../stores/composer-store';
import { useNoticesStore } from '../../stores/notices-store';
import { useSelectionStore } from '../../stores/timeline-selection';
import { timelineKey } from '../../stores/timeline-store';
import { canForward, copyableText, isWritten } from './content/message-words';
import { askAndSave } from './content/use-attachment';
import { useMessageOverlay } from './message-overlay';

/** Own messages can be taken back this long after they were sent, in ms (`protocol/04 §3.4`). */
export const recallTime = 120_000;

/** What can be done with a message now. */
export interface Abilities {
  readonly reply: boolean;
  readonly copy: boolean;
  readonly forward: boolean;
  readonly save: boolean;
  /** `late`: it was possible, and is not any more. */
  readonly recall: 'yes' | 'late' | 'no';
}

/** What can be done with a message at a moment. */
export function abilitiesOf(message: Message, now: number): Abilities {
  const { content, state, own } = message;
  const left = state === 'sent' || state === 'delivered';
  const written = isWritten(content) && content.kind !== 'undecryptable';
  return {
    reply: written && content.kind !== 'vote' && (!own || left),
    copy: copyableText(message) !== '',
    forward: canForward(message) && (!own || left),
    save: content.kind === 'media' && message.attachments.some(({ state: at }) => at !== 'gone'),
    recall:
      !own || content.kind === 'recalled' || content.kind === 'notice' || state === 'failed'
        ? 'no'
        : !left || now - message.sortAt < recallTime
          ? 'yes'
          : 'late',
  };
}

/** Takes messages back and says what became of it. */
export async function recallMessages(
  account: string,
  messages: readonly Message[],
  words: {
    readonly recalled: (count: number) => string;
    readonly refused: (
      reason: 'too_late' | 'not_own' | 'not_found' | 'already_recalled' | 'refused',
      count: number,
    ) => string;
  },
): Promise<void> {
  const { showInfo, showError } = useNoticesStore.getState();
  try {
    const { recalled, refused } = await invoke('message.recall', {
      account,
      ids: messages.map(({ id }) => id),
    });
    if (recalled.length > 0) showInfo(words.recalled(recalled.length));
    const [first] = refused;
    if (first !== undefined) showInfo(words.refused(first.reason, refused.length));
  } catch (reason) {
    showError(toCommandError(reason));
  }
}

/** Puts a text on the clipboard and says so. */
export function copyWords(text: string, copied: string): void {
  navigator.clipboard.writeText(text).then(() => useNoticesStore.getState().showInfo(copied), reportError);
}

/** The actions on one message, with their words. */
export function useMessageActions(account: string) {
  const { t } = useTranslation();
  const show = useMessageOverlay.getState().show;
  return {
    reply: (message: Message) => useComposerStore.getState().reply(account, message.conversation, message.id),
    copy: (message: Message) => copyWords(copyableText(message), t('messageMenu.copied')),
    copyLink: (link: string) => copyWords(link, t('messageMenu.copied')),
    forward: (message: Message) => show({ kind: 'forward', messages: [message] }),
    save: (message: Message) => {
      const files = message.attachments.filter(({ role, state }) => role === 'main' && state !== 'gone');
      void files.reduce(
        (before, file) => before.then(() => askAndSave(account, message, file, t('content.saved'))),
        Promise.resolve(),
      );
    },
    select: (message: Message) =>
      useSelectionStore.getState().begin(timelineKey(account, message.conversation), message),
    details: (message: Message) => show({ kind: 'details', message }),
    raw: (message: Message) => show({ kind: 'raw', message }),
    remove: (message: Message) => show({ kind: 'delete', messages: [message] }),
    recall: (message: Message) =>
      void recallMessages(account, [message], {
        recalled: () => t('messageMenu.recalled'),
        refused: (reason) => t(`messageMenu.recallRefused_${reason}`),
      }),
    more: (message: Message, x: number, y: number, link: string | null) =>
      show({ kind: 'menu', message, x, y, link }),
  };
}
