import { MUTED_FOREVER } from '../../../shared/model/conversation';
import type { GroupMember } from '../../../shared/model/group';
import type { GroupMemberRecord, GroupRecord } from '../../ports/group-store';
import { toAunError } from '../../runtime/errors';
import { readBan, readMember, wireCount } from '../wire';
import { answerOf } from './answers';
import type { DeskParams, DeskResult } from './contract';
import type { OnlineWatch } from './online-watch';
import { shownPerson } from './people';
import { endsSeries, mutedUntilOf } from './support';
import type { DeskSupport } from './support';

/** Who is in a group and what is done about them (`protocol/05 §6.2`, §13.3 to §13.9, §13.17). */
export class Members {
  constructor(
    private readonly support: DeskSupport,
    private readonly online: OnlineWatch,
  ) {}

  /** A page of the members, from the store: big groups are read in pieces. */
  async members(params: DeskParams<'members'>): Promise<DeskResult<'members'>> {
    const { group } = this.support.require(params.group);
    const { store, now } = this.support.deps;
    const { query: text, only, limit, offset } = params;
    const page = await store.groupMembers(group, { text, only, limit, offset, now: now() });
    const members = await Promise.all(page.members.map((member) => this.shown(group, member)));
    return { members, total: page.total };
  }

  async member({ group, aid }: DeskParams<'member'>): Promise<DeskResult<'member'>> {
    const record = this.support.require(group);
    const member = await this.support.deps.store.groupMember(record.group, aid);
    return { member: member === null ? null : await this.shown(record.group, member) };
  }

  /** @throws AunError when nobody could be added because we may not, or because the gateway is out of reach */
  async add({ group, members, role }: DeskParams<'add'>): Promise<DeskResult<'add'>> {
    const record = await this.support.allow(group, role === 'admin' ? 'add_admin' : 'add_member');
    const failed = await this.addAll(record, members, role);
    return { group: await this.support.show(record.group), failed };
  }

  /**
   * Adds people one after the other. Who is in already is no failure: a repeat after a lost answer ends well.
   * @throws AunError what stopped it before anybody was added
   */
  async addAll(
    record: GroupRecord,
    members: DeskParams<'add'>['members'],
    role: 'member' | 'admin',
  ): Promise<DeskResult<'add'>['failed']> {
    const release = this.support.deps.keys.hold(record.group);
    try {
      return await this.addEach(record, members, role);
    } finally {
      release();
    }
  }

  private async addEach(
    record: GroupRecord,
    members: DeskParams<'add'>['members'],
    role: 'member' | 'admin',
  ): Promise<DeskResult<'add'>['failed']> {
    const failed: DeskResult<'add'>['failed'] = [];
    const others = members.filter(({ aid }) => aid !== this.support.deps.aid);
    for (const [index, { aid, kind }] of others.entries()) {
      try {
        await this.addOne(record, aid, kind, role);
      } catch (thrown) {
        const { code } = toAunError(thrown);
        if (code === 'group_already_member') continue;
        if (!endsSeries(code)) {
          failed.push({ aid, code });
          continue;
        }
        if (index === 0) throw thrown;
        failed.push(...others.slice(index).map((left) => ({ aid: left.aid, code })));
        break;
      }
    }
    return failed;
  }

  private async addOne(
    record: GroupRecord,
    aid: string,
    kind: 'human' | 'ai',
    role: 'member' | 'admin',
  ): Promise<void> {
    const { keys } = this.support.deps;
    const answer = await this.support.call('group.add_member', record, { aid, role, member_type: kind });
    const { member } = answerOf(answer);
    await this.support.saveMember(record.group, readMember(member ?? { aid, role, member_type: kind }));
    await this.support.applied(record, answer);
    keys.membershipChanged({
      group: record.group,
      action: 'member_added',
      changed: [aid],
      oldEpoch: wireCount(answerOf(answer)['old_epoch']),
      eventSeq: null,
      own: true,
    });
  }

  /** Removes a member. With `ban` they are banned first: an open group would let them straight back (`protocol/05 §13.8`). */
  async kick({ group, aid, ban, reason }: DeskParams<'kick'>): Promise<DeskResult<'kick'>> {
    const record = await this.support.allow(group, 'kick', aid);
    if (ban) await this.support.call('group.ban', record, { subject: aid, expires_in_seconds: 0, reason });
    const { store, sync, keys } = this.support.deps;
    let answer: unknown = null;
    try {
      answer = await this.support.call('group.kick', record, { aid });
    } catch (thrown) {
      // They went meanwhile: what was wanted is so. Had it been us, the group was read anew and says so.
      const { code } = toAunError(thrown);
      const gone =
        (code === 'not_found' || code === 'group_not_member') &&
        this.support.require(record.group).membership === 'member';
      if (!gone) throw thrown;
    }
    await sync.changeMembers(record.group, () => store.removeMember(record.group, aid));
    this.support.membersChanged(record.group);
    if (answer !== null) {
      await this.support.applied(record, answer);
      keys.membershipChanged({
        group: record.group,
        action: 'member_removed',
        changed: [aid],
        oldEpoch: wireCount(answerOf(answer)['old_epoch']),
        eventSeq: null,
        own: true,
      });
    }
    return this.support.show(record.group);
  }

  /** `group.ban` is the mute, and for somebody outside what keeps them out (`protocol/05 §3.2`). */
  async mute({ group, aid, seconds, reason }: DeskParams<'mute'>): Promise<DeskResult<'mute'>> {
    const record = await this.support.allow(group, 'mute', aid);
    await this.ban(record, aid, seconds, reason);
    return this.support.show(record.group);
  }

  /** Bans somebody for `seconds`, 0 for good, and lays it down with the member. */
  async ban(record: GroupRecord, aid: string, seconds: number, reason: string): Promise<void> {
    const answer = await this.support.call('group.ban', record, {
      subject: aid,
      expires_in_seconds: seconds,
      reason,
    });
    const told = readBan(answerOf(answer)['ban'], aid);
    const own = seconds === 0 ? MUTED_FOREVER : this.support.deps.now() + seconds * 1000;
    await this.support.changeMember(record.group, aid, {
      mutedUntil: told === null ? own : mutedUntilOf(told),
      muteReason: reason,
    });
  }

  async unmute({ group, aid }: DeskParams<'unmute'>): Promise<DeskResult<'unmute'>> {
    const record = await this.support.allow(group, 'mute', aid);
    await this.support.call('group.unban', record, { subject: aid });
    await this.support.changeMember(record.group, aid, { mutedUntil: null, muteReason: '' });
    return this.support.show(record.group);
  }

  async setRole({ group, aid, role }: DeskParams<'setRole'>): Promise<DeskResult<'setRole'>> {
    const record = await this.support.allow(group, 'set_role', aid);
    await this.support.call('group.set_role', record, { aid, role });
    await this.support.changeMember(record.group, aid, { role });
    return this.support.show(record.group);
  }

  /** Hands the group over; we become an admin (`protocol/05 §13.9`). */
  async transfer({ group, aid }: DeskParams<'transfer'>): Promise<DeskResult<'transfer'>> {
    const record = await this.support.allow(group, 'transfer', aid);
    const answer = await this.support.call('group.transfer_owner', record, { new_owner: aid });
    await this.support.changeMember(record.group, aid, { role: 'owner' });
    await this.support.changeMember(record.group, this.support.deps.aid, { role: 'admin' });
    await this.support.applied(record, answer, { role: 'admin', owner: aid });
    return this.support.show(record.group);
  }

  private async shown(group: string, member: GroupMemberRecord): Promise<GroupMember> {
    const { store, aid: own, now } = this.support.deps;
    const muted = member.mutedUntil !== null && member.mutedUntil > now();
    return {
      aid: member.aid,
      ...(await shownPerson(store, member.aid)),
      role: member.role,
      kind: member.kind,
      joinedAt: member.joinedAt,
      online: this.online.isOnline(group, member.aid),
      mutedUntil: muted ? member.mutedUntil : null,
      muteReason: muted ? member.muteReason : '',
      hasKeys: member.hasKeys,
      own: member.aid === own,
    };
  }
}
