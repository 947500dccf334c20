import type { ParsedParams } from '../../shared/bridge/contract';
import type { Conversation, ConversationView } from '../../shared/model/conversation';
import { accountOf, putAccount } from './fake-accounts';
import { conversations, timelines } from './fake-data';
import { emit, fail, scene, type Handlers } from './fake-engine';
import { conversationOf, putConversation } from './fake-store';

type Names =
  | 'conversation.list'
  | 'conversation.get'
  | 'conversation.open'
  | 'conversation.find'
  | 'conversation.markRead'
  | 'conversation.setDraft'
  | 'conversation.change'
  | 'conversation.accept'
  | 'conversation.block'
  | 'conversation.clear'
  | 'conversation.delete'
  | 'conversation.typing'
  | 'presence.watch';

function viewOf(row: Conversation): ConversationView {
  if (row.standing === 'pending') return 'requests';
  if (row.standing === 'blocked') return 'blocked';
  return row.archived ? 'archived' : 'inbox';
}

function rowsOf(account: string): Conversation[] {
  return scene.has('empty') ? [] : (conversations.get(account) ?? []);
}

/** The totals of an identity follow its conversations. */
function recount(account: string): void {
  const rows = rowsOf(account);
  const counted = rows.filter((row) => row.standing === 'accepted' && row.mutedUntil === null);
  putAccount({
    ...accountOf(account),
    unread: counted.reduce((sum, row) => sum + Math.max(row.unread, row.markedUnread ? 1 : 0), 0),
    mentions: rows.reduce((sum, row) => sum + row.mentions, 0),
    requests: rows.filter((row) => row.standing === 'pending').length,
  });
}

function put(account: string, changed: Conversation): Conversation {
  const row = putConversation(account, changed);
  recount(account);
  return row;
}

function change(params: ParsedParams<'conversation.change'>): Conversation {
  const { account, conversation, ...facts } = params;
  const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return put(account, { ...conversationOf(account, conversation), ...given });
}

/** Commands about whole conversations. Development only. */
export const fakeConversations: Handlers<Names> = {
  'conversation.list': ({ account, view, limit, offset }) => {
    const rows = rowsOf(account).filter((row) => viewOf(row) === view);
    const sorted = rows.sort(
      (first, second) =>
        Number(second.pinned) - Number(first.pinned) || second.lastActivityAt - first.lastActivityAt,
    );
    return { conversations: sorted.slice(offset, offset + limit), total: rows.length };
  },
  'conversation.get': ({ account, conversation }) => conversationOf(account, conversation),
  'conversation.open': ({ account, peer }) => {
    const known = conversations.get(account)?.find((row) => row.conversation === peer);
    if (known !== undefined) return known;
    const [sample] = conversations.get('mei-release-team.agentid.pub') ?? [];
    if (sample === undefined) return fail('internal');
    return putConversation(account, {
      ...sample,
      conversation: peer,
      kind: peer === account ? 'self' : 'direct',
      title: peer,
      security: 'unknown',
      lastActivityAt: Date.now(),
    });
  },
  'conversation.find': ({ accounts, query, limit }) => {
    const needle = query.toLowerCase();
    const found = accounts.flatMap((account) =>
      rowsOf(account)
        .filter((row) => `${row.title} ${row.conversation}`.toLowerCase().includes(needle))
        .map((conversation) => ({ account, conversation })),
    );
    return { found: found.slice(0, limit) };
  },
  'conversation.markRead': ({ account, conversation, upTo }) =>
    put(account, {
      ...conversationOf(account, conversation),
      unread: 0,
      mentions: 0,
      markedUnread: false,
      readUpTo: upTo,
    }),
  'conversation.setDraft': ({ account, conversation, text, replyTo }) => {
    putConversation(account, {
      ...conversationOf(account, conversation),
      draft: text,
      draftReply: replyTo,
    });
    return {};
  },
  'conversation.change': change,
  'conversation.accept': ({ account, conversation }) =>
    put(account, { ...conversationOf(account, conversation), standing: 'accepted' }),
  'conversation.block': ({ account, conversation }) =>
    put(account, { ...conversationOf(account, conversation), standing: 'blocked', unread: 0 }),
  'conversation.clear': ({ account, conversation }) => {
    const ids = (timelines.get(`${account} ${conversation}`) ?? []).map(({ id }) => id);
    timelines.set(`${account} ${conversation}`, []);
    emit({ event: 'message.removed', data: { account, conversation, ids } });
    return put(account, {
      ...conversationOf(account, conversation),
      preview: '',
      previewKind: 'none',
      unread: 0,
    });
  },
  'conversation.delete': ({ account, conversation }) => {
    conversations.set(
      account,
      rowsOf(account).filter((row) => row.conversation !== conversation),
    );
    emit({ event: 'conversation.removed', data: { account, conversation } });
    recount(account);
    return {};
  },
  'conversation.typing': () => ({}),
  'presence.watch': ({ aids }) => ({
    online: Object.fromEntries(aids.map((aid) => [aid, /^(lin|builder|hana)/.test(aid)])),
  }),
};
