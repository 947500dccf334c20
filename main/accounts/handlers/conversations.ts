import type { Conversation } from '../../../shared/model/conversation';
import type { StoreReader } from '../../ports/store';
import { AunError } from '../../runtime/errors';
import { searchAccounts } from '../search';
import type { HandlerContext, HandlersOf } from './context';

/** Conversations, their messages and the search over them. */
export function conversationHandlers({
  accounts,
}: HandlerContext): HandlersOf<'conversation' | 'message' | 'peer'> {
  return {
    'conversation.list': async ({ account, limit, offset }) =>
      (await accounts.get(account)).store.conversations(limit, offset),
    'conversation.open': async ({ account, peer }) => (await accounts.get(account)).openConversation(peer),
    'conversation.markRead': async ({ account, conversation, upTo }) => {
      const owner = await accounts.get(account);
      owner.published(await owner.store.markRead(conversation, upTo));
      return conversationOf(owner.store, conversation);
    },
    'conversation.setDraft': async ({ account, conversation, text }) => {
      const owner = await accounts.get(account);
      owner.published(await owner.store.setDraft(conversation, text));
      return {};
    },
    'peer.lookup': async ({ account, aid }) => (await accounts.get(account)).lookup(aid),
    'message.page': async ({ account, conversation, limit, before, after, around }) =>
      (await accounts.get(account)).store.page(conversation, { limit, before, after, around }),
    'message.send': async ({ account, conversation, text, requestId }) => {
      const owner = await accounts.get(account);
      await conversationOf(owner.store, conversation);
      return owner.outbox.sendText(conversation, text, requestId);
    },
    'message.retry': async ({ account, id }) => (await accounts.get(account)).outbox.retry(id),
    'message.cancel': async ({ account, id }) => ({
      text: await (await accounts.get(account)).outbox.cancel(id),
    }),
    'message.raw': async ({ account, id }) => {
      const json = await (await accounts.get(account)).store.raw(id);
      if (json === null) throw new AunError('unknown_message', 'no raw envelope is kept for this message');
      return { json };
    },
    'message.heal': async ({ account, conversation }) => (await accounts.get(account)).heal(conversation),
    'message.search': async (query) => ({ hits: await searchAccounts(accounts, query) }),
  };
}

async function conversationOf(store: StoreReader, id: string): Promise<Conversation> {
  const found = await store.conversation(id);
  if (found === null) throw new AunError('unknown_conversation', 'there is no such conversation');
  return found;
}
