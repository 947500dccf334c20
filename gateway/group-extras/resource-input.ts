import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { invalidParams, permissionDenied } from '../errors';
import type { SessionCall } from '../rpc/method';
import { requireBucket, requireKey } from '../storage/names';
import { jsonObject } from '../wire/frames';
import type { ResourceRow, StorageRef } from './resource-store';

const MAX_PATH_BYTES = 1024;
const MAX_METADATA_BYTES = 16 * 1024;
const text = z.string();

const refSchema = z.object({
  owner_aid: text.nullish(),
  bucket: text.nullish(),
  object_key: text,
  filename: text.max(255).nullish(),
});

/** What can be said about a resource that is added (`protocol/05 §6.7`). */
export const resourceSchema = z.object({
  resource_path: text,
  title: text.min(1).max(255),
  resource_type: z.enum(['file', 'folder', 'link']).default('file'),
  storage_ref: refSchema.optional(),
  metadata: jsonObject.default({}),
  visibility: z.enum(['members_only', 'public']).default('members_only'),
  tags: z.array(text.max(64)).max(50).default([]),
});

/** A relative path with plain segments. @throws RpcError −32602. */
export function requirePath(path: string): string {
  const segments = path.split('/');
  const plain = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  const printable = !/[\u0000-\u001f\u007f\\]/.test(path);
  if (!plain || !printable || Buffer.byteLength(path, 'utf8') > MAX_PATH_BYTES) {
    throw invalidParams('invalid params: resource_path');
  }
  return path;
}

/** @throws RpcError −32602 for more than fits. */
export function requireMetadata(metadata: JsonObject): JsonObject {
  if (Buffer.byteLength(JSON.stringify(metadata), 'utf8') > MAX_METADATA_BYTES) {
    throw invalidParams('invalid params: metadata');
  }
  return metadata;
}

/**
 * The object a resource points at. It must be the caller's own: the group hands it to all members, private or not, and
 * nobody may hand out what belongs to somebody else (`protocol/06 §4.1`).
 * @throws RpcError −32004 for a foreign object, −32008 when there is none.
 */
function requireOwnObject(call: SessionCall, given: z.infer<typeof refSchema>): StorageRef {
  const { gateway, session } = call;
  const owner = given.owner_aid ?? session.aid;
  if (owner !== session.aid) throw permissionDenied('storage_ref.owner_aid must be the caller');
  const bucket = requireBucket(given.bucket ?? undefined);
  const key = requireKey(given.object_key);
  gateway.storage.readable({ owner, bucket, key }, session.aid);
  return { owner, bucket, key, filename: given.filename ?? key.split('/').at(-1) ?? key };
}

/** The resource that a call wants added. @throws RpcError −32602, and as the object's check. */
export function wantedResource(call: SessionCall, input: z.infer<typeof resourceSchema>): ResourceRow {
  const path = requirePath(input.resource_path);
  if (input.resource_type === 'file' && input.storage_ref === undefined) {
    throw invalidParams('invalid params: storage_ref');
  }
  const ref = input.storage_ref === undefined ? null : requireOwnObject(call, input.storage_ref);
  const now = call.gateway.clock.now();
  return {
    path,
    type: input.resource_type,
    title: input.title,
    owner: call.session.aid,
    createdBy: call.session.aid,
    ref,
    metadata: requireMetadata(input.metadata),
    visibility: input.visibility,
    tags: input.tags,
    createdAt: now,
    updatedAt: now,
  };
}
