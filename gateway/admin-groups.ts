import { groupName } from '../shared/aun/group-id';
import type { GroupLimits } from './config';
import type { GatewayContext } from './context';
import type { GroupRow } from './store/groups';

/** Damage to groups that clients must survive, and limits on what groups may be. */
export class GroupControls {
  readonly #gateway: GatewayContext;

  constructor(gateway: GatewayContext) {
    this.#gateway = gateway;
  }

  get limits(): GroupLimits {
    return this.#gateway.groups.limits;
  }

  setLimits(limits: { [Key in keyof GroupLimits]?: GroupLimits[Key] | undefined }): void {
    const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
    this.#gateway.groups.limits = { ...this.limits, ...given };
  }

  /** Purges old rows and raises the retention floors: holes that the gateway explains. */
  purge(group: string, upTo: { messages: number; events: number }): void {
    this.#gateway.store.groups.purge(this.#find(group).id, upTo);
  }

  /** Empties both logs and begins their numbers again: a server reset (`protocol/05 §8.4`). */
  wipe(group: string): void {
    this.#gateway.store.groups.reset(this.#find(group).id);
  }

  /** Leaves numbers out without raising the floors: holes that stay and are never explained. */
  skip(group: string, count: { messages: number; events: number }): void {
    const { id } = this.#find(group);
    const { groups } = this.#gateway.store;
    for (let left = count.messages; left > 0; left -= 1) groups.nextMessageSeq(id);
    for (let left = count.events; left > 0; left -= 1) groups.nextEventSeq(id);
  }

  /** What is there. */
  list() {
    const { store, groupKeys } = this.#gateway;
    return store.groups.all().map((group) => ({
      group_id: `group.${group.domain}/${group.base}`,
      name: group.name,
      owner_aid: group.owner,
      status: group.status,
      member_count: group.memberCount,
      message_seq: group.messageSeq,
      event_seq: group.eventSeq,
      e2ee_epoch: groupKeys.committedEpoch(group.id),
    }));
  }

  /** @throws Error when there is no such group. */
  #find(text: string): GroupRow {
    const name = groupName(text, this.#gateway.config.issuers[0] ?? '');
    const group = name === null ? null : this.#gateway.store.groups.find(name.base, name.domain);
    if (group === null) throw new Error('no such group');
    return group;
  }
}
