/*
 * Times of the work with group keys, ms. Where `protocol/02` names one it is that; the others are ours and compatible.
 */

/** Pauses before the second and third try to hand a key to somebody (`protocol/02 §11.3`). */
export const DISTRIBUTION_PAUSES = [1_000, 2_000] as const;
/** Pauses before the second and third try to make the first key (`protocol/02 §11.3`). */
export const CREATION_PAUSES = [500, 1_000] as const;
/** How long a rotation is ours; it is extended when the last sign of life is older than {@link HEARTBEAT_AFTER}. */
export const LEASE = 120_000;
export const HEARTBEAT_AFTER = 20_000;
/** Wait of those who are not first in line: this plus up to {@link CANDIDATE_SPREAD} (`protocol/02 §11.2`). */
export const CANDIDATE_WAIT = 2_000;
export const CANDIDATE_SPREAD = 4_000;
/** After a join by code or into an open group: members, and whoever joined (`protocol/02 §11.1`). */
export const JOIN_WAIT = 3_000;
export const JOINER_WAIT = 6_000;
/** Try again after a refusal that will pass, plus up to {@link RETRY_SPREAD}; never later than {@link RETRY_MOST}. */
export const RETRY_WAIT = 5_000;
export const RETRY_SPREAD = 2_000;
export const RETRY_MOST = 300_000;
/** Tries after which the wait doubles each time. */
export const RETRIES_AT_ONCE = 5;
/** How long an answer to our request is waited for, and for a new epoch before sending (`protocol/02 §9`, §10.3). */
export const ANSWER_WAIT = 5_000;
export const POLL_PERIOD = 150;
/** One answer to, and one question of, the same person about the same epoch in this time (`protocol/02 §10.3`). */
export const ASK_PERIOD = 30_000;
/** Answers to one person in {@link ASK_PERIOD}, whatever the epochs. */
export const ANSWERS_MOST = 8;
/** How long we remember what we asked. Holders may be away for days, but then they answer a later question. */
export const REQUEST_AGE = 86_400_000;
/** Pauses between rounds of looking for a missing key. */
export const RECOVERY_PAUSES = [5_000, 10_000, 30_000, 60_000, 120_000, 300_000] as const;
/** Rounds for a key that only old messages need; the committed one is looked for without end. */
export const RECOVERY_ROUNDS = 8;
/** People asked in one round. */
export const ASKED_AT_ONCE = 5;
/** How long the last look at a group is good enough for sending; any sign of a change ends it earlier. */
export const LOOK_AGE = 5_000;
/** How long a departure is given to be answered with a new key before the old one is used further. */
export const DEPARTURE_GRACE = 6_000;
/**
 * When a key that is not committed yet is asked about again: nothing tells members that it was. A group of {@link SETTLE_CROWD}
 * waits twice as long, so that not everybody asks at once.
 */
export const SETTLE_PAUSES = [500, 1_500, 4_000, 10_000, 30_000, 60_000] as const;
export const SETTLE_CROWD = 50;
/** How long a control message that cannot be handled for lack of a network or a certificate is kept. */
export const CONTROL_AGE = 3 * 86_400_000;
export const CONTROL_RETRY = 10_000;
/** Keys handed out at the same time. */
export const HANDED_AT_ONCE = 6;
