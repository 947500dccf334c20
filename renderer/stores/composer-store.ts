import { create } from 'zustand';
import { invoke, reportError, toCommandError, type CommandError } from './bridge';
import { timelineKey, useTimelineStore } from './timeline-store';

/** What is typed in one conversation. */
interface Draft {
  readonly text: string;
  readonly error: CommandError | null;
}

interface ComposerState {
  readonly drafts: Readonly<Record<string, Draft>>;
  /** Puts the stored draft into the field unless something was typed since the start. */
  begin(account: string, conversation: string, stored: string): void;
  /** Takes over what is typed; it is stored a moment later. */
  type(account: string, conversation: string, text: string): void;
  /** Stores what is typed now. */
  flush(account: string, conversation: string): void;
  /** Sends what is typed. The field is empty at once; after a failure the text is back. */
  send(account: string, conversation: string): Promise<void>;
  /** Puts text in front of what is typed (a message taken out of the outbox). */
  putBack(account: string, conversation: string, text: string, error: CommandError | null): void;
  dismissError(account: string, conversation: string): void;
}

/** Rest after the last key before a draft is stored, in ms. */
const draftDelay = 400;
/** Longest draft the store takes, in UTF-16 code units; a longer one stays in memory only. */
const longestDraft = 100_000;

const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Text after something came back: what was typed meanwhile is kept below it. */
export function joinReturned(returned: string, typed: string): string {
  return typed.trim() === '' ? returned : `${returned}\n${typed}`;
}

export const useComposerStore = create<ComposerState>()((set, get) => {
  const put = (key: string, draft: Draft): void =>
    set((state) => ({ drafts: { ...state.drafts, [key]: draft } }));
  const textOf = (key: string): string => get().drafts[key]?.text ?? '';

  const store = (account: string, conversation: string): void => {
    const key = timelineKey(account, conversation);
    clearTimeout(timers.get(key));
    timers.delete(key);
    const text = textOf(key);
    if (text.length > longestDraft) return;
    invoke('conversation.setDraft', { account, conversation, text }).catch(reportError);
  };
  const storeSoon = (account: string, conversation: string): void => {
    const key = timelineKey(account, conversation);
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => store(account, conversation), draftDelay),
    );
  };

  return {
    drafts: {},
    begin: (account, conversation, stored) => {
      const key = timelineKey(account, conversation);
      if (get().drafts[key] === undefined) put(key, { text: stored, error: null });
    },
    type: (account, conversation, text) => {
      const key = timelineKey(account, conversation);
      put(key, { text, error: get().drafts[key]?.error ?? null });
      storeSoon(account, conversation);
    },
    flush: (account, conversation) => {
      if (timers.has(timelineKey(account, conversation))) store(account, conversation);
    },
    send: async (account, conversation) => {
      const key = timelineKey(account, conversation);
      const text = textOf(key).trim();
      if (text === '') return;
      put(key, { text: '', error: null });
      try {
        const requestId = crypto.randomUUID();
        const message = await invoke('message.send', { account, conversation, text, requestId });
        useTimelineStore.getState().merge(account, conversation, [message]);
        // Only now: until the outbox has the text, the stored draft is its only copy on disk.
        store(account, conversation);
      } catch (reason) {
        get().putBack(account, conversation, text, toCommandError(reason));
      }
    },
    putBack: (account, conversation, text, error) => {
      const key = timelineKey(account, conversation);
      put(key, { text: joinReturned(text, textOf(key)), error });
      store(account, conversation);
    },
    dismissError: (account, conversation) => {
      const key = timelineKey(account, conversation);
      put(key, { text: textOf(key), error: null });
    },
  };
});
