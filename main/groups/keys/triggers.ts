import type { MembershipChange } from '../../ports/groups';
import { BoundedMap } from '../../runtime/bounded-map';
import { JOIN_WAIT, JOINER_WAIT } from './limits';

/** What a change of members asks for. */
export interface Reaction {
  /** Look at the group after so many ms and change the key if that is ours to do; null: nothing to look at. */
  readonly lookAfter: number | null;
  /** Whether members who lead nothing may do it, too. */
  readonly membersMayLead: boolean;
  /** Who gets the key of now. */
  readonly backfill: readonly string[];
}

const NOTHING: Reaction = { lookAfter: null, membersMayLead: false, backfill: [] };
/** How long the same occasion, told twice (by the answer to a call and by an event), counts as one. */
const SAME_OCCASION = 10_000;

/** The occasion of a change, as every V1 client tells occasions apart (`protocol/02 §11.1`). */
export function occasionOf(change: MembershipChange): string {
  const { group, action, changed, oldEpoch, eventSeq } = change;
  const aids = [...changed].sort().join(',');
  if (aids !== '' && oldEpoch !== null) return `${group}:${action}:aid:${aids}:epoch:${oldEpoch}`;
  if (eventSeq !== null) return `${group}:${action}:event:${eventSeq}`;
  return `${group}:${action}:aid:${aids || '-'}`;
}

/** What a change of members asks of us (`protocol/02 §11.1`). */
export function reactionTo(change: MembershipChange, own: string): Reaction {
  const mine = change.changed.includes(own);
  const others = change.changed.filter((aid) => aid !== own);
  switch (change.action) {
    case 'member_left':
    case 'member_removed':
      // Whoever left changes no keys any more.
      return mine ? NOTHING : { ...NOTHING, lookAfter: 0 };
    case 'member_added':
    case 'join_approved':
      if (mine) return { ...NOTHING, lookAfter: JOINER_WAIT };
      // Without an epoch nobody can tell whether the key has changed since: the newcomer gets the one of now.
      return { ...NOTHING, lookAfter: 0, backfill: change.oldEpoch === null ? others : [] };
    case 'joined':
    case 'invite_code_used':
      if (mine) return { lookAfter: change.own ? 0 : JOINER_WAIT, membersMayLead: true, backfill: [] };
      return { lookAfter: change.own ? 0 : JOIN_WAIT, membersMayLead: true, backfill: others };
  }
}

/** Tells occasions that were just seen from new ones. */
export class Occasions {
  readonly #seen = new BoundedMap<string, number>(1_000);

  constructor(private readonly monotonic: () => number) {}

  /** Whether an occasion is new; it is known from now on. */
  isNew(occasion: string): boolean {
    const at = this.#seen.get(occasion);
    const now = this.monotonic();
    if (at !== undefined && now - at < SAME_OCCASION) return false;
    this.#seen.set(occasion, now);
    return true;
  }
}
