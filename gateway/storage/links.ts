import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ObjectName } from '../store/objects';

/** Path of signed uploads and downloads: no AID begins with a tilde, so no logical address can look like it. */
export const UPLOAD_PATH = '/~upload';
export const DOWNLOAD_PATH = '/~download';

/** What a signed address allows. */
export interface SignedLink extends ObjectName {
  readonly verb: 'PUT' | 'GET';
  /** Upload: the place that the bytes are staged at. Download: the id of the object. */
  readonly subject: string;
  /** Unix seconds. */
  readonly expire: number;
}

/** Signs and checks the addresses of the data plane (`protocol/06 §1.4`); they need no store and survive a restart. */
export class LinkSigner {
  readonly #secret: Buffer;
  /** Raising it makes every address handed out before worthless. */
  #epoch = 0;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** `{base}/~upload?…` or `{base}/~download?…`. */
  url(base: string, link: SignedLink): string {
    const query = new URLSearchParams({
      owner: link.owner,
      bucket: link.bucket,
      key: link.key,
      subject: link.subject,
      expire: String(link.expire),
      sig: this.#signature(link),
    });
    return `${base}${link.verb === 'PUT' ? UPLOAD_PATH : DOWNLOAD_PATH}?${query.toString()}`;
  }

  /** The link of a request; null when it is forged or over. The last second counts as a whole. */
  verify(verb: SignedLink['verb'], query: URLSearchParams, nowMs: number): SignedLink | null {
    const link: SignedLink = {
      verb,
      owner: query.get('owner') ?? '',
      bucket: query.get('bucket') ?? '',
      key: query.get('key') ?? '',
      subject: query.get('subject') ?? '',
      expire: Number(query.get('expire') ?? '0'),
    };
    const given = Buffer.from(query.get('sig') ?? '');
    const right = Buffer.from(this.#signature(link));
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    return Math.floor(nowMs / 1000) > link.expire ? null : link;
  }

  /** Makes every address handed out so far worthless. For tests. */
  revokeAll(): void {
    this.#epoch += 1;
  }

  #signature(link: SignedLink): string {
    const { verb, owner, bucket, key, subject, expire } = link;
    const text = JSON.stringify(['storage link', this.#epoch, verb, owner, bucket, key, subject, expire]);
    return createHmac('sha256', this.#secret).update(text).digest('hex');
  }
}
