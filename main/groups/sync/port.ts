import type { Conversation } from '../../../shared/model/conversation';
import type { GroupRecord } from '../../ports/group-store';

/** What may be read anew of a group. */
export interface Stale {
  readonly record?: boolean;
  readonly members?: boolean;
  readonly settings?: boolean;
  readonly requests?: boolean;
}

/** Everything there is to read. */
export const EVERYTHING: Stale = { record: true, members: true, settings: true, requests: true };

/** Facts about a group that do not come from a group object of the gateway. */
export type GroupFacts = Partial<Omit<GroupRecord, 'group' | 'wireId' | 'messages' | 'events'>>;

/**
 * What this installation knows of its groups, kept true: the records in memory are those on disk, every change of them goes
 * through here. Groups are named by Form A of their id.
 */
export interface GroupSync {
  /** Every group that is kept. */
  records(): readonly GroupRecord[];
  record(group: string): GroupRecord | null;
  /** Stores changed facts and tells them. @throws AunError `group_not_found` for a group that is not kept */
  change(group: string, facts: GroupFacts): Promise<GroupRecord>;
  /**
   * Takes a group object out of an answer or an event (flat, or nested in `group`), and facts known besides; makes the record when
   * there is none. `standing` is what its conversation then is; the default is a request.
   * @throws AunError `protocol_error` where the value names no group
   */
  apply(value: unknown, facts?: GroupFacts, standing?: Conversation['standing']): Promise<GroupRecord>;
  /**
   * Changes what is stored of members, in turn with events and readings of the same group; a list of members that is on its way
   * meanwhile is asked for again.
   */
  changeMembers<T>(group: string, step: () => Promise<T>): Promise<T>;
  /** Reads everything of a group anew. @throws AunError group and gateway errors */
  refresh(group: string): Promise<GroupRecord>;
  /** Reads parts of a group anew in the background, soon, several wishes at once. */
  refreshSoon(group: string, parts: Stale): void;
  /** Reads which groups we are in, and fetches what is new in them. @throws gateway errors */
  refreshList(): Promise<void>;
  /** Fetches messages and events that wait on the gateway, until there are none. @throws AunError group and gateway errors */
  catchUp(group: string): Promise<void>;
  /** We got in by our own doing (made, joined, code, own request approved): accepted, and everything is fetched. */
  joined(group: string): Promise<void>;
  /** We are out, by our own call or by somebody's: keys end their work, the outbox hears of it. */
  left(
    group: string,
    how: { readonly membership: 'left' | 'removed'; readonly by: string | null },
  ): Promise<GroupRecord>;
  /** Forgets a group whose conversation was deleted, with its keys. */
  forget(group: string): Promise<void>;
  /** Tries unreadable messages again, of one group or all. */
  heal(group: string | null): Promise<{ healed: number; remaining: number }>;
}
