import { storedReferenceSchema } from '../../shared/aun/attachment-reference';
import type { StoredReference } from '../../shared/aun/attachment-reference';
import { ATTACHMENT_AAD, ATTACHMENT_ALGORITHM } from '../../shared/aun/attachment-reference';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { parsePeerAid, splitAid } from '../../shared/aun/aid';
import type { AttachmentRecord } from '../ports/store';
import type { Digest } from './object-crypto';
import type { UploadPlan } from './upload-state';

const OCTETS = 'application/octet-stream';
const BUCKET = 'default';

/** The reference that a payload carries for an object of ours (`protocol/06 §3`): outer fields are of the stored bytes. */
export function referenceOf(
  owner: string,
  record: Pick<AttachmentRecord, 'name' | 'type'>,
  plan: UploadPlan,
  { inner, outer }: { readonly inner: Digest; readonly outer: Digest },
): JsonObject {
  return {
    owner_aid: owner,
    bucket: BUCKET,
    object_key: plan.objectKey,
    filename: `${record.name}.enc`,
    content_type: OCTETS,
    size_bytes: outer.size,
    sha256: outer.sha256,
    enc: {
      v: 1,
      alg: ATTACHMENT_ALGORITHM,
      key: plan.key,
      iv: plan.iv,
      aad: ATTACHMENT_AAD,
      filename: record.name,
      content_type: record.type,
      size_bytes: inner.size,
      sha256: inner.sha256,
    },
  };
}

/** The stored reference of a row, or null where there is none that can be read. */
export function storedReference(record: Pick<AttachmentRecord, 'referenceJson'>): StoredReference | null {
  if (record.referenceJson === null) return null;
  try {
    return storedReferenceSchema.parse(JSON.parse(record.referenceJson));
  } catch {
    return null;
  }
}

/** Where an object is to be asked for. */
export type ObjectAddress =
  | { readonly kind: 'object'; readonly owner: string; readonly bucket: string; readonly objectKey: string }
  | { readonly kind: 'share'; readonly shareId: string };

/** Reads an address that names its owner, `https://{owner}/{object key}` (`protocol/06 §2`); null for every other. */
export function ownedObject(address: string): Extract<ObjectAddress, { kind: 'object' }> | null {
  const found = fromUrl(address, '');
  return found?.kind === 'object' ? found : null;
}

/**
 * Finds the object of a reference in the order of `protocol/06 §2`. `sender` is the authenticated sender of the message. An
 * address is never asked itself: only known forms are read, and they end in calls to the own gateway.
 */
export function resolveReference(reference: StoredReference, sender: string): ObjectAddress | null {
  const { object_key: objectKey, bucket = BUCKET } = reference;
  if (objectKey !== undefined && objectKey !== '') {
    const owner = reference.owner_aid === undefined ? sender : parsePeerAid(reference.owner_aid);
    return owner === null ? null : objectAddress(owner, bucket, objectKey);
  }
  return reference.url === undefined ? null : fromUrl(reference.url, sender);
}

function objectAddress(owner: string, bucket: string, objectKey: string): ObjectAddress | null {
  const good =
    /^[A-Za-z0-9._/-]{1,1024}$/.test(objectKey) &&
    !/^\/|\/$|\/\/|(^|\/)\.\.(\/|$)/.test(objectKey) &&
    /^[A-Za-z0-9._-]{1,128}$/.test(bucket);
  return good ? { kind: 'object', owner, bucket, objectKey } : null;
}

function fromUrl(text: string, sender: string): ObjectAddress | null {
  const stored = /^aun:\/\/storage\/([^/]+)\/(.+)$/.exec(text);
  if (stored !== null) return objectAddress(sender, stored[1] ?? '', stored[2] ?? '');
  const web = /^https:\/\/([A-Za-z0-9._-]+)\/(.+)$/.exec(text);
  if (web === null) return null;
  const host = (web[1] ?? '').toLowerCase();
  const path = web[2] ?? '';
  if (host === `storage.${splitAid(sender).issuer}`) {
    const object = /^objects\/([^/]+)\/(.+)$/.exec(path);
    return object === null ? null : objectAddress(sender, object[1] ?? '', object[2] ?? '');
  }
  // A storage host of somebody else's network is nobody's address.
  const owner = host.startsWith('storage.') ? null : parsePeerAid(host);
  if (owner === null) return null;
  const share = /^s\/([A-Za-z0-9]{1,64})$/.exec(path);
  return share === null ? objectAddress(owner, BUCKET, path) : { kind: 'share', shareId: share[1] ?? '' };
}
