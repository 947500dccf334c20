import { AunError } from '../../runtime/errors';
import { searchAccounts } from '../search';
import type { HandlerContext, HandlersOf } from './context';

/** Messages of conversations and the search over them. */
export function messageHandlers({ accounts }: HandlerContext): HandlersOf<'message'> {
  const store = async (account: string) => (await accounts.get(account)).store;
  const messaging = async (account: string) => (await accounts.get(account)).messaging;
  const actions = async (account: string) => (await messaging(account)).actions;
  return {
    'message.page': async ({ account, conversation, limit, before, after, around, at }) =>
      (await store(account)).page(conversation, { limit, before, after, around, at }),
    'message.get': async ({ account, id }) => found(await (await store(account)).message(id)),
    'message.send': async ({ account, ...message }) => {
      const owner = await accounts.get(account);
      await owner.desk.writingTo(message.conversation);
      return owner.messaging.actions.send(message);
    },
    'message.sendObject': async ({ account, conversation, object, requestId }) => {
      const owner = await accounts.get(account);
      await owner.desk.writingTo(conversation);
      return owner.messaging.actions.sendObject(conversation, object, requestId);
    },
    'message.forward': async ({ account, ...forward }) => {
      const owner = await accounts.get(account);
      for (const conversation of forward.to) await owner.desk.writingTo(conversation);
      return { messages: await owner.messaging.actions.forward(forward) };
    },
    'message.answerCard': async ({ account, id, action, requestId }) => {
      const owner = await accounts.get(account);
      const { content, conversation } = found(await owner.store.message(id));
      // Putting a card away, or beginning to write, sends nothing.
      const sends = content.kind === 'actions' && content.actions[action]?.behavior === 'reply';
      if (sends) await owner.desk.writingTo(conversation);
      return owner.messaging.actions.answerCard(id, action, requestId);
    },
    'message.vote': async ({ account, id, options, requestId }) => {
      const owner = await accounts.get(account);
      const poll = found(await owner.store.message(id));
      await owner.desk.writingTo(poll.conversation);
      return owner.messaging.actions.vote(id, options, requestId);
    },
    'message.retry': async ({ account, id }) => (await messaging(account)).outbox.retry(id),
    'message.cancel': async ({ account, id }) => ({
      text: await (await messaging(account)).outbox.cancel(id),
    }),
    'message.recall': async ({ account, ids }) => (await actions(account)).recall(ids),
    'message.delete': async ({ account, ids }) => {
      await (await actions(account)).delete(ids);
      return {};
    },
    'message.raw': async ({ account, id }) => {
      const json = await (await store(account)).raw(id);
      if (json === null) throw new AunError('unknown_message', 'no raw envelope is kept for this message');
      return { json };
    },
    'message.heal': async ({ account, conversation }) => (await messaging(account)).heal(conversation),
    'message.quarantine': async ({ account, id, quarantined }) =>
      (await actions(account)).quarantine(id, quarantined),
    'message.thoughts': async ({ account, id }) => ({
      thoughts: await (await messaging(account)).thoughts(id),
    }),
    'message.think': async ({ account, ...thought }) => {
      const owner = await accounts.get(account);
      await owner.desk.writingTo(thought.conversation);
      return owner.messaging.think(thought);
    },
    'message.search': async (query) => ({ hits: await searchAccounts(accounts, query) }),
  };
}

/** @throws AunError `unknown_message` */
function found<T>(message: T | null): T {
  if (message === null) throw new AunError('unknown_message', 'there is no such message');
  return message;
}
