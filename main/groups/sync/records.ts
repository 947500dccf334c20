import type { Conversation } from '../../../shared/model/conversation';
import type {
  GroupCursor,
  GroupEventRecord,
  GroupMemberRecord,
  GroupReader,
  GroupRecord,
  GroupWriter,
} from '../../ports/group-store';
import type { InboundRecord, StoreChange } from '../../ports/store-records';
import { AunError } from '../../runtime/errors';
import type { GroupWire } from '../wire';
import type { GroupFacts } from './port';

/** The part of the store that keeps groups. */
export type GroupShelf = GroupReader & GroupWriter;

/** What the records of an account work with. */
export interface GroupRecordsParts {
  readonly store: GroupShelf;
  readonly publish: (change: StoreChange) => void;
  /** A record is different from before, on disk. */
  readonly changed: (group: string, before: GroupRecord | null) => void;
}

const START: GroupCursor = { contiguous: 0, acknowledged: 0, joined: 0 };

/** A group of which only the name is known. */
export function newRecord(group: string, wireId: string): GroupRecord {
  return {
    group,
    wireId,
    aid: null,
    name: '',
    description: '',
    pictureRef: '',
    picture: null,
    visibility: 'private',
    status: 'active',
    membership: 'none',
    role: null,
    owner: null,
    memberCount: 0,
    joinMode: 'unknown',
    joinQuestion: '',
    dispatchMode: 'broadcast',
    duty: [],
    announcement: null,
    announcementSeen: true,
    rules: null,
    rulesSeen: true,
    allowMemberInvite: false,
    maxMembers: null,
    mutedUntil: null,
    muteReason: '',
    requests: 0,
    addedBy: null,
    joinedAt: null,
    requestedAt: null,
    requestExpiresAt: null,
    rejection: null,
    removedBy: null,
    protocol: '',
    committedEpoch: 0,
    messages: START,
    events: START,
  };
}

/** The facts a group object tells; what it leaves out stays as it was. */
export function factsOf(wire: GroupWire): GroupFacts {
  return {
    ...(wire.aid === null ? {} : { aid: wire.aid }),
    ...(wire.name === null || wire.name === '' ? {} : { name: wire.name }),
    ...(wire.description === null ? {} : { description: wire.description }),
    ...(wire.pictureRef === null ? {} : { pictureRef: wire.pictureRef }),
    ...(wire.visibility === null ? {} : { visibility: wire.visibility }),
    ...(wire.status === null ? {} : { status: wire.status }),
    ...(wire.role === null ? {} : { role: wire.role }),
    ...(wire.owner === null ? {} : { owner: wire.owner }),
    ...(wire.memberCount === null ? {} : { memberCount: wire.memberCount }),
    ...(wire.joinMode === null ? {} : { joinMode: wire.joinMode }),
    ...(wire.joinQuestion === null ? {} : { joinQuestion: wire.joinQuestion }),
    ...(wire.dispatchMode === null ? {} : { dispatchMode: wire.dispatchMode }),
    ...(wire.requests === null ? {} : { requests: wire.requests }),
    ...(wire.protocol === null ? {} : { protocol: wire.protocol }),
    ...(wire.epoch === null ? {} : { committedEpoch: wire.epoch }),
  };
}

/** Another picture than the one that was fetched: that one is not shown any longer. */
function withPicture(before: GroupRecord, facts: GroupFacts): GroupFacts {
  const { pictureRef, picture } = facts;
  const isOther = pictureRef !== undefined && pictureRef !== before.pictureRef;
  return isOther && picture === undefined ? { ...facts, picture: null } : facts;
}

/**
 * The groups of one account as they are on disk. Writes about one group run one after the other, each on what the one before
 * left, so that no stale copy ever overwrites a newer fact or a cursor.
 */
export class GroupRecords {
  private readonly held = new Map<string, GroupRecord>();
  private readonly lanes = new Map<string, Promise<unknown>>();
  /** How often something was told about who is in a group. */
  private readonly told = new Map<string, number>();

  constructor(private readonly parts: GroupRecordsParts) {}

  async load(): Promise<void> {
    for (const record of await this.parts.store.groups()) this.held.set(record.group, record);
  }

  all(): readonly GroupRecord[] {
    return [...this.held.values()];
  }

  get(group: string): GroupRecord | null {
    return this.held.get(group) ?? null;
  }

  /** @throws AunError `group_not_found` */
  require(group: string): GroupRecord {
    const record = this.held.get(group);
    if (record === undefined) throw new AunError('group_not_found', 'this group is not kept here');
    return record;
  }

  /**
   * Stores the facts that are different now; a function is asked on what is on disk then. `standing` is set on the conversation
   * even where nothing else changed.
   */
  change(
    group: string,
    facts: GroupFacts | ((before: GroupRecord) => GroupFacts),
    standing?: Conversation['standing'],
    wireId?: string,
  ): Promise<GroupRecord> {
    return this.inTurn(group, async () => {
      const before = this.held.get(group) ?? null;
      if (before === null && wireId === undefined) return this.require(group);
      const base = before ?? newRecord(group, wireId ?? group);
      const told = withPicture(base, typeof facts === 'function' ? facts(base) : facts);
      const after: GroupRecord = { ...base, ...(wireId === undefined ? {} : { wireId }), ...told };
      const isSame = before !== null && JSON.stringify(before) === JSON.stringify(after);
      if (isSame && standing === undefined) return before;
      const change = await this.parts.store.saveGroup(after, standing);
      this.held.set(group, after);
      this.parts.publish(change);
      if (!isSame) this.parts.changed(group, before);
      return after;
    });
  }

  /** Stores messages together with where the group's numbers stand then; null leaves them. */
  commitMessages(
    group: string,
    records: readonly InboundRecord[],
    cursor: GroupCursor | null,
  ): Promise<StoreChange> {
    return this.inTurn(group, async () => {
      this.require(group);
      const change = await this.parts.store.commitGroupMessages(group, records, cursor);
      if (cursor !== null) this.place(group, 'messages', cursor);
      this.parts.publish(change);
      return change;
    });
  }

  /** Stores events together with where their numbers stand then; answers which were new. */
  commitEvents(
    group: string,
    events: readonly GroupEventRecord[],
    cursor: GroupCursor | null,
  ): Promise<readonly number[]> {
    return this.inTurn(group, async () => {
      this.require(group);
      const { change, fresh } = await this.parts.store.commitGroupEvents(group, events, cursor);
      if (cursor !== null) this.place(group, 'events', cursor);
      this.parts.publish(change);
      return fresh;
    });
  }

  setCursor(group: string, which: 'messages' | 'events', cursor: GroupCursor): Promise<void> {
    return this.inTurn(group, async () => {
      this.require(group);
      await this.parts.store.setGroupCursor(group, which, cursor);
      this.place(group, which, cursor);
    });
  }

  /**
   * Numbers started again, or we joined anew: one sequence begins after what we may see, the other from the start; what is
   * stored stays.
   */
  forgetNumbers(group: string, which: 'messages' | 'events', joined: number): Promise<void> {
    return this.inTurn(group, async () => {
      this.require(group);
      await this.parts.store.forgetGroupNumbers(group);
      this.place(group, 'messages', START);
      this.place(group, 'events', START);
      const cursor = { contiguous: joined, acknowledged: joined, joined };
      await this.parts.store.setGroupCursor(group, which, cursor);
      this.place(group, which, cursor);
    });
  }

  /** Grows with everything that is told about the members of a group: a list asked for before is an old one then. */
  memberNews(group: string): number {
    return this.told.get(group) ?? 0;
  }

  /** Somebody came, went, or is something else now: lists of members that are on their way are old. */
  membersTold(group: string): void {
    this.told.set(group, this.memberNews(group) + 1);
  }

  /** Changes what is stored of members, in turn with everything else about the group. */
  changeMembers<T>(group: string, step: () => Promise<T>): Promise<T> {
    this.membersTold(group);
    return this.inTurn(group, step);
  }

  /**
   * Puts a list that was asked for when {@link memberNews} was `news` in the place of what is stored. False, and nothing is
   * stored, where something was told meanwhile; null takes it whatever was told.
   */
  replaceMembers(
    group: string,
    news: number | null,
    list: () => Promise<readonly GroupMemberRecord[]>,
  ): Promise<boolean> {
    return this.inTurn(group, async () => {
      if (news !== null && this.memberNews(group) !== news) return false;
      this.require(group);
      await this.parts.store.replaceMembers(group, await list());
      return true;
    });
  }

  /** The group is no longer kept. */
  drop(group: string): Promise<void> {
    return this.inTurn(group, () => {
      this.held.delete(group);
      this.told.delete(group);
      return Promise.resolve();
    });
  }

  /** Resolves when no write is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.lanes.values());
  }

  private place(group: string, which: 'messages' | 'events', cursor: GroupCursor): void {
    const record = this.held.get(group);
    if (record !== undefined) this.held.set(group, { ...record, [which]: cursor });
  }

  /** Does something in turn with every other write about a group. */
  inTurn<T>(group: string, step: () => Promise<T>): Promise<T> {
    const before = this.lanes.get(group) ?? Promise.resolve();
    const mine = before.then(step);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.lanes.set(group, settled);
    return mine;
  }
}
