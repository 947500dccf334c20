import type { Timings } from '../config';
import type { GatewayClock } from '../runtime';
import type { SessionRegistry } from '../sessions/registry';
import type { Session } from '../sessions/session';
import type { InboxDevice, InboxRow, NewInboxRow } from '../store/inbox';
import type { GatewayStore } from '../store/store';
import type { EphemeralEntry, EphemeralMail } from './ephemeral';
import { renderRow } from './rows';

/** A row with the inbox it was put into. */
export interface Delivered {
  readonly device: InboxDevice;
  readonly row: InboxRow;
}

interface Affinity {
  readonly session: string;
  readonly usedAt: number;
}

/** Puts rows into inboxes and hands them to whoever is online. Backlog is never pushed (`protocol/04 §5.5`). */
export class MessageDelivery {
  readonly #store: GatewayStore;
  readonly #sessions: SessionRegistry;
  readonly #clock: GatewayClock;
  readonly #timings: Timings;
  readonly #ephemeral: EphemeralMail;
  readonly #turns = new Map<string, number>();
  readonly #affinities = new Map<string, Affinity>();

  constructor(parts: {
    store: GatewayStore;
    sessions: SessionRegistry;
    clock: GatewayClock;
    timings: Timings;
    ephemeral: EphemeralMail;
  }) {
    this.#store = parts.store;
    this.#sessions = parts.sessions;
    this.#clock = parts.clock;
    this.#timings = parts.timings;
    this.#ephemeral = parts.ephemeral;
  }

  /** Time in ms after which a device must have been seen to count (`protocol/02 §2.2`). */
  get seenSince(): number {
    return this.#clock.now() - this.#timings.deviceExpiry;
  }

  /** Devices of an AID that get copies of plaintext and of single envelopes. */
  knownDevices(aid: string): InboxDevice[] {
    return this.#store.inbox.knownDevices(aid, this.seenSince);
  }

  /**
   * A long connection of a device begins: from now on it is known. The first device of an AID inherits the mail that
   * waited for one (`protocol/04 §3.1`).
   */
  deviceOnline(session: Session): void {
    this.#store.transaction(() => {
      const device = this.deviceKnown(session.aid, session.deviceId);
      this.#ephemeral.claim(session.aid, session.deviceId, (entry, payload) => {
        const seq = this.#store.inbox.append(device.id, ephemeralRow(entry));
        return { device: device.id, seq, payload };
      });
    });
  }

  /** Marks a device known and turns pending mail into rows of its inbox. */
  deviceKnown(aid: string, deviceId: string): InboxDevice {
    return this.#store.transaction(() => {
      const device = this.#store.inbox.markKnown(aid, deviceId, this.#clock.now());
      for (const { type, encrypted, payload, extras, ...mail } of this.#store.messages.takePending(aid)) {
        this.#store.inbox.append(device.id, {
          ...mail,
          type,
          encrypted,
          payload,
          extras,
          direction: 'inbound',
          ephemeral: false,
        });
      }
      return device;
    });
  }

  /** Keeps devices of open connections from expiring. */
  touchOnline(): void {
    const now = this.#clock.now();
    this.#store.transaction(() => {
      for (const session of this.#sessions.all()) {
        if (session.kind === 'long') this.#store.inbox.markKnown(session.aid, session.deviceId, now);
      }
    });
  }

  /** Appends a row; call inside a transaction. */
  append(device: InboxDevice, row: NewInboxRow): Delivered {
    const seq = this.#store.inbox.append(device.id, row);
    return { device, row: { ...row, seq } };
  }

  /** Pushes a row to all slots of its device. Returns whether any socket took it. */
  push({ device, row }: Delivered): boolean {
    const targets = this.#sessions.longOfDevice(device.aid, device.deviceId);
    if (targets.length === 0) return false;
    const params = renderRow(row, device.deviceId);
    return targets.map((target) => target.channel.pushEvent('message.received', params)).some(Boolean);
  }

  /** Sends an event to every long connection of an AID. */
  pushEvent(aid: string, name: string, params: Readonly<Record<string, unknown>>, except?: string): void {
    const targets = this.#sessions.longOf(aid).filter((session) => session.id !== except);
    if (targets.length === 0) return;
    const text = JSON.stringify(params);
    for (const target of targets) target.channel.pushEvent(name, text);
  }

  /** Picks the connection that gets the next message of queue mode (`protocol/04 §2`). */
  chooseWorker(aid: string, sender: string, candidates: readonly Session[]): Session | null {
    const first = candidates[0];
    if (first === undefined) return null;
    const key = `${aid}|${sender}`;
    const now = this.#clock.now();
    const sticky = this.#affinities.get(key);
    const preferred = candidates.find(
      (candidate) => candidate.delivery.routing === 'sender_affinity' && candidate.id === sticky?.session,
    );
    if (preferred !== undefined && now - (sticky?.usedAt ?? 0) <= preferred.delivery.affinityTtlMs) {
      this.#affinities.set(key, { session: preferred.id, usedAt: now });
      return preferred;
    }
    const turn = this.#turns.get(aid) ?? 0;
    this.#turns.set(aid, turn + 1);
    const chosen = candidates[turn % candidates.length] ?? first;
    this.#affinities.set(key, { session: chosen.id, usedAt: now });
    return chosen;
  }
}

/** The place an ephemeral message takes in an inbox; its content stays in memory. */
export function ephemeralRow(entry: EphemeralEntry): NewInboxRow {
  return {
    message: entry.message,
    sender: entry.sender,
    recipient: entry.recipient,
    messageId: entry.messageId,
    timestamp: entry.timestamp,
    direction: entry.direction,
    deliveryMode: 'queue',
    type: entry.type,
    encrypted: entry.encrypted,
    payload: '',
    extras: entry.extras,
    ephemeral: true,
  };
}
