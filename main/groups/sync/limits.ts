/** Rows of one page of messages or events (`protocol/05 §11`). */
export const GROUP_PAGE = 100;
/** Longest pause between a stored row and its ack, in ms. */
export const GROUP_ACK_MS = 200;
/** Pause before a catch-up that failed is tried again while online, in ms. */
export const GROUP_RETRY_MS = 10_000;
/** Pauses before a hole that a full pull did not fill is asked for again, in ms (`protocol/05 §8.4`). */
export const PROBE_PAUSES_MS: readonly number[] = [0, 1_000, 3_000, 10_000, 30_000, 60_000];
/** So many restarts of one sequence are believed within {@link GROUP_RESET_MS}. */
export const MAX_GROUP_RESETS = 3;
export const GROUP_RESET_MS = 60_000;
/** Groups that are caught up at the same time. */
export const GROUPS_AT_ONCE = 4;
/** A backlog longer than this has its newest page fetched first. */
export const LONG_BACKLOG = 2 * GROUP_PAGE;
/** Pushes of one sequence that wait to be stored; what is more is pulled instead. */
export const MAX_WAITING_PUSHES = 1_000;
/** Groups of one page of `group.list_my` (`protocol/05 §6.0`). */
export const LIST_PAGE = 200;
/** Most pages of it: somebody in more groups is told of the first ones. */
export const LIST_PAGES = 50;
/** Wishes to read a group anew are gathered for so long, in ms. */
export const REFRESH_DELAY_MS = 100;
/** Unreadable messages tried in one go. */
export const GROUP_HEAL_BATCH = 200;
/** How often unreadable messages are tried again while online, in ms. */
export const GROUP_HEAL_MS = 10 * 60_000;
