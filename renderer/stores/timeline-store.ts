import { create } from 'zustand';
import type { BridgeEvent, CommandParams } from '../../shared/bridge/contract';
import type { Attachment } from '../../shared/model/attachment';
import type { Message } from '../../shared/model/message';
import { invoke, toCommandError, type CommandError } from './bridge';
import {
  appendPage,
  applyMessages,
  prependPage,
  removeMessages,
  trimWindow,
  windowFromPage,
  type TimelinePage,
  type TimelineWindow,
} from './timeline-window';

/** Messages in one page. */
const pageSize = 60;
/** Timelines kept in memory, so that going back and forth is instant. */
const keptTimelines = 6;

/** A timeline as the view shows it. */
export interface Timeline {
  readonly window: TimelineWindow | null;
  readonly loading: 'first' | 'older' | 'newer' | null;
  readonly error: CommandError | null;
  /** Message to bring into view; `nonce` makes a repeated jump to the same message a new one. */
  readonly target: { readonly id: number; readonly nonce: number } | null;
  /** The "new messages" line stands after this message id; null without a line. */
  readonly readUpTo: number | null;
  /** Count of fresh loads: the view starts anew at the end (or at the target) when it changes. */
  readonly generation: number;
}

interface TimelineState {
  /** By {@link timelineKey}; the least recently opened first. */
  readonly timelines: Readonly<Record<string, Timeline>>;
  /** Shows a conversation at its end, or at the first unread message when many are unread. */
  open(account: string, conversation: string, unread: number, readUpTo: number): Promise<void>;
  /** Shows the surroundings of one message. */
  openAround(account: string, conversation: string, id: number): Promise<void>;
  /** Shows the first message from a moment on (Unix ms); resolves to whether there is one. */
  openAt(account: string, conversation: string, at: number): Promise<boolean>;
  /** Goes to the newest messages. */
  toEnd(account: string, conversation: string): Promise<void>;
  loadOlder(account: string, conversation: string): Promise<void>;
  loadNewer(account: string, conversation: string): Promise<void>;
  /** Drops what is far from where the reader is. */
  trim(account: string, conversation: string, keep: 'start' | 'end'): void;
  /** Takes over messages a command returned; the event for them may come before or after. */
  merge(account: string, conversation: string, messages: readonly Message[]): void;
  /** Takes over an attachment a command returned. */
  mergeAttachment(account: string, conversation: string, id: number, attachment: Attachment): void;
  /** A message by its id on the wire, where it is in the window. */
  find(account: string, conversation: string, messageId: string): Message | null;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Key of a timeline. */
export function timelineKey(account: string, conversation: string): string {
  return `${account} ${conversation}`;
}

const fresh: Timeline = {
  window: null,
  loading: 'first',
  error: null,
  target: null,
  readUpTo: null,
  generation: 0,
};

/** What happened while a page was on its way; it is newer than the page. */
interface PendingPage {
  readonly key: string;
  readonly messages: Message[];
  readonly removed: Set<number>;
}
const pending = new Set<PendingPage>();

/** Reads a page together with the changes that overtook it, and without what was taken out meanwhile. */
async function readPage(
  params: CommandParams<'message.page'>,
): Promise<{ page: TimelinePage; overtaking: readonly Message[] }> {
  const key = timelineKey(params.account, params.conversation);
  const request: PendingPage = { key, messages: [], removed: new Set() };
  pending.add(request);
  try {
    const page = await invoke('message.page', { ...params, limit: pageSize });
    const left = (message: Message): boolean => !request.removed.has(message.id);
    return {
      page: { ...page, messages: page.messages.filter(left) },
      overtaking: request.messages.filter(left),
    };
  } finally {
    pending.delete(request);
  }
}

export const useTimelineStore = create<TimelineState>()((set, get) => {
  const change = (key: string, patch: (timeline: Timeline) => Timeline): void =>
    set((state) => {
      const timeline = state.timelines[key];
      return timeline === undefined ? state : { timelines: { ...state.timelines, [key]: patch(timeline) } };
    });

  const begin = (key: string): void =>
    set((state) => {
      const { [key]: previous = fresh, ...others } = state.timelines;
      const kept = Object.entries(others).slice(-(keptTimelines - 1));
      return {
        timelines: { ...Object.fromEntries(kept), [key]: { ...previous, loading: 'first', error: null } },
      };
    });

  const loadFresh = async (
    params: CommandParams<'message.page'>,
    patch: (timeline: Timeline, page: TimelinePage) => Partial<Timeline>,
  ): Promise<void> => {
    const key = timelineKey(params.account, params.conversation);
    begin(key);
    try {
      const { page, overtaking } = await readPage(params);
      change(key, (timeline) => ({
        ...timeline,
        window: applyMessages(windowFromPage(page), overtaking),
        loading: null,
        generation: timeline.generation + 1,
        ...patch(timeline, page),
      }));
    } catch (reason) {
      change(key, (timeline) => ({ ...timeline, loading: null, error: toCommandError(reason) }));
    }
  };

  const extend = async (account: string, conversation: string, side: 'older' | 'newer'): Promise<void> => {
    const key = timelineKey(account, conversation);
    const timeline = get().timelines[key];
    const window = timeline?.window;
    if (!timeline || !window || timeline.loading !== null) return;
    const edge = side === 'older' ? window.messages[0] : window.messages.at(-1);
    if (edge === undefined || !(side === 'older' ? window.hasOlder : window.hasNewer)) return;
    change(key, (current) => ({ ...current, loading: side, error: null }));
    const position = { sortAt: edge.sortAt, id: edge.id };
    const place = side === 'older' ? { before: position } : { after: position };
    const join = (held: TimelineWindow, page: TimelinePage): TimelineWindow =>
      side === 'older' ? prependPage(held, page) : appendPage(held, page);
    try {
      const { page, overtaking } = await readPage({ account, conversation, ...place });
      change(key, (current) => {
        const loading = current.loading === side ? null : current.loading;
        if (current.generation !== timeline.generation || !current.window) return { ...current, loading };
        const joined = join(current.window, page);
        // The view counts from the end after a prepend, so its row count must not change otherwise in this step.
        const known = new Set(joined.messages.map((message) => message.id));
        const changed = applyMessages(
          joined,
          overtaking.filter((message) => known.has(message.id)),
        );
        return { ...current, window: { ...changed, shift: joined.shift }, loading };
      });
    } catch (reason) {
      change(key, (current) => ({ ...current, loading: null, error: toCommandError(reason) }));
    }
  };

  const mergeInto = (
    timelines: Record<string, Timeline>,
    key: string,
    messages: readonly Message[],
  ): void => {
    for (const request of pending) {
      if (request.key !== key) continue;
      request.messages.push(...messages);
      for (const { id } of messages) request.removed.delete(id);
    }
    const timeline = timelines[key];
    if (!timeline?.window) return;
    const window = applyMessages(timeline.window, messages);
    if (window !== timeline.window) timelines[key] = { ...timeline, window };
  };

  return {
    timelines: {},
    open: async (account, conversation, unread, readUpTo) => {
      const key = timelineKey(account, conversation);
      const known = get().timelines[key];
      const line = unread > 0 && readUpTo > 0 ? readUpTo : null;
      if (known?.window && !known.window.hasNewer && known.loading !== 'first') {
        // Kept current by events all the time: nothing to load.
        change(key, (timeline) => ({
          ...timeline,
          target: null,
          readUpTo: line,
          generation: timeline.generation + 1,
        }));
        return;
      }
      const around = line !== null && unread > pageSize / 2 ? { around: line } : {};
      await loadFresh({ account, conversation, ...around }, () => ({ target: null, readUpTo: line }));
    },
    openAround: async (account, conversation, id) => {
      const key = timelineKey(account, conversation);
      const target = (timeline: Timeline): Timeline['target'] => ({
        id,
        nonce: (timeline.target?.nonce ?? 0) + 1,
      });
      if (get().timelines[key]?.window?.messages.some((message) => message.id === id)) {
        change(key, (timeline) => ({ ...timeline, target: target(timeline) }));
        return;
      }
      await loadFresh({ account, conversation, around: id }, (timeline) => ({ target: target(timeline) }));
    },
    openAt: async (account, conversation, at) => {
      const key = timelineKey(account, conversation);
      const result = { found: false };
      await loadFresh({ account, conversation, at }, (timeline, page) => {
        const first = page.messages.find((message) => message.sortAt >= at);
        result.found = first !== undefined;
        return {
          target: first === undefined ? null : { id: first.id, nonce: (timeline.target?.nonce ?? 0) + 1 },
        };
      });
      return result.found && get().timelines[key]?.error === null;
    },
    toEnd: async (account, conversation) => {
      const window = get().timelines[timelineKey(account, conversation)]?.window;
      if (window && !window.hasNewer) return;
      await loadFresh({ account, conversation }, () => ({ target: null }));
    },
    loadOlder: (account, conversation) => extend(account, conversation, 'older'),
    loadNewer: (account, conversation) => extend(account, conversation, 'newer'),
    trim: (account, conversation, keep) =>
      change(timelineKey(account, conversation), (timeline) => ({
        ...timeline,
        window: timeline.window && trimWindow(timeline.window, keep),
      })),
    merge: (account, conversation, messages) =>
      set((state) => {
        const timelines = { ...state.timelines };
        mergeInto(timelines, timelineKey(account, conversation), messages);
        return { timelines };
      }),
    mergeAttachment: (account, conversation, id, attachment) => {
      const { messages } = get().timelines[timelineKey(account, conversation)]?.window ?? { messages: [] };
      const message = messages.find((candidate) => candidate.id === id);
      if (message === undefined) return;
      const attachments = message.attachments.map((each) => (each.id === attachment.id ? attachment : each));
      get().merge(account, conversation, [{ ...message, attachments }]);
    },
    find: (account, conversation, messageId) =>
      get().timelines[timelineKey(account, conversation)]?.window?.messages.find(
        (message) => message.messageId === messageId,
      ) ?? null,
    applyBatch: (batch) => {
      const relevant = batch.filter(
        ({ event }) => event === 'message.changed' || event === 'message.removed',
      );
      if (relevant.length === 0) return;
      set((state) => {
        const timelines = { ...state.timelines };
        for (const { event, data } of relevant) {
          if (event === 'message.changed') {
            mergeInto(timelines, timelineKey(data.account, data.conversation), data.messages);
          } else if (event === 'message.removed') {
            const key = timelineKey(data.account, data.conversation);
            for (const request of pending)
              if (request.key === key) for (const id of data.ids) request.removed.add(id);
            const timeline = timelines[key];
            if (timeline?.window)
              timelines[key] = { ...timeline, window: removeMessages(timeline.window, data.ids) };
          }
        }
        return { timelines };
      });
    },
  };
});
