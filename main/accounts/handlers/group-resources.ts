import type { GroupFileCommands } from '../../groups/resources';
import type { HandlerContext, HandlersOf } from './context';

/** Shared files of groups: every command is one method of its account. */
export function groupResourceHandlers({ accounts }: HandlerContext): HandlersOf<'groupFile'> {
  const desk = async (account: string): Promise<GroupFileCommands> =>
    (await accounts.get(account)).messaging.groupFiles.commands;
  return {
    'groupFile.list': async ({ account, ...params }) => (await desk(account)).list(params),
    'groupFile.get': async ({ account, ...params }) => (await desk(account)).get(params),
    'groupFile.save': async ({ account, ...params }) => (await desk(account)).save(params),
    'groupFile.cancel': async ({ account, ...params }) => (await desk(account)).cancel(params),
    'groupFile.remove': async ({ account, ...params }) => (await desk(account)).remove(params),
    'groupFile.requests': async ({ account, ...params }) => (await desk(account)).requests(params),
    'groupFile.review': async ({ account, ...params }) => (await desk(account)).review(params),
  };
}
