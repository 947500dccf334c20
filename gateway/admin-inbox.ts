import type { GatewayContext } from './context';
import type { InboxDevice } from './store/inbox';

/** Damage to inboxes that clients must survive (`protocol/04 §1.3`, `§5.8`): what no healthy gateway does. */
export class InboxControls {
  readonly #gateway: GatewayContext;

  constructor(gateway: GatewayContext) {
    this.#gateway = gateway;
  }

  /** Purges rows up to a number and raises the retention floor: a hole that the gateway explains. */
  purge(aid: string, deviceId: string | null, upToSeq: number): void {
    for (const device of this.#devices(aid, deviceId)) this.#gateway.store.inbox.purge(device.id, upToSeq);
  }

  /** Empties inboxes and starts their numbers again: the server reset of `protocol/04 §5.8` rule 8. */
  wipeCounters(aid: string | null): void {
    for (const device of this.#gateway.store.inbox.devices(aid)) this.#gateway.store.inbox.reset(device.id);
  }

  /** Leaves out the next `count` numbers without raising the floor: a hole that stays and is never explained. */
  skipSeqs(aid: string, deviceId: string | null, count: number): void {
    for (const device of this.#devices(aid, deviceId)) this.#gateway.store.inbox.skip(device.id, count);
  }

  /** Takes one row out of the middle, with no other trace. Returns how many inboxes had it. */
  removeRow(aid: string, deviceId: string | null, seq: number): number {
    const { inbox } = this.#gateway.store;
    return this.#devices(aid, deviceId).filter((device) => inbox.removeRow(device.id, seq)).length;
  }

  /** Turns a row into what stands for content that is gone (`message.expired`). Returns how many inboxes had it. */
  stubRow(aid: string, deviceId: string | null, seq: number): number {
    const { inbox } = this.#gateway.store;
    return this.#devices(aid, deviceId).filter((device) => inbox.emptyRow(device.id, seq)).length;
  }

  /** Pushes a stored row once more. Returns how many inboxes had it and had somebody online. */
  repush(aid: string, deviceId: string | null, seq: number): number {
    const { store, delivery } = this.#gateway;
    return this.#devices(aid, deviceId).filter((device) => {
      const [row] = store.inbox.page(device.id, seq - 1, 1);
      return row?.seq === seq && !row.ephemeral && delivery.push({ device, row });
    }).length;
  }

  #devices(aid: string, deviceId: string | null): InboxDevice[] {
    return this.#gateway.store.inbox
      .devices(aid)
      .filter((device) => deviceId === null || device.deviceId === deviceId);
  }
}
