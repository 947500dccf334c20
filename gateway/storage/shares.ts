import { randomBytes } from 'node:crypto';
import { splitAid } from '../../shared/aun/aid';
import type { Addresses } from '../addresses';
import { permissionDenied } from '../errors';
import type { GatewayClock } from '../runtime';
import type { ObjectRecord } from '../store/objects';
import type { ShareLink } from '../store/shares';
import type { GatewayStore } from '../store/store';
import { base62, storageError } from './names';

const SHARE_ID_LENGTH = 10;
const DEFAULT_SHARE_S = 86_400;

/** Share links of 0.5.4 (`protocol/06 §1.7`): reading for those who are named, a number of times, until a time. */
export class ShareLinks {
  readonly #store: GatewayStore;
  readonly #clock: GatewayClock;
  readonly #addresses: Addresses;

  constructor(parts: { store: GatewayStore; clock: GatewayClock; addresses: Addresses }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#addresses = parts.addresses;
  }

  create(
    object: ObjectRecord,
    wish: { allowed: readonly string[]; seconds: number | undefined; maxUses: number },
  ): ShareLink {
    if (wish.seconds !== undefined && wish.seconds < 0)
      throw storageError('expire_in_seconds must not be negative');
    const seconds = wish.seconds ?? DEFAULT_SHARE_S;
    const now = this.#clock.now();
    const link = {
      shareId: base62(randomBytes(SHARE_ID_LENGTH)),
      objectId: object.objectId,
      owner: object.owner,
      allowed: wish.allowed,
      expireAt: seconds === 0 ? 0 : Math.floor(now / 1000) + seconds,
      maxUses: wish.maxUses,
      createdAt: now,
    };
    this.#store.shares.insert(link);
    return { ...link, used: 0 };
  }

  /**
   * Uses a link once; null when there is none or its object has gone. An `aid` of null is somebody nameless.
   * @throws RpcError −32004 when it is over, used up or not for this reader.
   */
  open(shareId: string, aid: string | null): ObjectRecord | null {
    const link = this.#store.shares.find(shareId);
    if (link === null) return null;
    const allowed =
      link.allowed.includes('*') || (aid !== null && (aid === link.owner || link.allowed.includes(aid)));
    if (!allowed) throw permissionDenied('the share link is not for this reader');
    const over = link.expireAt > 0 && Math.floor(this.#clock.now() / 1000) > link.expireAt;
    if (over || (link.maxUses > 0 && link.used >= link.maxUses))
      throw permissionDenied('the share link is over');
    const object = this.#store.objects.byObjectId(link.objectId, this.#clock.now());
    if (object !== null) this.#store.shares.countUse(shareId);
    return object;
  }

  /** A link with every address at which it can be used. */
  describe(link: ShareLink, object: ObjectRecord, secure: boolean) {
    const { issuer } = splitAid(link.owner);
    const own = this.#addresses.http(link.owner, secure);
    return {
      share_id: link.shareId,
      url: `${own}/s/${link.shareId}`,
      path_url: `${own}/${object.key}?t=${link.shareId}`,
      aid_share_url: `${own}/s/${link.shareId}`,
      share_url: `${this.#addresses.http(`storage.${issuer}`, secure)}/s/${link.shareId}`,
      expire_at: link.expireAt,
      max_uses: link.maxUses,
      allowed_aids: link.allowed,
    };
  }
}
