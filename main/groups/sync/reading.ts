import type { GroupText } from '../../../shared/model/group';
import type { GroupRecord } from '../../ports/group-store';
import type { RpcCaller } from '../../ports/session';
import { memberRecord } from '../desk/support';
import { readGroup, readList, readMember, readSettings, readText, settingFacts } from '../wire';
import type { MemberWire } from '../wire';
import type { GroupFacts, Stale } from './port';
import { factsOf } from './records';
import type { GroupRecords, GroupShelf } from './records';

/** Most members that are kept of one group (`protocol/05 §11` allows 500). */
const MAX_MEMBERS = 5_000;
/** How often a list is asked for anew because its members changed meanwhile. */
const MEMBER_READS = 3;

/** What reading groups anew works with. */
export interface GroupReadingParts {
  readonly aid: string;
  readonly store: GroupShelf;
  readonly records: GroupRecords;
  readonly rpc: RpcCaller;
  /** Members of a group were stored. */
  readonly membersChanged: (group: string) => void;
}

/** Reads what a gateway says of a group now, and keeps it. Every method throws group and gateway errors. */
export class GroupReading {
  constructor(private readonly parts: GroupReadingParts) {}

  /** Reads the parts that are stale. */
  async read(group: string, stale: Stale): Promise<GroupRecord> {
    if (stale.record === true) await this.record(group);
    if (stale.members === true) await this.members(group);
    if (stale.settings === true) await this.settings(group);
    if (stale.requests === true) await this.requests(group);
    return this.parts.records.require(group);
  }

  private async record(group: string): Promise<void> {
    const wire = readGroup(await this.ask('group.get_info', group), this.wireId(group));
    if (wire?.group !== group) return;
    await this.parts.records.change(group, factsOf(wire));
  }

  private async members(group: string): Promise<void> {
    const { store, records, aid } = this.parts;
    let members: readonly MemberWire[] = [];
    for (let left = MEMBER_READS, stored = false; !stored && left > 0; left -= 1) {
      const news = records.memberNews(group);
      members = await this.memberList(group);
      // Whoever may ask is a member: an answer without us is none.
      if (!members.some((member) => member.aid === aid)) return;
      const listed = members;
      // Somebody who came, went or was muted meanwhile may be missing in it; without an end to that the last one has to do.
      stored = await records.replaceMembers(group, left > 1 ? news : null, () =>
        Promise.all(
          listed.map(async (member) => memberRecord(member, await store.groupMember(group, member.aid))),
        ),
      );
    }
    const own = members.find((member) => member.aid === aid);
    const owner = members.find(({ role }) => role === 'owner')?.aid ?? null;
    await records.change(group, {
      memberCount: members.length,
      ...(own === undefined ? {} : { role: own.role }),
      ...(owner === null ? {} : { owner }),
      ...(own?.joinedAt == null ? {} : { joinedAt: own.joinedAt }),
    });
    this.parts.membersChanged(group);
  }

  private async memberList(group: string): Promise<readonly MemberWire[]> {
    const { items } = readList(await this.ask('group.get_members', group), 'members');
    const found = new Map<string, MemberWire>();
    for (const item of items.slice(0, MAX_MEMBERS)) {
      const member = readMember(item);
      if (member !== null && !found.has(member.aid)) found.set(member.aid, member);
    }
    return [...found.values()];
  }

  private async settings(group: string): Promise<void> {
    const { records } = this.parts;
    const facts = settingFacts(readSettings(await this.ask('group.get_settings', group)));
    const rules = readText(await this.ask('group.get_rules', group), 'rules');
    const { announcement, rules: written, ...rest } = facts;
    await records.change(group, (before) => ({
      ...rest,
      ...textFacts('announcement', before, announcement, this.parts.aid),
      ...textFacts('rules', before, rules === null ? written : rules.text, this.parts.aid),
      ...(rules?.allowMemberInvite == null ? {} : { allowMemberInvite: rules.allowMemberInvite }),
      ...(rules === null ? {} : { maxMembers: rules.maxMembers }),
    }));
  }

  /** How many ask to come in; only those who decide may know. */
  private async requests(group: string): Promise<void> {
    const { role } = this.parts.records.require(group);
    if (role !== 'owner' && role !== 'admin') return;
    const answer = await this.ask('group.list_join_requests', group, { status: 'pending', size: 1 });
    await this.parts.records.change(group, { requests: readList(answer, 'requests').total });
  }

  private ask(
    method: string,
    group: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> {
    return this.parts.rpc.call(method, { group_id: this.wireId(group), ...params });
  }

  private wireId(group: string): string {
    return this.parts.records.require(group).wireId;
  }
}

/** A text as read now: what is known of its signature stays with the same words of the same author; other words are news. */
export function textFacts(
  name: 'announcement' | 'rules',
  before: GroupRecord,
  now: GroupText | null | undefined,
  aid: string,
): GroupFacts {
  if (now === undefined) return {};
  const known = before[name];
  const seen = name === 'announcement' ? 'announcementSeen' : 'rulesSeen';
  if (now === null) return known === null ? {} : { [name]: null, [seen]: true };
  const isSame =
    known !== null && known.content === now.content && (now.updatedBy ?? known.updatedBy) === known.updatedBy;
  if (isSame) return { [name]: { ...known, updatedAt: now.updatedAt ?? known.updatedAt } };
  return { [name]: now, [seen]: now.updatedBy === aid };
}
