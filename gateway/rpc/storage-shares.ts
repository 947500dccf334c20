import { z } from 'zod';
import { WireCode } from '../../shared/aun/errors';
import { RpcError } from '../errors';
import { requireKey, storageError } from '../storage/names';
import type { ObjectRecord } from '../store/objects';
import type { SessionCall } from './method';
import { ownPlace, place, read } from './storage';

const text = z.string();
const createSchema = z.object({
  ...place,
  object_key: text.optional(),
  object_id: text.optional(),
  allowed_aids: z.array(text).max(100).default(['*']),
  expire_in_seconds: z.number().int().optional(),
  max_uses: z.number().int().nonnegative().default(0),
});
const listSchema = z.object({ ...place, object_key: text.optional() });
const shareSchema = z.object({ share_id: text });

function ownObject(call: SessionCall, input: z.infer<typeof createSchema>): ObjectRecord {
  const { store, storage, clock } = call.gateway;
  const where = ownPlace(call, input);
  const byId =
    input.object_id === undefined || input.object_id === ''
      ? storage.find({ ...where, key: requireKey(input.object_key ?? '') })
      : store.objects.byObjectId(input.object_id, clock.now());
  if (byId?.owner !== call.session.aid) throw new RpcError(WireCode.notFound, 'object not found');
  return byId;
}

/** `storage.create_share_link`. */
export function createShareLink(call: SessionCall): unknown {
  const input = read(createSchema, call);
  const object = ownObject(call, input);
  const { shares } = call.gateway;
  const wish = { allowed: input.allowed_aids, seconds: input.expire_in_seconds, maxUses: input.max_uses };
  return shares.describe(shares.create(object, wish), object, call.session.secure);
}

/** `storage.list_share_links`: those whose object is still there. */
export function listShareLinks(call: SessionCall): unknown {
  const { store, shares, clock } = call.gateway;
  const input = read(listSchema, call);
  const where = ownPlace(call, input);
  const links = store.shares.of(where.owner).flatMap((link) => {
    const object = store.objects.byObjectId(link.objectId, clock.now());
    if (object === null || (input.bucket !== undefined && object.bucket !== where.bucket)) return [];
    if (input.object_key !== undefined && object.key !== input.object_key) return [];
    const described = shares.describe(link, object, call.session.secure);
    return [{ ...described, object_key: object.key, used_count: link.used, created_at: link.createdAt }];
  });
  return { links };
}

/** `storage.revoke_share_link`. @throws RpcError −32000 for an unknown one. */
export function revokeShareLink(call: SessionCall): unknown {
  const { share_id: shareId } = read(shareSchema, call);
  if (!call.gateway.store.shares.remove(call.session.aid, shareId)) throw storageError('unknown share link');
  return { revoked: true, share_id: shareId };
}

/** `storage.get_by_share`: small content at once, else an address. Every call counts as a use. */
export async function getByShare(call: SessionCall): Promise<unknown> {
  const { share_id: shareId } = read(shareSchema, call);
  const { shares, storage } = call.gateway;
  const object = shares.open(shareId, call.session.aid);
  if (object === null) throw new RpcError(WireCode.notFound, 'share link not found');
  const common = {
    owner_aid: object.owner,
    bucket: object.bucket,
    object_id: object.objectId,
    object_key: object.key,
    path: object.key,
    size_bytes: object.size,
    content_type: object.contentType,
    sha256: object.sha256,
  };
  if (object.size > storage.limits.inlineBytes) {
    return { ...common, download_url: storage.downloadUrl(call.session, object, storage.linkEnd(undefined)) };
  }
  const bytes = await storage.blobs.content(object.blob, 0, object.size);
  return { ...common, content: bytes.toString('base64') };
}
