import type { Conversation } from '../../shared/model/conversation';
import type { Aid } from '../../shared/aun/aid';
import type { GroupKeyState } from '../../shared/model/group';
import type { Desktop } from '../ports/desktop';
import type { E2eeEngine } from '../ports/e2ee';
import type { Emit } from '../ports/events';
import type { GroupCourier, GroupKeys } from '../ports/groups';
import type { GroupRecord } from '../ports/group-store';
import type { Identity } from '../ports/identity';
import type { Pictures } from '../ports/pictures';
import type { RpcCaller } from '../ports/session';
import type { AccountStore, StoreChange } from '../ports/store';
import { toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { createGroupCourier } from './courier';
import { createGroupDesk } from './desk';
import type { GroupDesk } from './desk';
import { createGroupKeys } from './keys';
import { createGroupRpc } from './rpc';
import { GroupSyncService } from './sync';
import type { Describe, GroupSync } from './sync';
import { viewOfGroup } from './view';

export type { GroupCommands, GroupDesk } from './desk';
export type { Describe, GroupSync } from './sync';

/** Changes of a group are gathered for so long before the window is told, in ms. */
const TELL_DELAY_MS = 50;

/** What the groups of an account work with. */
export interface GroupsDependencies {
  readonly aid: Aid;
  readonly deviceId: string;
  readonly slotId: string;
  readonly store: AccountStore;
  readonly rpc: RpcCaller;
  readonly e2ee: E2eeEngine;
  readonly identity: Pick<Identity, 'aid' | 'certificate' | 'sign'>;
  readonly pictures: Pictures;
  readonly desktop: Desktop;
  /** What a payload comes to, as for every other message. */
  readonly describe: Describe;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  readonly emit: Emit;
  readonly publish: (change: StoreChange) => void;
  /** Rows fetched so far in long catch-ups, null when there is none. */
  readonly progress: (rows: number | null) => void;
  /** What waits in the outbox for a group may be tried. */
  readonly wake: (group: string) => void;
}

/** Everything one account does with groups. */
export interface Groups {
  readonly keys: GroupKeys;
  readonly courier: GroupCourier;
  readonly sync: GroupSync;
  readonly desk: GroupDesk;
  /** Reads what is kept; to be awaited before the session starts. */
  load(): Promise<void>;
  online(): void;
  offline(): void;
  /** Takes a gateway event by its name after `event/`. */
  event(name: string, params: unknown): void;
  stop(): Promise<void>;
}

/** Makes the groups of one account. */
export function createGroups(deps: GroupsDependencies): Groups {
  const { aid, deviceId, slotId, store, e2ee, identity, runtime, isOnline, now, emit, publish } = deps;
  const rpc = createGroupRpc({ rpc: deps.rpc, identity, deviceId, slotId, now });
  const keys = createGroupKeys({
    ...{ aid, deviceId, store, rpc, e2ee, identity, runtime, isOnline, now },
    inTurn: (group, step) => sync.inTurn(group, step),
  });
  const telling = new Set<string>();
  let timer: Disposer | null = null;
  let stopped = false;
  const membersChanged = (group: string): void =>
    emit({ event: 'group.members', data: { account: aid, group } });

  const sync: GroupSyncService = new GroupSyncService({
    ...{ aid, store, rpc, e2ee, keys, runtime, isOnline, now, publish, membersChanged },
    describe: deps.describe,
    progress: deps.progress,
    wake: deps.wake,
    changed(record) {
      tellSoon(record.group);
      desk.recordChanged(record);
    },
    logged: (group) => emit({ event: 'group.logged', data: { account: aid, group } }),
    messagesStored: (group) => desk.messagesStored(group),
  });
  const courier = createGroupCourier({ rpc, sync, keys, e2ee, now });
  const view = (record: GroupRecord) =>
    viewOfGroup(record, { store, keys, now, loopOf: (each) => desk.loopOf(each) });
  const desk: GroupDesk = createGroupDesk({
    ...{ aid, deviceId, slotId, store, rpc, sync, keys, runtime, isOnline, now, emit, publish, view },
    pictures: deps.pictures,
    desktop: deps.desktop,
  });

  function tellSoon(group: string): void {
    if (stopped) return;
    telling.add(group);
    timer ??= runtime.scheduler.after(TELL_DELAY_MS, () => {
      timer = null;
      const groups = [...telling];
      telling.clear();
      for (const each of groups) background('groups.not_told', tell(each));
    });
  }

  async function tell(group: string): Promise<void> {
    const record = sync.record(group);
    if (record === null) return;
    const shown = await view(record);
    emit({ event: 'group.changed', data: { account: aid, group: shown } });
    const security = SECURITY[shown.keys.state];
    const conversation = await store.conversation(group);
    if (conversation !== null && conversation.security !== security)
      publish(await store.setSecurity(group, security));
  }

  function background(event: string, work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      const { code, message } = toAunError(thrown);
      if (!stopped) runtime.logger.log('warn', event, { code, message });
    });
  }

  const disposers = [
    keys.onState((group) => {
      tellSoon(group);
      if (keys.state(group).state === 'secured') deps.wake(group);
    }),
  ];

  return {
    keys,
    courier,
    sync,
    desk,
    async load() {
      await sync.load();
      await keys.load();
    },
    online() {
      keys.online();
      sync.online();
      desk.online();
    },
    offline() {
      keys.offline();
      sync.offline();
      desk.offline();
    },
    event: (name, params) => sync.event(name, params),
    async stop() {
      stopped = true;
      timer?.();
      for (const dispose of disposers) dispose();
      await desk.stop();
      await sync.stop();
      await keys.stop();
    },
  };
}

/** What the list says of a group's protection. */
const SECURITY: Readonly<Record<GroupKeyState['state'], Conversation['security']>> = {
  secured: 'encrypted',
  securing: 'securing',
  waiting: 'securing',
  unsupported: 'unknown',
  none: 'unknown',
};
