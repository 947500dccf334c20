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
import { DeskSupport } from './support';
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
    get: ({ group }) => support.show(group),
    refresh: async ({ group }) => deps.view(await deps.sync.refresh(support.require(group).group)),
    create: (params) => creation.create(params),
    search: (params) => discovery.search(params),
    preview: (params) => discovery.preview(params),
    join: (params) => discovery.join(params),
    members: (params) => members.members(params),
    member: (params) => members.member(params),
    watchOnline: ({ group }) => {
      online.watch(group);
      return Promise.resolve({});
    },
    add: (params) => members.add(params),
    kick: (params) => members.kick(params),
    mute: (params) => members.mute(params),
    unmute: (params) => members.unmute(params),
    setRole: (params) => members.setRole(params),
    transfer: (params) => members.transfer(params),
    leave: (params) => lifecycle.leave(params),
    suspend: (params) => lifecycle.suspend(params),
    resume: (params) => lifecycle.resume(params),
    dissolve: (params) => lifecycle.dissolve(params),
    update: (params) => settings.update(params),
    setJoin: (params) => settings.setJoin(params),
    setAnnouncement: (params) => settings.setAnnouncement(params),
    setRules: (params) => settings.setRules(params),
    seen: (params) => settings.seen(params),
    requests: (params) => admission.requests(params),
    review: (params) => admission.review(params),
    invites: (params) => admission.invites(params),
    createInvite: (params) => admission.createInvite(params),
    revokeInvite: (params) => admission.revokeInvite(params),
    bans: (params) => admission.bans(params),
    log: (params) => log.log(params),
    exportLog: (params) => log.exportLog(params),
    keys: ({ group }) => {
      const record = support.require(group);
      const epochs = deps.keys.epochs(record.group).map((key) => ({
        epoch: key.epoch,
        at: key.updatedAt,
        origin: key.origin,
        doubt: key.chainDoubt,
      }));
      return Promise.resolve({ keys: deps.keys.state(record.group), epochs });
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
