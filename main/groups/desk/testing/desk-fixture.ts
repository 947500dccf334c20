import { parseAid } from '../../../../shared/aun/aid';
import type { Aid } from '../../../../shared/aun/aid';
import type { Group } from '../../../../shared/model/group';
import type { BridgeEvent } from '../../../../shared/bridge/contract';
import type { MembershipChange } from '../../../ports/groups';
import type { GroupMemberRecord, GroupRecord } from '../../../ports/group-store';
import type { Pictures } from '../../../ports/pictures';
import type { AccountStore } from '../../../ports/store';
import { noDesktop } from '../../../ports/desktop';
import { AunError, RpcError } from '../../../runtime/errors';
import { silentLogger } from '../../../runtime/logger';
import { systemRandom } from '../../../runtime/runtime';
import { FakeTime } from '../../../runtime/testing/fake-time';
import { openTestStore } from '../../../store/store-test-support';
import { groupCall } from '../../errors';
import type { GroupFacts, GroupSync } from '../../sync/port';
import { newRecord } from '../../sync/records';
import { readGroup } from '../../wire';
import { createGroupDesk } from '..';
import type { GroupDesk } from '..';

function named(text: string): Aid {
  const aid = parseAid(text);
  if (aid === null) throw new Error(`${text} is no name`);
  return aid;
}

/** Whose desk it is. */
export const ALICE = named('alice.aun.test');
export const BOB = named('bobby.aun.test');
export const CAROL = named('carol.aun.test');
export const GROUP = 'group.aun.test/g-abc123';

/** A record of an active group of ours. */
export function groupRecord(changes: Partial<GroupRecord> = {}): GroupRecord {
  return {
    ...newRecord(GROUP, GROUP),
    name: 'Team',
    membership: 'member',
    role: 'owner',
    owner: ALICE,
    memberCount: 2,
    joinMode: 'approval',
    joinedAt: 1,
    protocol: 'group_e2ee',
    committedEpoch: 1,
    ...changes,
  };
}

/** A member as stored. */
export function memberOf(aid: string, changes: Partial<GroupMemberRecord> = {}): GroupMemberRecord {
  return {
    aid,
    role: 'member',
    kind: 'human',
    joinedAt: 1,
    mutedUntil: null,
    muteReason: '',
    hasKeys: true,
    ...changes,
  };
}

/** An error as a gateway answers it. */
export function refused(code: number, message: string, reason: string | null = null): RpcError {
  return new RpcError('gateway_refused', { code, message, reason }, false, 'group.test');
}

/** A desk on a real store; gateway, sync and keys are pretended. */
export interface DeskFixture {
  readonly desk: GroupDesk;
  readonly store: AccountStore;
  readonly time: FakeTime;
  readonly calls: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[];
  readonly changes: MembershipChange[];
  readonly events: BridgeEvent[];
  readonly did: string[];
  /** Answers calls. */
  answer: (method: string, params: Readonly<Record<string, unknown>>) => unknown;
  /** What reading anew brings. */
  truth: GroupFacts;
  online: boolean;
  /** Path the next save dialog gets. */
  target: string | null;
  pictures: Pictures;
  record(group?: string): GroupRecord;
  put(record: GroupRecord, members?: readonly GroupMemberRecord[]): Promise<void>;
  /** Methods that were called. */
  methods(): string[];
}

function shown(record: GroupRecord, loop: Group['loop']): Group {
  const { committedEpoch, ...same } = record;
  return {
    ...same,
    duty: [...same.duty],
    agentCount: null,
    historyBefore: false,
    link: '',
    keys: {
      state: 'secured',
      epoch: committedEpoch,
      refreshPending: false,
      withoutKeys: [],
      serverHolds: false,
    },
    loop,
  };
}

export async function openDesk(): Promise<DeskFixture> {
  const { store } = await openTestStore();
  const time = new FakeTime(1_790_000_000_000);
  const records = new Map<string, GroupRecord>();
  const save = async (record: GroupRecord): Promise<GroupRecord> => {
    records.set(record.group, record);
    await store.saveGroup(record, 'accepted');
    return record;
  };
  const require = (group: string): GroupRecord => {
    const record = records.get(group);
    if (record === undefined) throw new AunError('group_not_found', 'no such group');
    return record;
  };
  const sync: GroupSync = {
    records: () => [...records.values()],
    record: (group) => records.get(group) ?? null,
    changeMembers: (_group, step) => step(),
    change: (group, facts) => save({ ...require(group), ...facts }),
    apply(value, facts = {}) {
      const wire = readGroup(value);
      if (wire === null) throw new AunError('protocol_error', 'no group');
      const before =
        records.get(wire.group) ??
        groupRecord({ group: wire.group, wireId: wire.wireId, role: null, membership: 'none' });
      return save({
        ...before,
        name: wire.name ?? before.name,
        status: wire.status ?? before.status,
        memberCount: wire.memberCount ?? before.memberCount,
        ...facts,
      });
    },
    refresh(group) {
      fixture.did.push('refresh');
      return save({ ...require(group), ...fixture.truth });
    },
    refreshSoon: () => undefined,
    refreshList() {
      fixture.did.push('refreshList');
      return Promise.resolve();
    },
    catchUp() {
      fixture.did.push('catchUp');
      return Promise.resolve();
    },
    joined() {
      fixture.did.push('joined');
      return Promise.resolve();
    },
    left: (group, { membership, by }) => save({ ...require(group), membership, role: null, removedBy: by }),
    forget: () => Promise.resolve(),
    heal() {
      fixture.did.push('heal');
      return Promise.resolve({ healed: 0, remaining: 0 });
    },
  };
  const fixture: DeskFixture = {
    store,
    time,
    calls: [],
    changes: [],
    events: [],
    did: [],
    answer: () => ({}),
    truth: {},
    online: true,
    target: null,
    pictures: {
      publish: () => Promise.resolve({ reference: `https://${ALICE}/p.png`, address: 'data:image/png;,' }),
      fetch: () => Promise.resolve(null),
    },
    record: (group = GROUP) => require(group),
    async put(record, members = [memberOf(ALICE, { role: record.role ?? 'member' })]) {
      await save(record);
      await store.replaceMembers(record.group, members);
    },
    methods: () => fixture.calls.map(({ method }) => method),
    desk: createGroupDesk({
      aid: ALICE,
      deviceId: 'device-1',
      slotId: 'main',
      store,
      rpc: {
        call: (method, params) =>
          groupCall(async () => {
            fixture.calls.push({ method, params });
            fixture.did.push(method);
            return Promise.resolve(fixture.answer(method, params));
          }),
      },
      sync,
      keys: {
        load: () => Promise.resolve(),
        online: () => undefined,
        offline: () => undefined,
        stop: () => Promise.resolve(),
        created() {
          fixture.did.push('keys.created');
          return Promise.resolve();
        },
        membershipChanged: (change) => void fixture.changes.push(change),
        hold: () => () => undefined,
        settled: () => Promise.resolve(),
        sendingKey: () => Promise.reject(new Error('nothing is sent here')),
        secret: () => null,
        missing: () => undefined,
        onKey: () => () => undefined,
        onGivenUp: () => () => undefined,
        onState: () => () => undefined,
        handleControls: () => undefined,
        state: () => shown(groupRecord(), null).keys,
        epochs: () => [],
        repair() {
          fixture.did.push('keys.repair');
          return Promise.resolve();
        },
        leftGroup(_group, wipe) {
          fixture.did.push(`keys.left ${String(wipe)}`);
          return Promise.resolve();
        },
      },
      pictures: {
        publish: (base64) => fixture.pictures.publish(base64),
        fetch: (reference) => fixture.pictures.fetch(reference),
      },
      view: (record) => Promise.resolve(shown(record, fixture.desk.loopOf(record))),
      runtime: { clock: time, random: systemRandom, scheduler: time, logger: silentLogger },
      isOnline: () => fixture.online,
      now: () => time.now(),
      emit: (event) => void fixture.events.push(event),
      publish: () => undefined,
      desktop: { ...noDesktop, chooseSave: () => Promise.resolve(fixture.target) },
    }),
  };
  return fixture;
}

/** A desk at which ALICE owns a group with BOB in it. */
export async function owned(): Promise<DeskFixture> {
  const fixture = await openDesk();
  await fixture.put(groupRecord(), [memberOf(ALICE, { role: 'owner' }), memberOf(BOB)]);
  return fixture;
}
