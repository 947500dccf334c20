import { CloseCode } from '../shared/aun/errors';
import { GroupControls } from './admin-groups';
import { InboxControls } from './admin-inbox';
import type { Quotas, RateLimits } from './config';
import type { GatewayContext } from './context';
import type { Faults } from './faults';
import { disconnect } from './sessions/registry';
import type { Session } from './sessions/session';
import type { ObjectStorage } from './storage/service';
import type { ObjectName } from './store/objects';
import type { StreamHub } from './streams/hub';

/** Which sessions an action is about; absent members match all. */
export interface SessionFilter {
  readonly aid?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly slotId?: string | undefined;
}

/**
 * Levers for tests and demonstrations (`protocol/01 §12` item 12). Callable in process; over HTTP only on loopback and
 * with the admin token.
 */
export class AdminControls {
  readonly #gateway: GatewayContext;
  readonly #housekeeping: () => void;
  /** Damage to inboxes. */
  readonly inbox: InboxControls;
  /** Damage to groups, and their limits. */
  readonly groups: GroupControls;

  constructor(gateway: GatewayContext, housekeeping: () => void) {
    this.#gateway = gateway;
    this.inbox = new InboxControls(gateway);
    this.groups = new GroupControls(gateway);
    this.#housekeeping = housekeeping;
  }

  get faults(): Faults {
    return this.#gateway.faults;
  }

  /** Storage with its faults, limits, quotas and addresses. */
  get storage(): ObjectStorage {
    return this.#gateway.storage;
  }

  get streams(): StreamHub {
    return this.#gateway.streams;
  }

  /** Flips a bit in the stored bytes of an object; `false` when there is no such object or nothing in it. */
  async corruptObject(name: ObjectName): Promise<boolean> {
    const object = this.storage.find(name);
    if (object === null || object.size === 0) return false;
    await this.storage.blobs.corrupt(object.blob, object.size);
    return true;
  }

  /** Lets objects end now: all, those of an owner, or one key. Returns how many. */
  expireObjects(which: { owner?: string | undefined; key?: string | undefined }): number {
    const { store, clock } = this.#gateway;
    const expired = store.objects.expireNow(which, clock.now());
    this.storage.dropExpired();
    return expired;
  }

  /** What an owner has in all buckets. */
  objectsOf(owner: string) {
    const { store, clock } = this.#gateway;
    return store.objects.ofOwner(owner, clock.now()).map((object) => ({
      bucket: object.bucket,
      object_key: object.key,
      size_bytes: object.size,
      sha256: object.sha256,
      content_type: object.contentType,
      version: object.version,
      is_private: object.isPrivate,
      expire_at: object.expireAt,
    }));
  }

  /** Revokes certificates of an AID (all unless one is named) and ends its tokens. Returns how many. */
  revoke(which: {
    aid?: string | undefined;
    serial?: string | undefined;
    fingerprint?: string | undefined;
  }): number {
    const { certificates, tokens, prekeys } = this.#gateway.store;
    const { authority, clock } = this.#gateway;
    const named =
      which.fingerprint === undefined ? null : certificates.byFingerprint(which.fingerprint.toLowerCase());
    const candidates =
      which.fingerprint !== undefined
        ? named === null
          ? []
          : [named]
        : which.serial !== undefined
          ? authority.issuers.flatMap(
              (issuer) => certificates.bySerial(issuer, which.serial?.toLowerCase() ?? '') ?? [],
            )
          : which.aid === undefined
            ? []
            : certificates.ofOwner(which.aid);
    const revocable = candidates.filter((record) => record.status !== 'revoked');
    this.#gateway.store.transaction(() => {
      for (const record of revocable) {
        certificates.revoke(record.fingerprint, clock.now());
        tokens.drop(record.owner, 'both');
        if (certificates.active(record.owner) === null) prekeys.remove(record.owner);
      }
    });
    return revocable.length;
  }

  /** Makes tokens worthless; `null` for all AIDs. Open sessions stay. */
  expireTokens(aid: string | null, kind: 'access' | 'refresh' | 'both' = 'both'): void {
    this.#gateway.store.tokens.drop(aid, kind);
  }

  /** Closes sessions with a code, with or without the event that forbids reconnecting. Returns how many. */
  close(filter: SessionFilter, how: { code: number; reason: string; event: boolean }): number {
    const found = this.#find(filter);
    for (const session of found) {
      if (how.event) {
        const detail = { aid: session.aid, device_id: session.deviceId, slot_id: session.slotId };
        disconnect(session, how.code, how.reason, detail);
      } else {
        session.channel.close(how.code, how.reason);
      }
    }
    return found.length;
  }

  /** Cuts sockets without a close frame. Returns how many. */
  drop(filter: SessionFilter): number {
    const found = this.#find(filter);
    for (const session of found) session.channel.drop();
    return found.length;
  }

  /** Forgets an AID so that its name can be registered again. Its sessions are closed with 4003. */
  freeName(aid: string): void {
    this.close({ aid }, { code: CloseCode.invalidAid, reason: 'name freed', event: false });
    this.#gateway.store.accounts.remove(aid);
  }

  /**
   * Replaces the active certificate of an AID by one for the same key that ends `validForMs` from now; from −9 minutes on,
   * so that it can have expired already. Returns when it ends (ms), or `null` when there is no active certificate.
   */
  async shortenCertificate(aid: string, validForMs: number): Promise<number | null> {
    const { authority, store, clock } = this.#gateway;
    const active = store.certificates.active(aid, 'P-256');
    if (active === null) return null;
    const now = clock.now();
    const fresh = await authority.issueLeaf(aid, active.issuer, active.publicKey, 'P-256', now, validForMs);
    store.certificates.supersede(fresh, 'verify_only', now);
    return fresh.notAfter;
  }

  /** Revokes the auth server certificate of an issuer while the server goes on using it. Returns how many. */
  revokeAuthServer(issuer: string): number {
    return this.revoke({ fingerprint: this.#gateway.authority.authCertificate(issuer).fingerprint });
  }

  /** Moves the gateway's clock and does what became due. Returns the new time in ms. */
  advanceClock(ms: number): number {
    this.#gateway.clock.advance(ms);
    this.#housekeeping();
    return this.#gateway.clock.now();
  }

  /** Changes quotas for connections to come. */
  setQuotas(quotas: { [Key in keyof Quotas]?: Quotas[Key] | undefined }): void {
    const { devices, slots, shortConnections } = { ...this.#gateway.sessions.quotas, ...defined(quotas) };
    this.#gateway.sessions.setQuotas({ devices, slots, shortConnections });
  }

  /** Changes rate limits; `null` switches them off. */
  setRateLimits(limits: RateLimits | null): void {
    this.#gateway.limits.configure(limits);
  }

  /** Devices of an AID that others can seal messages for, and that make it admissible to groups. */
  devicesWithPrekey(aid: string): string[] {
    const { store, delivery } = this.#gateway;
    return store.prekeys.current(aid, delivery.seenSince).map((prekey) => prekey.deviceId);
  }

  /** What is connected. */
  sessions(aid: string | null) {
    return this.#find(aid === null ? {} : { aid }).map((session) => ({
      id: session.id,
      aid: session.aid,
      device_id: session.deviceId,
      slot_id: session.slotId,
      kind: session.kind,
      delivery_mode: session.delivery.mode,
      generation: session.generation,
      connected_at: session.connectedAt,
    }));
  }

  #find(filter: SessionFilter): Session[] {
    return this.#gateway.sessions
      .all()
      .filter(
        (session) =>
          (filter.aid === undefined || session.aid === filter.aid) &&
          (filter.deviceId === undefined || session.deviceId === filter.deviceId) &&
          (filter.slotId === undefined || session.slotId === filter.slotId),
      );
  }
}

function defined(quotas: { [Key in keyof Quotas]?: Quotas[Key] | undefined }): Partial<Quotas> {
  return {
    ...(quotas.devices === undefined ? {} : { devices: quotas.devices }),
    ...(quotas.slots === undefined ? {} : { slots: quotas.slots }),
    ...(quotas.shortConnections === undefined ? {} : { shortConnections: quotas.shortConnections }),
  };
}
