/** Rows of one pull page: small enough that parsing it stays within a frame of the main loop. */
export const PULL_PAGE = 100;
/** Longest pause between a stored row and its ack, in ms (`protocol/04 §5.8`). */
export const ACK_DELAY_MS = 200;
/** Pause before a catch-up that failed is tried again while online, in ms. */
export const CATCH_UP_RETRY_MS = 10_000;
/** Pause before a message whose recipient has no keys is tried again, in ms. */
export const KEYS_RETRY_MS = 60_000;
/** Pause before a message whose recipient's keys must not be used is tried again, in ms; accepting them wakes it at once. */
export const TRUST_RETRY_MS = 10 * 60_000;
/** How often unreadable messages are tried again while online, in ms. */
export const HEAL_PERIOD_MS = 10 * 60_000;
/** Unreadable messages tried in one go. */
export const HEAL_BATCH = 200;
/** Largest payload the gateway takes, in bytes (`protocol/04 §7`). */
export const MAX_PAYLOAD_BYTES = 1_048_576;
/** Room for the envelope around one copy of the text, in bytes. */
export const ENVELOPE_ROOM_BYTES = 8_192;
/** Room for the references of one file and its small picture, in bytes of base64. */
export const REFERENCE_ROOM_BYTES = 6_144;

/** Outbox back-off in ms before try number `attempts` + 1: 1, 2, 4 … 64 s, plus up to a quarter of jitter (`protocol/04 §7.3`). */
export function outboxBackoff(attempts: number, unit: number): number {
  const base = 1_000 * 2 ** Math.min(6, Math.max(0, attempts - 1));
  return Math.round(base * (1 + unit / 4));
}

/** Pause before the outbox goes on after the database refused a write, in ms. */
export const STORE_RETRY_MS = 5_000;

/** A second restart of the gateway's counters is believed no sooner than this after the first, in ms. */
export const RESET_PAUSE_MS = 60_000;

/** So many restarts are believed within {@link RESET_PAUSE_MS} where it is the gateway's own numbers that tell of them. */
export const MAX_RESETS = 5;

/** Pause before a message into a group that is suspended, or where we are muted, is tried again, in ms; the end of it wakes it. */
export const GROUP_STOPPED_MS = 60_000;

const SECURING_DELAYS_MS: readonly number[] = [200, 500, 1_000, 2_000, 5_000, 10_000];

/** Pause while the key of a group is being changed, in ms (`protocol/05 §9.4`): short at first, a new key comes within a second. */
export function securingDelay(attempts: number): number {
  return SECURING_DELAYS_MS[Math.min(Math.max(0, attempts), SECURING_DELAYS_MS.length - 1)] ?? 10_000;
}
