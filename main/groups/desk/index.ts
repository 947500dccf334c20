import { Admission } from './admission';
import type { GroupCommands, GroupDesk } from './contract';
import { GroupCreation } from './create';
import type { DeskDependencies } from './dependencies';
import { Devices } from './devices';
import { Discovery } from './discovery';
import { GroupPictures } from './group-pictures';
import { Lifecycle } from './lifecycle';
import { LoopGuard } from './loop-guard';
import { Members } from './members';
import { ModerationLog } from './moderation-log';
import { OnlineWatch } from './online-watch';
import { GroupSettings } from './settings';
import { about, DeskSupport, peerOf } from './support';
import { toAunError } from '../../runtime/errors';

export type { GroupCommands, GroupDesk } from './contract';
export type { DeskDependencies } from './dependencies';

/** Makes the desk of one account's groups: everything behind the `group.*` commands. */
export function createGroupDesk(deps: DeskDependencies): GroupDesk {
  const support = new DeskSupport(deps);
  const online = new OnlineWatch(support);
  const pictures = new GroupPictures(support);
  const members = new Members(support, online);
  const guard = new LoopGuard(support, members);
  const discovery = new Discovery(support);
  return {
    commands: commandsOf(support, { online, members, guard, discovery }),
    support,
    online() {
      online.wake();
      pictures.wake();
      void discovery.forgetExpired().catch((thrown: unknown) => {
        const { code, message } = toAunError(thrown);
        deps.runtime.logger.log('warn', 'group.requests_not_swept', { code, message });
      });
    },
    offline: () => online.forget(),
    async stop() {
      online.stop();
      await Promise.all([pictures.stop(), guard.settled()]);
    },
    recordChanged: (record) => pictures.look(record),
    messagesStored: (group) => guard.stored(group),
    settled: () => guard.settled(),
    loopOf: (record) => guard.loopOf(record),
  };
}

interface Parts {
  readonly online: OnlineWatch;
  readonly members: Members;
  readonly guard: LoopGuard;
  readonly discovery: Discovery;
}

function commandsOf(support: DeskSupport, { online, members, guard, discovery }: Parts): GroupCommands {
  const { deps } = support;
  const creation = new GroupCreation(support, members);
  const lifecycle = new Lifecycle(support);
  const settings = new GroupSettings(support);
  const admission = new Admission(support);
  const devices = new Devices(support);
  const log = new ModerationLog(support);
  return {
    get: async ({ group }) => support.show(group),
    refresh: async ({ group }) => deps.view(await deps.sync.refresh(support.require(group).group)),
    create: async (params) => creation.create({ ...params, members: params.members.map(about) }),
    search: (params) => discovery.search(params),
    preview: (params) => discovery.preview(params),
    join: (params) => discovery.join(params),
    members: (params) => members.members(params),
    member: async (params) => members.member(about(params)),
    watchOnline: async ({ group }) => {
      await Promise.resolve(online.watch(group));
      return {};
    },
    add: async (params) => members.add({ ...params, members: params.members.map(about) }),
    kick: async (params) => members.kick(about(params)),
    mute: async (params) => members.mute(about(params)),
    unmute: async (params) => members.unmute(about(params)),
    setRole: async (params) => members.setRole(about(params)),
    transfer: async (params) => members.transfer(about(params)),
    leave: (params) => lifecycle.leave(params),
    suspend: (params) => lifecycle.suspend(params),
    resume: (params) => lifecycle.resume(params),
    dissolve: (params) => lifecycle.dissolve(params),
    update: async ({ duty, ...params }) =>
      settings.update({ ...params, ...(duty === undefined ? {} : { duty: duty.map(peerOf) }) }),
    setJoin: (params) => settings.setJoin(params),
    joinRules: (params) => settings.joinRules(params),
    setAnnouncement: (params) => settings.setAnnouncement(params),
    setRules: (params) => settings.setRules(params),
    seen: (params) => settings.seen(params),
    requests: (params) => admission.requests(params),
    review: async (params) => admission.review({ ...params, decisions: params.decisions.map(about) }),
    invites: (params) => admission.invites(params),
    createInvite: (params) => admission.createInvite(params),
    revokeInvite: (params) => admission.revokeInvite(params),
    bans: (params) => admission.bans(params),
    log: (params) => log.log(params),
    exportLog: (params) => log.exportLog(params),
    keys: async ({ group }) => {
      const record = await Promise.resolve(support.require(group));
      const epochs = deps.keys.epochs(record.group).map((key) => ({
        epoch: key.epoch,
        at: key.updatedAt,
        origin: key.origin,
        doubt: key.chainDoubt,
      }));
      return { keys: deps.keys.state(record.group), epochs };
    },
    repairKeys: async ({ group }) => {
      const record = support.require(group);
      await deps.keys.repair(record.group);
      return support.show(record.group);
    },
    calmLoop: (params) => guard.calm(params),
    devices: (params) => devices.devices(params),
    forgetDevice: (params) => devices.forgetDevice(params),
  };
}
