import { join } from 'node:path';
import { splitAid } from '../../shared/aun/aid';
import { WireCode } from '../../shared/aun/errors';
import type { Addresses } from '../addresses';
import type { StorageLimits } from '../config';
import { permissionDenied, RpcError } from '../errors';
import type { GatewayClock } from '../runtime';
import { randomHex } from '../runtime';
import type { SessionRegistry } from '../sessions/registry';
import type { Session } from '../sessions/session';
import type { ObjectFacts, ObjectName, ObjectRecord, StoredBlob } from '../store/objects';
import type { GatewayStore } from '../store/store';
import { BlobFiles } from './blobs';
import { StorageFaults } from './faults';
import { LinkSigner } from './links';
import { storageError } from './names';

/** Conditions of a write. */
export interface WriteConditions {
  readonly overwrite: boolean;
  readonly expectedVersion: number | undefined;
}

/** How long addresses of the data plane live unless the caller says otherwise, in seconds. */
const DEFAULT_LINK_S = 3600;
const MAX_LINK_S = 7 * 24 * 3600;

/** Objects of AIDs with their bytes, limits and events (`protocol/06 §1`). */
export class ObjectStorage {
  readonly #store: GatewayStore;
  readonly #sessions: SessionRegistry;
  readonly #clock: GatewayClock;
  readonly #addresses: Addresses;
  readonly #quotas = new Map<string, number>();
  readonly blobs: BlobFiles;
  readonly links: LinkSigner;
  readonly faults = new StorageFaults();
  /** May be changed while running. */
  limits: StorageLimits;

  constructor(parts: {
    dataDir: string;
    store: GatewayStore;
    sessions: SessionRegistry;
    clock: GatewayClock;
    addresses: Addresses;
    secret: Buffer;
    limits: StorageLimits;
  }) {
    this.#store = parts.store;
    this.#sessions = parts.sessions;
    this.#clock = parts.clock;
    this.#addresses = parts.addresses;
    this.limits = parts.limits;
    this.links = new LinkSigner(parts.secret);
    this.blobs = new BlobFiles(join(parts.dataDir, 'objects'));
    this.blobs.sweep(parts.store.objects.blobs());
  }

  /** Bytes an owner may store; 0 for any number. */
  quota(owner: string): number {
    return this.#quotas.get(owner) ?? this.limits.quotaBytes;
  }

  /** Gives one owner a quota of its own; null takes it away again. */
  setQuota(owner: string, bytes: number | null): void {
    if (bytes === null) this.#quotas.delete(owner);
    else this.#quotas.set(owner, bytes);
  }

  find(name: ObjectName): ObjectRecord | null {
    return this.#store.objects.find(name, this.#clock.now());
  }

  /**
   * An object that `caller` may read (`protocol/06 §1.2`).
   * @throws RpcError −32008 when there is none, −32004 when it is somebody else's private one.
   */
  readable(name: ObjectName, caller: string): ObjectRecord {
    const found = this.find(name);
    if (found === null) throw new RpcError(WireCode.notFound, `object not found: ${name.key}`);
    if (found.isPrivate && found.owner !== caller) throw permissionDenied('the object is private');
    return found;
  }

  /**
   * Checks what a writer demands of the version there is now.
   * @throws RpcError −32009 for another version, −32000 `already exists`.
   */
  checkConditions(current: ObjectRecord | null, conditions: WriteConditions): void {
    const { expectedVersion, overwrite } = conditions;
    const version = current?.version ?? 0;
    if (expectedVersion !== undefined) {
      if (expectedVersion === version) return;
      throw new RpcError(
        WireCode.versionConflict,
        `version conflict: expected ${expectedVersion}, is ${version}`,
        { data: { current_version: version } },
      );
    }
    if (!overwrite && current !== null) throw storageError('object already exists');
  }

  /**
   * Makes bytes that are on disk an object and tells its owner's connections. What nothing uses afterwards is deleted,
   * the new bytes included when the write is refused.
   * @throws RpcError as {@link checkConditions}, −32000 for the size or the quota.
   */
  async commit(
    name: ObjectName,
    bytes: StoredBlob,
    facts: ObjectFacts,
    conditions: WriteConditions,
  ): Promise<ObjectRecord> {
    const now = this.#clock.now();
    const { objects } = this.#store;
    let unused: string[] = [bytes.blob];
    try {
      const written = this.#store.transaction(() => {
        const replaced = this.find(name);
        this.checkConditions(replaced, conditions);
        if (bytes.size > this.limits.objectBytes) {
          throw storageError(`object too large: at most ${this.limits.objectBytes} bytes`);
        }
        const quota = this.quota(name.owner);
        const used = objects.usage(name.owner, now).bytes - (replaced?.size ?? 0) + bytes.size;
        if (quota > 0 && used > quota) throw storageError(`quota exceeded: ${quota} bytes`);
        const staged = objects.unstage(name);
        unused = replaced === null ? staged : [replaced.blob, ...staged];
        return objects.write(name, randomHex(16), bytes, facts, now);
      });
      this.#announce(written, 'put');
      return written;
    } finally {
      await this.release(unused);
    }
  }

  /** Deletes an object and its bytes; `false` when there was none. */
  async remove(name: ObjectName): Promise<boolean> {
    const found = this.find(name);
    if (found === null) return false;
    this.#store.objects.remove(found.id);
    this.#announce(found, 'delete');
    await this.release([found.blob]);
    return true;
  }

  /** Deletes bytes that no object and no upload uses any more. */
  async release(blobs: readonly string[]): Promise<void> {
    for (const blob of blobs) if (!this.#store.objects.uses(blob)) await this.blobs.remove(blob);
  }

  /** Removes what has expired, with its bytes. */
  dropExpired(): void {
    // Files that stay behind, for example because the gateway stops meanwhile, are found at the next start.
    this.release(this.#store.objects.dropExpired(this.#clock.now())).catch(() => undefined);
  }

  /** When a link of `seconds` ends, in Unix seconds. 0 and nothing stand for an hour. @throws RpcError −32000. */
  linkEnd(seconds: number | undefined): number {
    if (seconds !== undefined && seconds < 0) throw storageError('expire_in_seconds must not be negative');
    const wanted = seconds === undefined || seconds === 0 ? DEFAULT_LINK_S : seconds;
    return Math.floor(this.#clock.now() / 1000) + Math.min(wanted, MAX_LINK_S);
  }

  /** When an object of `seconds` ends, in ms; 0 stands for never. @throws RpcError −32000. */
  objectEnd(seconds: number | undefined): number {
    if (seconds === undefined || seconds === 0) return 0;
    if (seconds < 0) throw storageError('expire_in_seconds must not be negative');
    return this.#clock.now() + seconds * 1000;
  }

  /** Address at which a caller uploads. */
  uploadUrl(caller: Session, name: ObjectName, blobKey: string, expire: number): string {
    const base = this.#addresses.http(`storage.${caller.issuer}`, caller.secure);
    return this.links.url(base, { ...name, verb: 'PUT', subject: blobKey, expire });
  }

  /** Address at which a caller downloads; it serves this object only, not a later one of the same name. */
  downloadUrl(caller: Session, object: ObjectRecord, expire: number): string {
    const base = this.#addresses.http(`storage.${caller.issuer}`, caller.secure);
    const { owner, bucket, key, objectId } = object;
    return this.links.url(base, { owner, bucket, key, verb: 'GET', subject: objectId, expire });
  }

  /** The lasting names of an object as 0.5.4 has them (`protocol/06 §1.7`): `url`, and `logical_url` in the default bucket. */
  lastingUrls(object: ObjectName, secure: boolean): { url: string; logical_url?: string } {
    const { name, issuer } = splitAid(object.owner);
    const url = `${this.#addresses.http(object.owner, secure)}/${object.key}`;
    if (object.bucket !== 'default') return { url };
    return { url, logical_url: `${this.#addresses.http(`storage.${issuer}`, secure)}/${name}/${object.key}` };
  }

  /** `storage.object_changed` for every connection of the owner; the two generations call a write differently. */
  #announce(object: ObjectRecord, what: 'put' | 'delete'): void {
    for (const session of this.#sessions.longOf(object.owner)) {
      const action = what === 'put' && session.announcesV2 ? 'put_object' : what;
      const params = {
        module_id: 'storage',
        action,
        owner_aid: object.owner,
        bucket: object.bucket,
        object_key: object.key,
      };
      session.channel.pushEvent('storage.object_changed', JSON.stringify(params));
    }
  }
}
