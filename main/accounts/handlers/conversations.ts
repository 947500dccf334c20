import { findInAccounts } from '../search';
import type { HandlerContext, HandlersOf } from './context';

/** Whole conversations, and who is there. */
export function conversationHandlers({
  accounts,
}: HandlerContext): HandlersOf<'conversation' | 'peer' | 'presence'> {
  const desk = async (account: string) => (await accounts.get(account)).desk;
  return {
    'conversation.list': async ({ account, view, limit, offset }) =>
      (await accounts.get(account)).store.conversations(view, limit, offset),
    'conversation.get': async ({ account, conversation }) => (await desk(account)).get(conversation),
    'conversation.open': async ({ account, peer }) => (await desk(account)).open(peer),
    'conversation.find': async (query) => ({ found: await findInAccounts(accounts, query) }),
    'conversation.markRead': async ({ account, conversation, upTo }) =>
      (await desk(account)).markRead(conversation, upTo),
    'conversation.setDraft': async ({ account, conversation, text, replyTo }) => {
      await (await desk(account)).setDraft(conversation, text, replyTo);
      return {};
    },
    'conversation.change': async ({ account, conversation, ...patch }) =>
      (await desk(account)).change(conversation, patch),
    'conversation.accept': async ({ account, conversation }) => (await desk(account)).accept(conversation),
    'conversation.block': async ({ account, conversation }) => (await desk(account)).block(conversation),
    'conversation.clear': async ({ account, conversation }) => (await desk(account)).clear(conversation),
    'conversation.delete': async ({ account, conversation }) => {
      await (await desk(account)).delete(conversation);
      return {};
    },
    'conversation.typing': async ({ account, conversation, typing }) => {
      (await accounts.get(account)).messaging.tell(conversation, typing);
      return {};
    },
    'presence.watch': async ({ account, aids }) => ({
      online: await (await accounts.get(account)).messaging.watchPresence(aids),
    }),
    'peer.lookup': async ({ account, aid }) => (await accounts.get(account)).lookup(aid),
  };
}
