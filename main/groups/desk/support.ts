import { groupRefusal } from '../../../shared/aun/group-permissions';
import type {
  GroupOperation,
  GroupRefusal,
  GroupStanding,
  GroupTarget,
} from '../../../shared/aun/group-permissions';
import { parsePeerAid } from '../../../shared/aun/aid';
import { parseGroupId } from '../../../shared/aun/group-id';
import type { ErrorCode } from '../../../shared/bridge/errors';
import { MUTED_FOREVER } from '../../../shared/model/conversation';
import type { Group } from '../../../shared/model/group';
import type { GroupMemberRecord, GroupRecord } from '../../ports/group-store';
import { AunError, toAunError } from '../../runtime/errors';
import type { GroupFacts } from '../sync/port';
import type { BanWire, MemberWire } from '../wire';
import { answerOf } from './answers';
import type { DeskDependencies } from './dependencies';

/** Answer time of calls that change a group, in ms (`protocol/05 §6.0`). */
export const CHANGE_TIMEOUT_MS = 35_000;

const CODES: Readonly<Record<GroupRefusal, ErrorCode>> = {
  not_member: 'group_not_member',
  need_admin: 'group_need_admin',
  need_owner: 'group_need_owner',
  target_owner: 'group_target_owner',
  target_self: 'invalid_request',
  target_not_member: 'not_found',
  muted: 'group_muted',
  suspended: 'group_suspended',
  not_suspended: 'group_bad_status',
  dissolved: 'group_dissolved',
  owner_leaves: 'group_owner_leaves',
  not_own_message: 'recall_refused',
  invites_restricted: 'group_need_admin',
};

/** Errors that say that what we thought of the group, or of our part in it, is no longer so. */
const OUTDATED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'group_need_admin',
  'group_need_owner',
  'group_not_member',
  'group_not_found',
  'group_suspended',
  'group_bad_status',
  'group_dissolved',
  'group_muted',
  'group_target_owner',
  'group_owner_leaves',
  'permission_denied',
  'not_found',
]);

/** Failures of the way to the gateway: what comes after fails the same way. */
const ON_THE_WAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'connection_closed',
  'request_timeout',
  'gateway_unreachable',
  'network_unreachable',
  'rate_limited',
]);

/** Of these, what concerns one person only. */
const ABOUT_ONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'group_target_owner',
  'group_muted',
  'not_found',
]);

/** Whether the next call of the same kind can be expected to fail alike. */
export function endsSeries(code: ErrorCode): boolean {
  return (ON_THE_WAY.has(code) || OUTDATED.has(code)) && !ABOUT_ONE.has(code);
}

/** An address somebody typed or picked. @throws AunError `invalid_aid` */
export function peerOf(text: string): string {
  const aid = parsePeerAid(text);
  if (aid === null) throw new AunError('invalid_aid', 'this is nobody’s address');
  return aid;
}

/** The same params with the address of the person they are about checked. @throws AunError `invalid_aid` */
export function about<Params extends { readonly aid: string }>(params: Params): Params {
  return { ...params, aid: peerOf(params.aid) };
}

/** What the matrix needs of a record. */
export function standingOf(record: GroupRecord, now: number): GroupStanding {
  return {
    membership: record.membership,
    role: record.role,
    status: record.status,
    muted: record.mutedUntil !== null && record.mutedUntil > now,
    allowMemberInvite: record.allowMemberInvite,
    membersRotate: record.joinMode === 'open' || record.joinMode === 'invite_only',
  };
}

/** Error of a refusal by the matrix; says since when or until when where that is known. */
export function refusalError(refusal: GroupRefusal, operation: string, record: GroupRecord): AunError {
  const until = refusal === 'muted' ? { until: record.mutedUntil, reason: record.muteReason } : {};
  return new AunError(CODES[refusal], `${operation} is refused: ${refusal}`, {
    detail: { refusal, group: record.group, ...until },
  });
}

/** Until when a ban lasts, as kept with a member. */
export function mutedUntilOf(ban: BanWire | null): number | null {
  return ban === null ? null : (ban.until ?? MUTED_FOREVER);
}

/** A member as it is stored; what the wire does not tell stays as it was. */
export function memberRecord(member: MemberWire, before: GroupMemberRecord | null): GroupMemberRecord {
  const muted = member.banned === false ? null : mutedUntilOf(member.ban);
  const told = member.banned !== null || member.ban !== null;
  return {
    aid: member.aid,
    role: member.role,
    kind: member.kind,
    joinedAt: member.joinedAt ?? before?.joinedAt ?? null,
    mutedUntil: told ? muted : (before?.mutedUntil ?? null),
    muteReason: told ? (member.ban?.reason ?? '') : (before?.muteReason ?? ''),
    hasKeys: before?.hasKeys ?? true,
  };
}

/** What every part of the desk does: finding the group, asking the matrix, calling, and noticing that things changed meanwhile. */
export class DeskSupport {
  constructor(readonly deps: DeskDependencies) {}

  /** @throws AunError `group_not_found` */
  require(group: string): GroupRecord {
    const id = parseGroupId(group);
    const record = id === null ? null : this.deps.sync.record(id);
    if (record === null) throw new AunError('group_not_found', 'this installation knows no such group');
    return record;
  }

  /** The group as the window shows it now. */
  async show(group: string): Promise<Group> {
    return this.deps.view(this.require(group));
  }

  /** Whom an operation is about. */
  async target(record: GroupRecord, aid: string): Promise<GroupTarget> {
    const member = await this.deps.store.groupMember(record.group, aid);
    return { own: aid === this.deps.aid, role: member?.role ?? null };
  }

  /**
   * Asks the matrix before the gateway is asked. What we know may be old: before anything is refused it is read anew, once.
   * @throws AunError the code of the refusal
   */
  async allow(group: string, operation: GroupOperation, aid: string | null = null): Promise<GroupRecord> {
    const first = this.require(group);
    if ((await this.refusal(first, operation, aid)) === null) return first;
    await this.readAnew(first.group);
    const record = this.require(group);
    const refusal = await this.refusal(record, operation, aid);
    if (refusal !== null) throw refusalError(refusal, operation, record);
    return record;
  }

  /**
   * Calls a method about a group, by the id the gateway gave. When the answer says that we are no longer what we were, the group
   * is read anew before the error goes on, so that the window shows what is.
   */
  async call(
    method: string,
    record: GroupRecord,
    params: Readonly<Record<string, unknown>> = {},
    timeoutMs = CHANGE_TIMEOUT_MS,
  ): Promise<unknown> {
    try {
      return await this.deps.rpc.call(method, { group_id: record.wireId, ...params }, { timeoutMs });
    } catch (thrown) {
      if (OUTDATED.has(toAunError(thrown).code)) await this.readAnew(record.group);
      throw thrown;
    }
  }

  /** Lays down what the answer to an own call says of a group; an answer without a group object changes only `facts`. */
  async applied(record: GroupRecord, answer: unknown, facts: GroupFacts = {}): Promise<GroupRecord> {
    const said = { group_id: record.wireId, ...answerOf(answer) };
    return this.deps.sync.apply(said, facts, 'accepted');
  }

  /** Reads a group anew where that is possible; what goes wrong is for whoever asked first. */
  async readAnew(group: string): Promise<void> {
    if (!this.deps.isOnline()) return;
    try {
      await this.deps.sync.refresh(group);
    } catch (thrown) {
      const { code } = toAunError(thrown);
      this.deps.runtime.logger.log('info', 'group.not_refreshed', { code });
    }
  }

  /** Stores a member an answer told of. */
  async saveMember(group: string, member: MemberWire | null): Promise<void> {
    if (member === null) return;
    const { store, sync } = this.deps;
    await sync.changeMembers(group, async () =>
      store.saveMember(group, memberRecord(member, await store.groupMember(group, member.aid))),
    );
    this.membersChanged(group);
  }

  /** Lays down what changed of a member who is stored. */
  async changeMember(group: string, aid: string, facts: Partial<GroupMemberRecord>): Promise<void> {
    const { store, sync } = this.deps;
    const isKnown = await sync.changeMembers(group, async () => {
      const before = await store.groupMember(group, aid);
      if (before !== null) await store.saveMember(group, { ...before, ...facts });
      return before !== null;
    });
    if (isKnown) this.membersChanged(group);
  }

  /** Tells the window to ask for the members again. */
  membersChanged(group: string): void {
    this.deps.emit({ event: 'group.members', data: { account: this.deps.aid, group } });
  }

  /** Tells the window the group as it is now. */
  async tell(group: string): Promise<void> {
    const record = this.deps.sync.record(group);
    if (record === null) return;
    const shown = await this.deps.view(record);
    this.deps.emit({ event: 'group.changed', data: { account: this.deps.aid, group: shown } });
  }

  private async refusal(
    record: GroupRecord,
    operation: GroupOperation,
    aid: string | null,
  ): Promise<GroupRefusal | null> {
    const target = aid === null ? null : await this.target(record, aid);
    return groupRefusal(operation, standingOf(record, this.deps.now()), target);
  }
}
