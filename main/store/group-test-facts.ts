import type { GroupEventRecord, GroupKeyRecord, GroupMemberRecord, GroupRecord } from '../ports/group-store';

export const GROUP = 'group.aun.test/team1';
export const OTHER_GROUP = 'group.aun.test/other';
export const EVE = 'eve.aun.test';
export const BOT = 'bot.aun.test';
export const AT = 1_790_000_000_000;

const nowhere = { contiguous: 0, acknowledged: 0, joined: 0 };

/** A group we are in; parts may be replaced. */
export function groupRecord(parts: Partial<GroupRecord> = {}): GroupRecord {
  return {
    group: GROUP,
    wireId: GROUP,
    aid: null,
    name: 'The Team',
    description: 'what we do',
    pictureRef: '',
    picture: null,
    visibility: 'private',
    status: 'active',
    membership: 'member',
    role: 'member',
    owner: EVE,
    memberCount: 3,
    joinMode: 'approval',
    joinQuestion: 'why?',
    dispatchMode: 'broadcast',
    duty: [],
    announcement: { content: 'hello', updatedBy: EVE, updatedAt: AT, signature: 'verified' },
    announcementSeen: false,
    rules: null,
    rulesSeen: false,
    allowMemberInvite: true,
    maxMembers: 100,
    mutedUntil: null,
    muteReason: '',
    requests: 0,
    addedBy: null,
    joinedAt: AT,
    requestedAt: null,
    requestExpiresAt: null,
    rejection: null,
    removedBy: null,
    protocol: 'group_e2ee',
    committedEpoch: 2,
    messages: nowhere,
    events: nowhere,
    ...parts,
  };
}

export function member(aid: string, parts: Partial<GroupMemberRecord> = {}): GroupMemberRecord {
  return {
    aid,
    role: 'member',
    kind: 'human',
    joinedAt: AT,
    mutedUntil: null,
    muteReason: '',
    hasKeys: true,
    ...parts,
  };
}

export function event(
  seq: number,
  action: string,
  parts: Partial<GroupEventRecord['entry']> = {},
): GroupEventRecord {
  return {
    entry: {
      seq,
      at: AT + seq,
      action,
      actor: EVE,
      target: null,
      values: {},
      signature: 'verified',
      ...parts,
    },
    line: true,
    action: null,
  };
}

export function groupKey(epoch: number, parts: Partial<GroupKeyRecord> = {}): GroupKeyRecord {
  return {
    epoch,
    secret: new Uint8Array(32).fill(epoch),
    commitment: `commitment ${epoch}`,
    members: ['me.aun.test', EVE],
    chain: `chain ${epoch}`,
    chainDoubt: null,
    pendingRotation: null,
    origin: 'distributed',
    updatedAt: AT + epoch,
    ...parts,
  };
}
