import type { GroupCommands } from '../../groups';
import type { HandlerContext, HandlersOf } from './context';

/** Groups: every command is one method of the desk of its account. */
export function groupHandlers({ accounts }: HandlerContext): HandlersOf<'group'> {
  const desk = async (account: string): Promise<GroupCommands> =>
    (await accounts.get(account)).messaging.groups.desk.commands;
  return {
    'group.get': async ({ account, ...params }) => (await desk(account)).get(params),
    'group.refresh': async ({ account, ...params }) => (await desk(account)).refresh(params),
    'group.create': async ({ account, ...params }) => (await desk(account)).create(params),
    'group.search': async ({ account, ...params }) => (await desk(account)).search(params),
    'group.preview': async ({ account, ...params }) => (await desk(account)).preview(params),
    'group.join': async ({ account, ...params }) => (await desk(account)).join(params),
    'group.members': async ({ account, ...params }) => (await desk(account)).members(params),
    'group.member': async ({ account, ...params }) => (await desk(account)).member(params),
    'group.watchOnline': async ({ account, ...params }) => (await desk(account)).watchOnline(params),
    'group.add': async ({ account, ...params }) => (await desk(account)).add(params),
    'group.kick': async ({ account, ...params }) => (await desk(account)).kick(params),
    'group.mute': async ({ account, ...params }) => (await desk(account)).mute(params),
    'group.unmute': async ({ account, ...params }) => (await desk(account)).unmute(params),
    'group.setRole': async ({ account, ...params }) => (await desk(account)).setRole(params),
    'group.transfer': async ({ account, ...params }) => (await desk(account)).transfer(params),
    'group.leave': async ({ account, ...params }) => (await desk(account)).leave(params),
    'group.suspend': async ({ account, ...params }) => (await desk(account)).suspend(params),
    'group.resume': async ({ account, ...params }) => (await desk(account)).resume(params),
    'group.dissolve': async ({ account, ...params }) => (await desk(account)).dissolve(params),
    'group.update': async ({ account, ...params }) => (await desk(account)).update(params),
    'group.setJoin': async ({ account, ...params }) => (await desk(account)).setJoin(params),
    'group.joinRules': async ({ account, ...params }) => (await desk(account)).joinRules(params),
    'group.setAnnouncement': async ({ account, ...params }) => (await desk(account)).setAnnouncement(params),
    'group.setRules': async ({ account, ...params }) => (await desk(account)).setRules(params),
    'group.seen': async ({ account, ...params }) => (await desk(account)).seen(params),
    'group.requests': async ({ account, ...params }) => (await desk(account)).requests(params),
    'group.review': async ({ account, ...params }) => (await desk(account)).review(params),
    'group.invites': async ({ account, ...params }) => (await desk(account)).invites(params),
    'group.createInvite': async ({ account, ...params }) => (await desk(account)).createInvite(params),
    'group.revokeInvite': async ({ account, ...params }) => (await desk(account)).revokeInvite(params),
    'group.bans': async ({ account, ...params }) => (await desk(account)).bans(params),
    'group.log': async ({ account, ...params }) => (await desk(account)).log(params),
    'group.exportLog': async ({ account, ...params }) => (await desk(account)).exportLog(params),
    'group.keys': async ({ account, ...params }) => (await desk(account)).keys(params),
    'group.repairKeys': async ({ account, ...params }) => (await desk(account)).repairKeys(params),
    'group.calmLoop': async ({ account, ...params }) => (await desk(account)).calmLoop(params),
    'group.devices': async ({ account, ...params }) => (await desk(account)).devices(params),
    'group.forgetDevice': async ({ account, ...params }) => (await desk(account)).forgetDevice(params),
  };
}
