import type { Conversation } from '../../shared/model/conversation';
import type {
  GroupAction,
  GroupLogEntry,
  GroupMember,
  GroupMembership,
  GroupRole,
  GroupStatus,
  GroupText,
  JoinMode,
} from '../../shared/model/group';
import type { InboundRecord, StoreChange } from './store-records';

/** Position in one of the two sequences of a group (`protocol/05 §8.2`). */
export interface GroupCursor {
  /** Every row up to here is stored (or known to be gone). */
  readonly contiguous: number;
  /** Highest value the gateway confirmed with an ack. */
  readonly acknowledged: number;
  /** Last number before we joined: nothing up to here is ours to see. */
  readonly joined: number;
}

/** What is kept of a group. Texts are bounded and cleaned before they get here. Times are Unix ms. */
export interface GroupRecord {
  /** Form A: id of the conversation. */
  readonly group: string;
  /** Id exactly as the gateway gave it: what is sent back (`protocol/05 §1.4`). */
  readonly wireId: string;
  readonly aid: string | null;
  readonly name: string;
  readonly description: string;
  readonly pictureRef: string;
  /** Media address of the fetched picture, or null. */
  readonly picture: string | null;
  readonly visibility: 'public' | 'private';
  readonly status: GroupStatus;
  readonly membership: GroupMembership;
  readonly role: GroupRole | null;
  readonly owner: string | null;
  readonly memberCount: number;
  readonly joinMode: JoinMode;
  readonly joinQuestion: string;
  readonly dispatchMode: 'broadcast' | 'mention';
  readonly duty: readonly string[];
  readonly announcement: GroupText | null;
  readonly announcementSeen: boolean;
  readonly rules: GroupText | null;
  readonly rulesSeen: boolean;
  readonly allowMemberInvite: boolean;
  readonly maxMembers: number | null;
  readonly mutedUntil: number | null;
  readonly muteReason: string;
  readonly requests: number;
  readonly addedBy: string | null;
  readonly joinedAt: number | null;
  readonly requestedAt: number | null;
  readonly requestExpiresAt: number | null;
  readonly rejection: string | null;
  readonly removedBy: string | null;
  /** `group_e2ee_protocol`, empty when not told. */
  readonly protocol: string;
  /** Committed epoch as last heard from the gateway. */
  readonly committedEpoch: number;
  readonly messages: GroupCursor;
  readonly events: GroupCursor;
}

/** A member as stored. */
export interface GroupMemberRecord {
  readonly aid: string;
  readonly role: GroupRole;
  readonly kind: GroupMember['kind'];
  readonly joinedAt: number | null;
  readonly mutedUntil: number | null;
  readonly muteReason: string;
  /** False once a key could not be given to them because they have none (`protocol/02 §11.3`). */
  readonly hasKeys: boolean;
}

/** One epoch's key of a group (`protocol/02 §8.7`). */
export interface GroupKeyRecord {
  readonly epoch: number;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly commitment: string;
  readonly members: readonly string[];
  readonly chain: string | null;
  /** Why the chain could not be checked, or null when it was. */
  readonly chainDoubt: string | null;
  /** Set while the rotation that made it is not committed: opens messages, seals none. */
  readonly pendingRotation: string | null;
  readonly origin: 'made_here' | 'distributed' | 'handed_on' | 'answered' | 'server';
  readonly updatedAt: number;
}

/**
 * A group key message that came inside a verified P2P envelope and waits to be handled. It is stored in the transaction that
 * moves the inbox on: a crash loses none, and no inbox waits for the network.
 */
export interface GroupControl {
  readonly id: number;
  /** Verified sender. */
  readonly from: string;
  readonly messageId: string;
  /** Came as a copy of what another own device sent. */
  readonly own: boolean;
  readonly payloadJson: string;
  /** Gateway's time, Unix ms. */
  readonly at: number;
}
export type NewGroupControl = Omit<GroupControl, 'id'>;

/** An event of the log as it is stored; `line` is what the timeline shows of it, if anything. */
export interface GroupEventRecord {
  readonly entry: GroupLogEntry;
  readonly line: boolean;
  readonly action: GroupAction | null;
}

/** Read side of groups. */
export interface GroupReader {
  group(group: string): Promise<GroupRecord | null>;
  /** Every group that is kept, members first. */
  groups(): Promise<GroupRecord[]>;
  /** Owner, admins, people, agents; each by AID. `query` is looked for in aliases, titles and addresses. */
  groupMembers(
    group: string,
    query: {
      text: string;
      only: 'all' | 'admins' | 'agents' | 'muted';
      limit: number;
      offset: number;
      now: number;
    },
  ): Promise<{ members: GroupMemberRecord[]; total: number }>;
  groupMember(group: string, aid: string): Promise<GroupMemberRecord | null>;
  groupLog(
    group: string,
    query: { text: string; actions: readonly string[]; before: number | null; limit: number },
  ): Promise<{ entries: GroupLogEntry[]; more: boolean }>;
  /** All keys of a group, newest epoch first. */
  groupKeys(group: string): Promise<GroupKeyRecord[]>;
  groupControls(limit: number): Promise<GroupControl[]>;
  /** Stored identity of a message number in a group, for detecting a server reset; null when that seq is not stored. */
  groupSeqOwner(group: string, seq: number): Promise<{ sender: string; messageId: string } | null>;
  /** Unreadable messages of an epoch that may be opened once its key is here, oldest first. */
  groupHealing(
    group: string,
    epoch: number | null,
    limit: number,
  ): Promise<{ id: number; rawJson: string }[]>;
  /** Newest messages that people and agents wrote, newest first: who wrote and when; for the loop guard. */
  groupAuthors(group: string, limit: number): Promise<{ sender: string; at: number; id: number }[]>;
}

/** Write side of groups. Each is one transaction. */
export interface GroupWriter {
  /**
   * Stores a group and brings its conversation along (title, what the list shows). Makes both when they are new. Both cursors are
   * taken from a new group only: those of a known one move with what is stored. A blocked conversation stays blocked.
   */
  saveGroup(group: GroupRecord, standing?: Conversation['standing']): Promise<StoreChange>;
  /** Replaces the members of a group. */
  replaceMembers(group: string, members: readonly GroupMemberRecord[]): Promise<void>;
  saveMember(group: string, member: GroupMemberRecord): Promise<void>;
  removeMember(group: string, aid: string): Promise<void>;
  /**
   * Stores group messages with the new cursor, like `commitInbound`: unique by (group, sender, messageId), the own message of the
   * outbox that comes back is merged and becomes `sent`.
   */
  commitGroupMessages(
    group: string,
    records: readonly InboundRecord[],
    cursor: GroupCursor | null,
  ): Promise<StoreChange>;
  /** Stores events (a number that is there already changes nothing) with the new cursor; `line`s go into the timeline. */
  commitGroupEvents(
    group: string,
    events: readonly GroupEventRecord[],
    cursor: GroupCursor | null,
  ): Promise<{ change: StoreChange; fresh: readonly number[] }>;
  setGroupCursor(group: string, which: 'messages' | 'events', cursor: GroupCursor): Promise<void>;
  /** Forgets message and event numbers (the gateway started again, or we joined anew); what is stored stays. */
  forgetGroupNumbers(group: string): Promise<void>;
  saveGroupKey(group: string, key: GroupKeyRecord): Promise<void>;
  removeGroupKey(group: string, epoch: number): Promise<void>;
  removeGroupKeys(group: string): Promise<void>;
  removeGroupControl(id: number): Promise<void>;
}
