import type { Account } from '../../shared/model/account';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';

/** A message for tests. */
export function sampleMessage(id: number, sortAt: number, more: Partial<Message> = {}): Message {
  return {
    id,
    conversation: 'lin.aun.test',
    messageId: `m-${id}`,
    sender: 'lin.aun.test',
    own: false,
    sortAt,
    content: { kind: 'text', text: `text ${id}`, format: 'plain' },
    protection: 'e2ee-v1',
    forwardSecret: true,
    state: null,
    stateReason: null,
    timeDoubtful: false,
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
    previewState: null,
    lastActivityAt: 0,
    unread: 0,
    draft: '',
    waiting: null,
    readUpTo: 0,
    security: 'encrypted',
    ...more,
  };
}

/** An identity for tests. */
export function sampleAccount(session: Partial<Account['session']> = {}): Account {
  return {
    account: 'me.aun.test',
    network: 'aun.test',
    displayName: '',
    hue: 200,
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
    queued: 0,
    catchingUp: null,
  };
}
