import type { Account } from '../../shared/model/account';
import type { Attachment } from '../../shared/model/attachment';
import type { Conversation } from '../../shared/model/conversation';
import type { Group, GroupMember } from '../../shared/model/group';
import type { Message } from '../../shared/model/message';
import type { Contact, Profile } from '../../shared/model/people';

/** A message for tests. */
export function sampleMessage(id: number, sortAt: number, more: Partial<Message> = {}): Message {
  return {
    id,
    conversation: 'lin.aun.test',
    messageId: `m-${id}`,
    sender: 'lin.aun.test',
    own: false,
    sortAt,
    content: { kind: 'text', text: `text ${id}`, format: 'plain', mentions: [] },
    protection: 'e2ee-v1',
    forwardSecret: true,
    state: null,
    stateReason: null,
    timeDoubtful: false,
    attachments: [],
    reply: null,
    thread: null,
    mentionsMe: false,
    card: null,
    votes: null,
    finalId: null,
    quarantined: false,
    ...more,
  };
}

/** An attachment for tests. */
export function sampleAttachment(id: number, more: Partial<Attachment> = {}): Attachment {
  return {
    id,
    role: 'main',
    name: `file-${id}.pdf`,
    type: 'application/pdf',
    size: 1000,
    width: null,
    height: null,
    durationMs: null,
    encrypted: true,
    dangerous: false,
    state: 'here',
    problem: null,
    media: null,
    thumbnail: null,
    ...more,
  };
}

/** A conversation for tests. */
export function sampleConversation(more: Partial<Conversation> = {}): Conversation {
  return {
    conversation: 'lin.aun.test',
    kind: 'direct',
    title: 'Lin Wei',
    peerKind: 'human',
    preview: '',
    previewKind: 'none',
    previewOwn: false,
    previewSender: null,
    previewState: null,
    lastActivityAt: 0,
    unread: 0,
    mentions: 0,
    markedUnread: false,
    pinned: false,
    archived: false,
    mutedUntil: null,
    standing: 'accepted',
    retention: 0,
    draft: '',
    draftReply: null,
    draftAttachments: 0,
    waiting: null,
    readUpTo: 0,
    security: 'encrypted',
    profileStatus: 'verified',
    group: null,
    ...more,
  };
}

/** What an identity knows of somebody, for tests. */
export function sampleContact(more: Partial<Contact> = {}): Contact {
  return {
    account: 'me.aun.test',
    aid: 'lin.aun.test',
    title: 'Lin Wei',
    alias: '',
    kind: 'human',
    declaredName: 'Lin Wei',
    profileStatus: 'verified',
    firstSeenAt: 0,
    keyFingerprint: `sha256:${'aa'.repeat(32)}`,
    trust: 'seen',
    verifiedAt: null,
    verifiedBy: null,
    keyChange: null,
    ...more,
  };
}

/** Somebody's profile, for tests. */
export function sampleProfile(more: Partial<Profile> = {}): Profile {
  return {
    aid: 'lin.aun.test',
    status: 'verified',
    reason: '',
    text: '---\naid: "lin.aun.test"\nname: "Lin Wei"\ntype: "human"\nversion: "1.0.0"\ndescription: "Keeps the gateways running"\n---\n\n# Lin\n',
    bytes: 120,
    fetchedAt: 0,
    signedAt: 0,
    certificateFingerprint: null,
    etag: null,
    warning: null,
    ...more,
  };
}

/** An identity for tests. */
export function sampleAccount(
  session: Partial<Account['session']> = {},
  more: Partial<Account> = {},
): Account {
  return {
    account: 'me.aun.test',
    network: 'aun.test',
    displayName: '',
    hue: 200,
    hueChosen: false,
    notifications: 'all',
    wantsOnline: true,
    attention: [],
    certificateExpiresAt: null,
    profileName: '',
    certificateFingerprint: null,
    session: {
      state: 'online',
      since: 0,
      blocked: null,
      problem: null,
      attempt: 0,
      retryAt: null,
      gatewayUrl: null,
      clockSkewMs: null,
      roundTripMs: null,
      notice: null,
      ...session,
    },
    unread: 0,
    mentions: 0,
    requests: 0,
    queued: 0,
    catchingUp: null,
    ...more,
  };
}

/** A group for tests: we are an ordinary member of it, and everything is in order. */
export function sampleGroup(more: Partial<Group> = {}): Group {
  return {
    group: 'group.aun.test/g-room1',
    aid: null,
    name: 'Release room',
    description: '',
    picture: null,
    visibility: 'private',
    status: 'active',
    membership: 'member',
    role: 'member',
    owner: 'lin.aun.test',
    memberCount: 4,
    agentCount: 1,
    joinMode: 'approval',
    joinQuestion: '',
    dispatchMode: 'broadcast',
    duty: [],
    announcement: null,
    announcementSeen: true,
    rules: null,
    rulesSeen: true,
    allowMemberInvite: true,
    maxMembers: null,
    mutedUntil: null,
    muteReason: '',
    requests: 0,
    addedBy: null,
    joinedAt: 0,
    historyBefore: false,
    requestedAt: null,
    requestExpiresAt: null,
    rejection: null,
    removedBy: null,
    link: 'aun://group.aun.test/g-room1',
    keys: { state: 'secured', epoch: 1, refreshPending: false, withoutKeys: [], serverHolds: false },
    loop: null,
    ...more,
  };
}

/** A member of a group, for tests. */
export function sampleMember(aid: string, title: string, more: Partial<GroupMember> = {}): GroupMember {
  return {
    aid,
    title,
    role: 'member',
    kind: 'human',
    verifiedKind: 'human',
    joinedAt: 0,
    online: null,
    mutedUntil: null,
    muteReason: '',
    hasKeys: true,
    own: false,
    ...more,
  };
}
