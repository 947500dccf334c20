import type { Message } from '../../shared/model/message';

/**
 * The part of a conversation that the window holds: an unbroken stretch of messages in timeline order, with a note at
 * each end whether more exist. Pure functions; the store applies them.
 */
export interface TimelineWindow {
  /** Ascending by (sortAt, id). */
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /**
   * The last change added or removed rows at the start: the view keeps its place counted from the end.
   * False after every other change.
   */
  readonly shift: boolean;
}

export interface TimelinePage {
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** Above this many messages the far end is dropped … */
export const windowLimit = 480;
/** … until this many are left. */
export const windowKeep = 300;

/** Order of a timeline. */
export function compareMessages(first: Message, second: Message): number {
  return first.sortAt - second.sortAt || first.id - second.id;
}

/** Merges by id, later argument wins, and sorts. */
export function mergeMessages(first: readonly Message[], second: readonly Message[]): readonly Message[] {
  const byId = new Map(first.map((message) => [message.id, message]));
  for (const message of second) byId.set(message.id, message);
  return [...byId.values()].sort(compareMessages);
}

/** A fresh window from one page. */
export function windowFromPage(page: TimelinePage): TimelineWindow {
  return { ...page, messages: mergeMessages([], page.messages), shift: false };
}

/** Adds a page of older messages at the start. */
export function prependPage(window: TimelineWindow, page: TimelinePage): TimelineWindow {
  // What the window holds may have changed since the page was read.
  const messages = mergeMessages(page.messages, window.messages);
  return { messages, hasOlder: page.hasOlder, hasNewer: window.hasNewer, shift: true };
}

/** Adds a page of newer messages at the end. */
export function appendPage(window: TimelineWindow, page: TimelinePage): TimelineWindow {
  const messages = mergeMessages(page.messages, window.messages);
  return { messages, hasOlder: window.hasOlder, hasNewer: page.hasNewer, shift: false };
}

function belongs(window: TimelineWindow, message: Message): boolean {
  const first = window.messages[0];
  const last = window.messages.at(-1);
  if (first === undefined || last === undefined) return !window.hasOlder && !window.hasNewer;
  if (compareMessages(message, first) < 0) return !window.hasOlder;
  if (compareMessages(message, last) > 0) return !window.hasNewer;
  return true;
}

/**
 * Takes over changed and new messages. A message outside the stretch is left out (a later page brings it); one that
 * moved out of it is removed.
 */
export function applyMessages(window: TimelineWindow, changed: readonly Message[]): TimelineWindow {
  const ids = new Set(changed.map((message) => message.id));
  const rest = window.messages.filter((message) => !ids.has(message.id));
  const untouched = rest.length === window.messages.length;
  const basis: TimelineWindow = rest.length > 0 ? { ...window, messages: rest } : window;
  const accepted = changed.filter((message) => belongs(basis, message));
  if (untouched && accepted.length === 0) return window;
  return { ...window, messages: mergeMessages(rest, accepted), shift: false };
}

/** Takes messages out. */
export function removeMessages(window: TimelineWindow, ids: readonly number[]): TimelineWindow {
  const gone = new Set(ids);
  const messages = window.messages.filter((message) => !gone.has(message.id));
  return messages.length === window.messages.length ? window : { ...window, messages, shift: false };
}

/** Drops what is far from the end the reader is at. */
export function trimWindow(window: TimelineWindow, keep: 'start' | 'end'): TimelineWindow {
  const { messages } = window;
  if (messages.length <= windowLimit) return window;
  if (keep === 'start') {
    return { ...window, messages: messages.slice(0, windowKeep), hasNewer: true, shift: false };
  }
  return { ...window, messages: messages.slice(-windowKeep), hasOlder: true, shift: true };
}
