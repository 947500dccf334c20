import { CloseCode } from '../../shared/aun/errors';
import type { Quotas } from '../config';
import { RpcError } from '../errors';
import type { Session } from './session';
import { sameInstance } from './session';

/** Online sessions, displacement and quotas (`protocol/01 §5.7`). */
export class SessionRegistry {
  readonly #byAid = new Map<string, Set<Session>>();
  #quotas: Quotas;

  constructor(quotas: Quotas) {
    this.#quotas = quotas;
  }

  get quotas(): Quotas {
    return this.#quotas;
  }

  /** Changes the quotas for connections to come. */
  setQuotas(quotas: Partial<Quotas>): void {
    this.#quotas = { ...this.#quotas, ...quotas };
  }

  /**
   * Whether a session may be added.
   * @throws RpcError 4013 when there are too many short ones, 4000 when its delivery mode contradicts the others.
   */
  check(candidate: Session): void {
    const others = this.of(candidate.aid);
    if (candidate.kind === 'short') {
      const shorts = others.filter((other) => other.kind === 'short' && sameInstance(other, candidate));
      if (shorts.length < this.#quotas.shortConnections) return;
      const reason = 'short_connection_capacity_exceeded';
      throw new RpcError(CloseCode.tooManyShort, reason, {
        closeAfter: { code: CloseCode.tooManyShort, reason },
      });
    }
    const conflicting = others.some(
      (other) =>
        other.kind === 'long' &&
        !sameInstance(other, candidate) &&
        other.delivery.mode !== candidate.delivery.mode,
    );
    if (conflicting) throw new RpcError(4000, 'delivery_mode_conflict');
  }

  /** Adds a session; a long one displaces its predecessor and evicts what is over quota. */
  add(session: Session): void {
    if (session.kind === 'long') this.#displace(session);
    const set = this.#byAid.get(session.aid) ?? new Set<Session>();
    set.add(session);
    this.#byAid.set(session.aid, set);
    if (session.kind === 'long') this.#evict(session);
  }

  remove(session: Session): void {
    const set = this.#byAid.get(session.aid);
    if (set === undefined) return;
    set.delete(session);
    if (set.size === 0) this.#byAid.delete(session.aid);
  }

  /** Sessions of an AID, oldest first. */
  of(aid: string): Session[] {
    return [...(this.#byAid.get(aid) ?? [])];
  }

  /** Long sessions of an AID, oldest first. */
  longOf(aid: string): Session[] {
    return this.of(aid).filter((session) => session.kind === 'long');
  }

  /** Long sessions of one device: all its slots. */
  longOfDevice(aid: string, deviceId: string): Session[] {
    return this.longOf(aid).filter((session) => session.deviceId === deviceId);
  }

  /** Online means at least one long connection (`protocol/04 §3.5`). */
  isOnline(aid: string): boolean {
    return this.longOf(aid).length > 0;
  }

  all(): Session[] {
    return [...this.#byAid.values()].flatMap((set) => [...set]);
  }

  #displace(session: Session): void {
    for (const old of this.longOf(session.aid)) {
      if (!sameInstance(old, session)) continue;
      this.remove(old);
      const detail = {
        aid: old.aid,
        device_id: old.deviceId,
        slot_id: old.slotId,
        ...(old.extraInfo === null ? {} : { self_extra_info: old.extraInfo }),
        ...(session.extraInfo === null ? {} : { new_extra_info: session.extraInfo }),
      };
      disconnect(old, CloseCode.replaced, 'Connection replaced', detail);
    }
  }

  #evict(session: Session): void {
    const own = this.longOfDevice(session.aid, session.deviceId);
    for (const old of own.slice(0, Math.max(0, own.length - this.#quotas.slots))) {
      this.#evictOne(old, session, 'aid_device_slot_quota_exceeded');
    }
    const devices = [...new Set(this.longOf(session.aid).map((other) => other.deviceId))].filter(
      (deviceId) => deviceId !== session.deviceId,
    );
    const surplus = Math.max(0, devices.length + 1 - this.#quotas.devices);
    for (const deviceId of devices.slice(0, surplus)) {
      for (const old of this.longOfDevice(session.aid, deviceId)) {
        this.#evictOne(old, session, 'aid_devices_quota_exceeded');
      }
    }
  }

  #evictOne(old: Session, by: Session, quotaKind: string): void {
    this.remove(old);
    disconnect(old, CloseCode.quota, 'Connection evicted by quota', {
      aid: old.aid,
      device_id: old.deviceId,
      slot_id: old.slotId,
      quota_kind: quotaKind,
      evicted_by: { aid: by.aid, device_id: by.deviceId, slot_id: by.slotId },
    });
  }
}

/**
 * Tells a session why it ends, then closes it with the same code (`protocol/01 §5.8`). Receivers never reconnect after
 * this event, so it must not be used for restarts.
 */
export function disconnect(
  session: Session,
  code: number,
  reason: string,
  detail: Readonly<Record<string, unknown>>,
): void {
  session.channel.close(code, reason, {
    name: 'gateway.disconnect',
    params: JSON.stringify({ code, reason, detail }),
  });
}
