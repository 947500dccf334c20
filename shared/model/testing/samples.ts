import type { Conversation } from '../conversation';
import type { Group } from '../group';
import type { Message } from '../message';

/** A conversation for tests, with nothing in it: one-to-one, accepted, and encrypted. */
export function sampleConversation(
  changed: Partial<Conversation> & Pick<Conversation, 'conversation'>,
): Conversation {
  return {
    kind: 'direct',
    title: changed.conversation,
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
    group: null,
    profileStatus: 'none',
    ...changed,
  };
}

/** A message for tests that somebody else wrote, with nothing in particular about it. */
export function sampleMessage(
  changed: Partial<Message> & Pick<Message, 'id' | 'conversation' | 'sender' | 'content'>,
): Message {
  return {
    messageId: `m-${String(changed.id)}`,
    own: false,
    sortAt: changed.id,
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
    ...changed,
  };
}

/** A group for tests: we are an ordinary member of it, and its key is there. */
export function sampleGroup(changed: Partial<Group> & Pick<Group, 'group'>): Group {
  return {
    aid: null,
    name: 'A group',
    description: '',
    picture: null,
    visibility: 'private',
    status: 'active',
    membership: 'member',
    role: 'member',
    owner: null,
    memberCount: 1,
    agentCount: null,
    joinMode: 'approval',
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
    joinedAt: 1,
    historyBefore: false,
    requestedAt: null,
    requestExpiresAt: null,
    rejection: null,
    removedBy: null,
    link: '',
    keys: { state: 'secured', epoch: 1, refreshPending: false, withoutKeys: [], serverHolds: false },
    loop: null,
    ...changed,
  };
}
