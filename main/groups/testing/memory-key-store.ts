import type {
  GroupControl,
  GroupKeyRecord,
  GroupMemberRecord,
  GroupRecord,
  NewGroupControl,
} from '../../ports/group-store';
import type { KeyStore } from '../keys';
import { newRecord } from '../sync/records';

/** A group record with everything that keys do not look at left empty. */
export function groupRecord(patch: Partial<GroupRecord> & Pick<GroupRecord, 'group'>): GroupRecord {
  return {
    ...newRecord(patch.group, patch.group),
    name: 'A group',
    membership: 'member',
    role: 'member',
    memberCount: 1,
    joinMode: 'approval',
    protocol: 'group_e2ee',
    ...patch,
  };
}

/** The part of the database that keys live in, in memory; copies what it is given, as a database does. */
export class MemoryKeyStore implements KeyStore {
  readonly records = new Map<string, GroupRecord>();
  readonly members = new Map<string, Map<string, GroupMemberRecord>>();
  readonly keys = new Map<string, Map<number, GroupKeyRecord>>();
  readonly controls = new Map<number, GroupControl>();
  /** Names of calls that change something, in order. */
  readonly writes: string[] = [];
  #next = 1;

  addControl(control: NewGroupControl): void {
    const known = [...this.controls.values()];
    if (known.some(({ from, messageId }) => from === control.from && messageId === control.messageId)) return;
    this.controls.set(this.#next, { ...control, id: this.#next });
    this.#next += 1;
  }

  async group(group: string): Promise<GroupRecord | null> {
    return this.records.get(group) ?? null;
  }

  async groups(): Promise<GroupRecord[]> {
    return [...this.records.values()];
  }

  async groupKeys(group: string): Promise<GroupKeyRecord[]> {
    const records = [...(this.keys.get(group)?.values() ?? [])];
    return records.map((record) => ({ ...record, secret: Uint8Array.from(record.secret) }));
  }

  async groupControls(limit: number): Promise<GroupControl[]> {
    return [...this.controls.values()].sort((left, right) => left.id - right.id).slice(0, limit);
  }

  async groupMember(group: string, aid: string): Promise<GroupMemberRecord | null> {
    return this.members.get(group)?.get(aid) ?? null;
  }

  async groupMembers(group: string): Promise<{ members: GroupMemberRecord[]; total: number }> {
    const members = [...(this.members.get(group)?.values() ?? [])];
    return { members, total: members.length };
  }

  async saveMember(group: string, member: GroupMemberRecord): Promise<void> {
    const members = this.members.get(group) ?? new Map<string, GroupMemberRecord>();
    members.set(member.aid, member);
    this.members.set(group, members);
  }

  async saveGroupKey(group: string, key: GroupKeyRecord): Promise<void> {
    this.writes.push(`key ${key.epoch}${key.pendingRotation === null ? '' : ' pending'}`);
    const keys = this.keys.get(group) ?? new Map<number, GroupKeyRecord>();
    keys.set(key.epoch, { ...key, secret: Uint8Array.from(key.secret) });
    this.keys.set(group, keys);
  }

  async removeGroupKey(group: string, epoch: number): Promise<void> {
    this.writes.push(`drop ${epoch}`);
    this.keys.get(group)?.delete(epoch);
  }

  async removeGroupKeys(group: string): Promise<void> {
    this.writes.push('wipe');
    this.keys.delete(group);
  }

  async removeGroupControl(id: number): Promise<void> {
    this.controls.delete(id);
  }
}
