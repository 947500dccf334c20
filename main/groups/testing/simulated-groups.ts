import { RpcError } from '../../runtime/errors';
import type { Clock } from '../../runtime/runtime';
import type { JoinMode } from '../../../shared/model/group';
import { epochChain } from '../../e2ee/v1/group';

type Params = Readonly<Record<string, unknown>>;
type Role = 'owner' | 'admin' | 'member';

/** A member on the simulated gateway. */
export interface SimulatedMember {
  role: Role;
  joinEpoch: number;
  floor: number;
  joinSeq: number;
  banned: boolean;
}

interface SimulatedRotation {
  readonly id: string;
  readonly base: number;
  readonly target: number;
  readonly commitment: string;
  readonly expected: readonly string[];
  readonly owner: string;
  readonly acks: Set<string>;
  leaseEndsAt: number;
  status: 'distributing' | 'committed' | 'aborted';
  chain: string;
}

/** A message as it is stored. */
export interface SimulatedMessage {
  readonly seq: number;
  readonly sender: string;
  readonly epoch: number;
  readonly payload: unknown;
  readonly messageId: string;
}

/** A group on the simulated gateway. */
export interface SimulatedGroup {
  readonly id: string;
  joinMode: JoinMode;
  dissolved: boolean;
  readonly members: Map<string, SimulatedMember>;
  committed: number;
  rotation: SimulatedRotation | null;
  pending: SimulatedRotation | null;
  readonly serverKeys: Map<number, Readonly<Record<string, string>>>;
  readonly messages: SimulatedMessage[];
  eventSeq: number;
  /** Every rotation that was ever begun. */
  readonly begun: SimulatedRotation[];
}

/** A change of members as clients hear it; `oldEpoch` null for those who are out. */
export interface SimulatedEvent {
  readonly group: string;
  readonly action:
    'member_added' | 'joined' | 'join_approved' | 'invite_code_used' | 'member_left' | 'member_removed';
  readonly changed: string;
  readonly oldEpoch: number | null;
  readonly eventSeq: number | null;
}

/** A control message in the inbox of a device. */
export interface SimulatedControl {
  readonly from: string;
  readonly messageId: string;
  readonly own: boolean;
  readonly payload: unknown;
  readonly at: number;
}

interface Connection {
  readonly aid: string;
  readonly device: string;
  hear: ((event: SimulatedEvent) => void) | null;
  letter: (() => void) | null;
}

/** The group rules of a gateway that keys depend on (`protocol/02 §11.5`, §12; `protocol/05 §9.4`), in memory. */
export class SimulatedGroups {
  readonly groups = new Map<string, SimulatedGroup>();
  readonly calls: { readonly aid: string; readonly method: string; readonly params: Params }[] = [];
  readonly inboxes = new Map<string, SimulatedControl[]>();
  /** People who never published keys of their own. */
  readonly keyless = new Set<string>();
  /** Changes an answer before it goes out, for tests of what a gateway may say. */
  tamper: (method: string, answer: unknown, aid: string) => unknown = (_method, answer) => answer;
  /** Throws to make a call fail before (`reach`) or after (`answer`) it was carried out. */
  fault: (moment: 'reach' | 'answer', method: string, aid: string) => void = () => undefined;
  readonly #connections = new Map<string, Connection>();

  constructor(private readonly clock: Clock) {}

  /** Registers a device; its letters are kept while it is away. */
  device(aid: string, device: string): void {
    const key = `${aid} ${device}`;
    if (!this.inboxes.has(key)) this.inboxes.set(key, []);
  }

  connect(aid: string, device: string, hear: (event: SimulatedEvent) => void, letter: () => void): void {
    this.device(aid, device);
    this.#connections.set(`${aid} ${device}`, { aid, device, hear, letter });
  }

  disconnect(aid: string, device: string): void {
    this.#connections.delete(`${aid} ${device}`);
  }

  isOnline(aid: string): boolean {
    return [...this.#connections.values()].some((connection) => connection.aid === aid);
  }

  group(id: string): SimulatedGroup {
    const group = this.groups.get(id);
    if (group === undefined) throw refusal(-33001, 'group not found', 'group_not_found');
    return group;
  }

  create(id: string, owner: string, joinMode: JoinMode): SimulatedGroup {
    const group: SimulatedGroup = {
      id,
      joinMode,
      dissolved: false,
      members: new Map([[owner, { role: 'owner', joinEpoch: 0, floor: 0, joinSeq: 0, banned: false }]]),
      committed: 0,
      rotation: null,
      pending: null,
      serverKeys: new Map(),
      messages: [],
      eventSeq: 0,
      begun: [],
    };
    this.groups.set(id, group);
    return group;
  }

  /** Lets somebody in; returns the epoch before. */
  admit(id: string, aid: string, action: SimulatedEvent['action'], role: Role = 'member'): number {
    const group = this.group(id);
    const { committed } = group;
    group.members.set(aid, {
      role,
      joinEpoch: committed,
      floor: committed === 0 ? 0 : committed + 1,
      joinSeq: group.messages.length,
      banned: false,
    });
    this.#tell(group, action, aid, committed);
    return committed;
  }

  /** Takes somebody out; returns the epoch before. */
  remove(id: string, aid: string, action: 'member_left' | 'member_removed'): number {
    const group = this.group(id);
    const { committed } = group;
    group.members.delete(aid);
    for (const [epoch, keys] of group.serverKeys) {
      const { [aid]: _gone, ...rest } = keys;
      group.serverKeys.set(epoch, rest);
    }
    this.#tell(group, action, aid, committed);
    return committed;
  }

  rpcOf(aid: string, device: string) {
    return {
      call: async (method: string, params: Params): Promise<unknown> => {
        await Promise.resolve();
        if (!this.#connections.has(`${aid} ${device}`)) throw closed(method);
        this.fault('reach', method, aid);
        this.calls.push({ aid, method, params });
        const answer = this.#answer(aid, device, method, params);
        await Promise.resolve();
        this.fault('answer', method, aid);
        return this.tamper(method, structuredCloneOf(answer), aid);
      },
    };
  }

  /** Messages of a group after a number, as far as somebody may have them. */
  pull(id: string, aid: string, after: number): readonly SimulatedMessage[] {
    const group = this.group(id);
    const member = group.members.get(aid);
    if (member === undefined) throw refusal(-33005, 'not a member of this group', 'not_member');
    return group.messages.filter(({ seq }) => seq > Math.max(after, member.joinSeq));
  }

  #answer(aid: string, device: string, method: string, params: Params): unknown {
    if (method === 'message.send') return this.#letter(aid, device, params);
    const rotationId = params['rotation_id'];
    const byRotation = method.startsWith('group.e2ee.') && params['group_id'] === undefined;
    const group = byRotation
      ? [...this.groups.values()].find((each) =>
          [each.pending?.id, each.rotation?.id].includes(String(rotationId)),
        )
      : this.group(String(params['group_id']));
    if (group === undefined) return { success: false, reason: 'rotation_not_found' };
    const member = group.members.get(aid);
    if (group.dissolved) throw refusal(-33003, 'group has been dissolved', 'group_dissolved');
    if (member === undefined) throw refusal(-33005, 'not a member of this group', 'not_member');
    switch (method) {
      case 'group.e2ee.get_epoch':
        return this.#epochState(group);
      case 'group.get_members':
      case 'group.get_online_members':
        return {
          members: [...group.members].map(([name, { role, floor }]) => ({
            aid: name,
            role,
            status: 'active',
            min_read_epoch: floor,
            online: this.isOnline(name),
          })),
        };
      case 'group.get_join_requirements':
        return { join_requirements: { mode: group.joinMode } };
      case 'group.e2ee.get_epoch_key':
        return this.#serverKey(group, aid, member, params);
      case 'group.e2ee.ack_rotation_key':
        return this.#acknowledge(group, aid, params);
      case 'group.send':
        return this.#send(group, aid, member, params);
      default:
        return this.#rotate(group, aid, member, method, params);
    }
  }

  #rotate(
    group: SimulatedGroup,
    aid: string,
    member: SimulatedMember,
    method: string,
    params: Params,
  ): unknown {
    const open = group.joinMode === 'open' || group.joinMode === 'invite_only';
    const first = group.committed === 0 && member.role === 'owner';
    const may = member.role !== 'member' || (open && !member.banned) || first;
    if (!may) throw refusal(-32004, 'permission denied: admin role required', 'need_admin');
    const { pending } = group;
    switch (method) {
      case 'group.e2ee.begin_rotation':
        return this.#begin(group, aid, params);
      case 'group.e2ee.heartbeat_rotation':
        if (pending?.owner !== aid) return { success: false, reason: 'not_lease_owner' };
        pending.leaseEndsAt = this.clock.now() + 120_000;
        return { success: true, rotation: this.#shown(group, pending) };
      case 'group.e2ee.commit_rotation':
        return this.#commit(group, aid, params);
      case 'group.e2ee.abort_rotation':
        if (pending === null) return { success: false, reason: 'rotation_closed' };
        pending.status = 'aborted';
        group.pending = null;
        return { success: true, rotation: this.#shown(group, pending) };
      default:
        throw refusal(-32601, `method not found: ${method}`, '');
    }
  }

  #begin(group: SimulatedGroup, aid: string, params: Params): unknown {
    const expected = namesOf(params['expected_members']);
    const { pending } = group;
    const again = pending?.id === params['rotation_id'] ? pending : null;
    if (again?.owner === aid) return { success: true, rotation: this.#shown(group, again) };
    if (params['base_epoch'] !== group.committed || params['target_epoch'] !== group.committed + 1)
      return { success: false, reason: 'epoch_conflict', epoch: group.committed };
    if (!same(expected, group.members)) return { success: false, reason: 'expected_members_mismatch' };
    if (pending !== null && pending.leaseEndsAt > this.clock.now())
      return { success: false, reason: 'rotation_pending', rotation: this.#shown(group, pending) };
    group.pending = {
      id: String(params['rotation_id']),
      base: group.committed,
      target: group.committed + 1,
      commitment: String(params['key_commitment']),
      expected,
      owner: aid,
      acks: new Set(),
      leaseEndsAt: this.clock.now() + Number(params['lease_ms']),
      status: 'distributing',
      chain: '',
    };
    group.begun.push(group.pending);
    return { success: true, rotation: this.#shown(group, group.pending) };
  }

  #acknowledge(group: SimulatedGroup, aid: string, params: Params): unknown {
    const rotation = [group.pending, group.rotation].find((each) => each?.id === params['rotation_id']);
    if (rotation?.expected.includes(aid) !== true) return { success: false, reason: 'rotation_not_found' };
    if (rotation.commitment !== params['key_commitment'])
      return { success: false, reason: 'commitment_mismatch' };
    rotation.acks.add(aid);
    return { success: true };
  }

  #commit(group: SimulatedGroup, aid: string, params: Params): unknown {
    const { pending } = group;
    if (pending?.id !== params['rotation_id']) return { success: false, reason: 'rotation_not_found' };
    return this.#commitOwn(group, aid, pending, params['encrypted_keys']);
  }

  #commitOwn(group: SimulatedGroup, aid: string, pending: SimulatedRotation | null, keys: unknown): unknown {
    if (pending === null) return { success: false, reason: 'rotation_not_found' };
    if (pending.owner !== aid) return { success: false, reason: 'not_lease_owner' };
    if (pending.leaseEndsAt <= this.clock.now()) return { success: false, reason: 'rotation_closed' };
    if (!pending.acks.has(aid))
      return { success: false, reason: 'acks_missing', rotation: this.#shown(group, pending) };
    if (!same(pending.expected, group.members)) {
      pending.status = 'aborted';
      group.pending = null;
      return { success: false, reason: 'expected_members_mismatch', rotation: this.#shown(group, pending) };
    }
    pending.status = 'committed';
    pending.chain = epochChain(group.rotation?.chain ?? null, pending.target, pending.commitment, aid);
    group.rotation = pending;
    group.pending = null;
    group.committed = pending.target;
    if (isTexts(keys)) group.serverKeys.set(pending.target, keys);
    return {
      success: true,
      epoch: group.committed,
      committed_epoch: group.committed,
      rotation: this.#shown(group, pending),
    };
  }

  #serverKey(group: SimulatedGroup, aid: string, member: SimulatedMember, params: Params): unknown {
    const epoch = Number(params['epoch'] ?? group.committed);
    const open = group.joinMode === 'open' || group.joinMode === 'invite_only';
    const blob = open && epoch >= member.floor ? group.serverKeys.get(epoch)?.[aid] : undefined;
    return { group_id: group.id, epoch, ...(blob === undefined ? {} : { encrypted_key: blob }) };
  }

  #send(group: SimulatedGroup, aid: string, member: SimulatedMember, params: Params): unknown {
    const payload = params['payload'];
    const epoch = Number(
      typeof payload === 'object' && payload !== null && 'epoch' in payload ? payload.epoch : 0,
    );
    if (member.banned) throw refusal(-32004, 'member is banned', 'banned');
    if (epoch < member.floor)
      throw refusal(
        -32041,
        `e2ee epoch below sender membership floor: epoch=${epoch} floor=${member.floor}`,
        'epoch',
      );
    if (epoch < group.committed) throw refusal(-32041, 'e2ee epoch too old', 'epoch');
    if (epoch > group.committed) throw refusal(-32041, 'e2ee epoch not committed', 'epoch');
    const messageId = String(params['message_id']);
    const known = group.messages.find((message) => message.sender === aid && message.messageId === messageId);
    const seq = known?.seq ?? group.messages.length + 1;
    if (known === undefined) group.messages.push({ seq, sender: aid, epoch, payload, messageId });
    return { message: { seq } };
  }

  #letter(aid: string, device: string, params: Params): unknown {
    const to = String(params['to']);
    const payload = params['payload'];
    const messageId = String(params['message_id']);
    for (const [key, inbox] of this.inboxes) {
      const [owner, target] = key.split(' ');
      const own = owner === aid && to !== aid;
      if (owner !== to && !(own && target !== device)) continue;
      if (inbox.some((letter) => letter.messageId === messageId && letter.from === aid)) continue;
      inbox.push({ from: aid, messageId, own, payload: structuredCloneOf(payload), at: this.clock.now() });
      this.#connections.get(key)?.letter?.();
    }
    return { status: 'sent' };
  }

  #epochState(group: SimulatedGroup): unknown {
    const names = [...group.members.keys()];
    return {
      group_id: group.id,
      epoch: group.committed,
      committed_epoch: group.committed,
      pending_rotation: group.pending === null ? null : this.#shown(group, group.pending),
      committed_rotation: group.rotation === null ? null : this.#shown(group, group.rotation),
      rotated_by: group.rotation?.owner ?? '',
      owner_aid: names.find((name) => group.members.get(name)?.role === 'owner') ?? '',
      recovery_candidates: [],
      admins: names.filter((name) => group.members.get(name)?.role === 'admin'),
      members: names,
    };
  }

  #shown(group: SimulatedGroup, rotation: SimulatedRotation): unknown {
    return {
      rotation_id: rotation.id,
      group_id: group.id,
      base_epoch: rotation.base,
      target_epoch: rotation.target,
      status: rotation.status,
      key_commitment: rotation.commitment,
      expected_members: rotation.expected,
      lease_owner: rotation.owner,
      lease_expires_at: rotation.leaseEndsAt,
      expired: rotation.leaseEndsAt <= this.clock.now(),
      ...(rotation.status === 'committed'
        ? { epoch_chain: rotation.chain, rotated_by: rotation.owner, committed_by: rotation.owner }
        : {}),
    };
  }

  #tell(group: SimulatedGroup, action: SimulatedEvent['action'], changed: string, oldEpoch: number): void {
    group.eventSeq += 1;
    const event = { group: group.id, action, changed };
    for (const { aid, hear } of this.#connections.values()) {
      if (group.members.has(aid)) hear?.({ ...event, oldEpoch, eventSeq: group.eventSeq });
      else if (aid === changed) hear?.({ ...event, oldEpoch: null, eventSeq: null });
    }
  }
}

function refusal(code: number, message: string, reason: string): RpcError {
  const kind = code === -32004 ? 'permission_denied' : 'gateway_refused';
  return new RpcError(kind, { code, message, reason: reason === '' ? null : reason }, false, 'simulated');
}

/** What a call comes to when the line is cut. */
export function closed(method: string): RpcError {
  return new RpcError('connection_closed', { code: 0, message: 'closed' }, true, method);
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function same(names: readonly string[], members: ReadonlyMap<string, unknown>): boolean {
  return names.length === members.size && names.every((name) => members.has(name));
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null;
}

function structuredCloneOf(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
