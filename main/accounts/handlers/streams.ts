import type { HandlerContext, HandlersOf } from './context';

/** Streaming replies: reading along, and writing for agents. */
export function streamHandlers({ accounts }: HandlerContext): HandlersOf<'stream'> {
  const messaging = async (account: string) => (await accounts.get(account)).messaging;
  return {
    'stream.watch': async ({ account, id }) => (await messaging(account)).reader.watch(id),
    'stream.unwatch': async ({ account, id }) => {
      (await messaging(account)).reader.unwatch(id);
      return {};
    },
    'stream.begin': async ({ account, conversation, thread, requestId }) => {
      const owner = await accounts.get(account);
      await owner.desk.writingTo(conversation);
      return owner.messaging.writer.begin({ conversation, thread, requestId });
    },
    'stream.append': async ({ account, stream, text }) => {
      await (await messaging(account)).writer.append(stream, text);
      return {};
    },
    'stream.finish': async ({ account, stream, requestId }) =>
      (await messaging(account)).writer.finish(stream, requestId),
  };
}
