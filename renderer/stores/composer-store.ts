import { create } from 'zustand';
import type { Conversation } from '../../shared/model/conversation';
import type { Mention } from '../../shared/model/message';
import { invoke, reportError, toCommandError, type CommandError } from './bridge';
import { timelineKey, useTimelineStore } from './timeline-store';

/** What is typed in one conversation. */
export interface Draft {
  readonly text: string;
  /** Message it answers; kept with the stored draft. */
  readonly replyTo: number | null;
  /** Action card whose answer is being written; lives as long as the window. */
  readonly answering: number | null;
  /** Text goes out as Markdown. */
  readonly markdown: boolean;
  readonly error: CommandError | null;
  /** What failed: sending, after which the text is back, or taking in a file. */
  readonly failed: 'send' | 'file';
}

/** What goes out besides what is typed. */
export interface SendExtras {
  readonly mentions?: readonly Mention[];
  readonly attachments?: readonly number[];
  /** Only these files leave (a voice message): what is typed stays in the field. */
  readonly filesOnly?: boolean;
}

interface ComposerState {
  readonly drafts: Readonly<Record<string, Draft>>;
  /** Puts the stored draft into the field unless something was typed since the start. */
  begin(account: string, conversation: string, stored: string, replyTo?: number | null): void;
  /** Takes over what is typed; it is stored a moment later. */
  type(account: string, conversation: string, text: string): void;
  /** Answers a message with what will be typed; null takes the answer away. Leaves answering a card. */
  reply(account: string, conversation: string, messageId: number | null): void;
  /** The next message is the typed answer to an action card (`compose` button); null leaves that. */
  beginAnswer(account: string, conversation: string, messageId: number | null): void;
  setMarkdown(account: string, conversation: string, markdown: boolean): void;
  /** Stores what is typed now. */
  flush(account: string, conversation: string): void;
  /** Sends what is typed. The field is empty at once; after a failure the text is back. Resolves to whether it is in the outbox. */
  send(account: string, conversation: string, extras?: SendExtras): Promise<boolean>;
  /** Puts text in front of what is typed (a message taken out of the outbox). */
  putBack(account: string, conversation: string, text: string, error: CommandError | null): void;
  /** Shows above the field why a file could not be taken in. */
  fail(account: string, conversation: string, error: CommandError): void;
  dismissError(account: string, conversation: string): void;
}

/** Rest after the last key before a draft is stored, in ms. */
const draftDelay = 400;
/** Longest draft the store takes, in UTF-16 code units; a longer one stays in memory only. */
const longestDraft = 100_000;

interface Waiting {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly store: () => Promise<unknown>;
}

/** Drafts that are not stored yet. */
const timers = new Map<string, Waiting>();

/** Stores every draft that is not stored yet: the window will be closed. */
export async function storeDrafts(): Promise<void> {
  await Promise.all([...timers.values()].map(({ store }) => store()));
}

export const emptyDraft: Draft = {
  text: '',
  replyTo: null,
  answering: null,
  markdown: false,
  error: null,
  failed: 'send',
};

/** Text after something came back: what was typed meanwhile is kept below it. */
export function joinReturned(returned: string, typed: string): string {
  if (returned === '') return typed;
  return typed.trim() === '' ? returned : `${returned}\n${typed}`;
}

export const useComposerStore = create<ComposerState>()((set, get) => {
  const draftOf = (key: string): Draft => get().drafts[key] ?? emptyDraft;
  const put = (key: string, change: Partial<Draft>): void =>
    set((state) => ({
      drafts: { ...state.drafts, [key]: { ...(state.drafts[key] ?? emptyDraft), ...change } },
    }));

  const store = (account: string, conversation: string): Promise<unknown> => {
    const key = timelineKey(account, conversation);
    clearTimeout(timers.get(key)?.timer);
    timers.delete(key);
    const { text, replyTo } = draftOf(key);
    if (text.length > longestDraft) return Promise.resolve();
    return invoke('conversation.setDraft', { account, conversation, text, replyTo }).catch(reportError);
  };
  const storeSoon = (account: string, conversation: string): void => {
    const key = timelineKey(account, conversation);
    clearTimeout(timers.get(key)?.timer);
    const now = (): Promise<unknown> => store(account, conversation);
    timers.set(key, { timer: setTimeout(() => void now(), draftDelay), store: now });
  };

  return {
    drafts: {},
    begin: (account, conversation, stored, replyTo = null) => {
      const key = timelineKey(account, conversation);
      if (get().drafts[key] === undefined) put(key, { text: stored, replyTo });
    },
    type: (account, conversation, text) => {
      put(timelineKey(account, conversation), { text });
      storeSoon(account, conversation);
    },
    reply: (account, conversation, replyTo) => {
      put(timelineKey(account, conversation), { replyTo, answering: null });
      void store(account, conversation);
    },
    beginAnswer: (account, conversation, answering) => put(timelineKey(account, conversation), { answering }),
    setMarkdown: (account, conversation, markdown) => put(timelineKey(account, conversation), { markdown }),
    flush: (account, conversation) => {
      if (timers.has(timelineKey(account, conversation))) void store(account, conversation);
    },
    send: async (account, conversation, { mentions = [], attachments = [], filesOnly = false } = {}) => {
      const key = timelineKey(account, conversation);
      const { text: typed, replyTo, answering, markdown } = draftOf(key);
      const text = filesOnly ? '' : typed.trim();
      if (text === '' && attachments.length === 0) return false;
      put(key, { text: filesOnly ? typed : '', replyTo: null, answering: null, error: null });
      try {
        const message = await invoke('message.send', {
          account,
          conversation,
          text,
          requestId: crypto.randomUUID(),
          ...(markdown && text !== '' ? { markdown } : {}),
          ...(mentions.length === 0 ? {} : { mentions: [...mentions] }),
          ...(replyTo === null ? {} : { replyTo }),
          ...(attachments.length === 0 ? {} : { attachments: [...attachments] }),
          ...(answering === null ? {} : { answering }),
        });
        useTimelineStore.getState().merge(account, conversation, [message]);
        // Only now: until the outbox has the text, the stored draft is its only copy on disk.
        void store(account, conversation);
        return true;
      } catch (reason) {
        const now = draftOf(key);
        // What it answered comes back with it, unless the user has chosen something else to answer meanwhile.
        if (now.replyTo === null && now.answering === null) put(key, { replyTo, answering });
        get().putBack(account, conversation, text, toCommandError(reason));
        return false;
      }
    },
    putBack: (account, conversation, text, error) => {
      const key = timelineKey(account, conversation);
      put(key, { text: joinReturned(text, draftOf(key).text), error, failed: 'send' });
      void store(account, conversation);
    },
    fail: (account, conversation, error) =>
      put(timelineKey(account, conversation), { error, failed: 'file' }),
    dismissError: (account, conversation) => put(timelineKey(account, conversation), { error: null }),
  };
});

/** What is typed in a conversation. */
export function useDraft(account: string, conversation: string): Draft {
  return useComposerStore((state) => state.drafts[timelineKey(account, conversation)] ?? emptyDraft);
}

/** Puts the stored draft of a conversation into its field. */
export function beginDraft(
  account: string,
  row: Pick<Conversation, 'conversation' | 'draft' | 'draftReply'>,
): void {
  useComposerStore.getState().begin(account, row.conversation, row.draft, row.draftReply);
}
