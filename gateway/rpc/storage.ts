import { z } from 'zod';
import { WireCode } from '../../shared/aun/errors';
import { permissionDenied, RpcError } from '../errors';
import { randomHex } from '../runtime';
import { decodeContent, requireBucket, requireContentType, requireKey, storageError } from '../storage/names';
import type { ObjectFacts, ObjectName, ObjectRecord, StoredBlob } from '../store/objects';
import { jsonObject } from '../wire/frames';
import type { SessionCall } from './method';
import { parseParams, withoutNulls } from './method';

const text = z.string();
const whole = z.number().int();

/** Members that name an owner and a bucket. */
export const place = { owner_aid: text.optional(), bucket: text.optional() };
const writing = {
  content_type: text.optional(),
  is_private: z.boolean().default(true),
  overwrite: z.boolean().default(true),
  expected_version: whole.nonnegative().optional(),
  expire_in_seconds: whole.optional(),
  metadata: jsonObject.optional(),
};

const named = z.object({ ...place, object_key: text });
const putSchema = z.object({ ...place, object_key: text, content: text, ...writing });
const getSchema = z.object({
  ...place,
  object_key: text,
  token: text.optional(),
  offset: whole.nonnegative().optional(),
  limit: whole.positive().optional(),
});
const headSchema = z.object({ ...place, object_key: text.optional(), object_id: text.optional() });
const sessionSchema = z.object({
  ...place,
  object_key: text,
  size_bytes: whole.nonnegative().optional(),
  content_type: text.optional(),
  expected_version: whole.nonnegative().optional(),
  expire_in_seconds: whole.optional(),
});
const completeSchema = z.object({
  ...place,
  object_key: text,
  sha256: text.optional(),
  size_bytes: whole.nonnegative().optional(),
  skip_blob: z.boolean().default(false),
  session_id: text.optional(),
  ...writing,
});
const ticketSchema = z.object({
  ...place,
  object_key: text,
  token: text.optional(),
  expire_in_seconds: whole.optional(),
});

const MAX_METADATA_BYTES = 16 * 1024;

interface Place {
  readonly owner_aid?: string | undefined;
  readonly bucket?: string | undefined;
}

/** Owner and bucket that a call means; the caller's own and the default one unless named. */
export function placeOf({ session }: SessionCall, input: Place): { owner: string; bucket: string } {
  const owner = input.owner_aid === undefined || input.owner_aid === '' ? session.aid : input.owner_aid;
  return { owner, bucket: requireBucket(input.bucket) };
}

/** As {@link placeOf}, for what only the owner may do. @throws RpcError −32004. */
export function ownPlace(call: SessionCall, input: Place): { owner: string; bucket: string } {
  const found = placeOf(call, input);
  if (found.owner !== call.session.aid) throw permissionDenied('only the owner may do this');
  return found;
}

function nameOf(call: SessionCall, input: Place & { object_key: string }): ObjectName {
  return { ...placeOf(call, input), key: requireKey(input.object_key) };
}

function ownName(call: SessionCall, input: Place & { object_key: string }): ObjectName {
  return { ...ownPlace(call, input), key: requireKey(input.object_key) };
}

/** Params without members that are null. */
export function read<Output>(schema: z.ZodType<Output>, call: SessionCall): Output {
  return parseParams(schema, withoutNulls(call.params));
}

/** What every reply about an object says (`protocol/06 §1.3`). */
export function describe(object: ObjectRecord) {
  return {
    owner_aid: object.owner,
    bucket: object.bucket,
    object_key: object.key,
    object_id: object.objectId,
    size_bytes: object.size,
    content_type: object.contentType,
    sha256: object.sha256,
    version: object.version,
    etag: object.sha256,
    updated_at: object.updatedAt,
  };
}

function factsOf(
  call: SessionCall,
  input: z.infer<typeof putSchema> | z.infer<typeof completeSchema>,
): ObjectFacts {
  const metadata = input.metadata === undefined ? null : JSON.stringify(input.metadata);
  if (metadata !== null && Buffer.byteLength(metadata) > MAX_METADATA_BYTES)
    throw storageError('metadata too large');
  return {
    contentType: requireContentType(input.content_type),
    isPrivate: input.is_private,
    expireAt: call.gateway.storage.objectEnd(input.expire_in_seconds),
    metadata,
  };
}

/** `storage.put_object`: small content inside the call. */
export async function putObject(call: SessionCall): Promise<unknown> {
  const { storage } = call.gateway;
  const input = read(putSchema, call);
  const name = ownName(call, input);
  const bytes = decodeContent(input.content);
  if (bytes.length > storage.limits.inlineBytes) {
    throw new RpcError(
      WireCode.invalidParams,
      `content exceeds the inline limit of ${storage.limits.inlineBytes} bytes: use create_upload_session`,
    );
  }
  const conditions = { overwrite: input.overwrite, expectedVersion: input.expected_version };
  const facts = factsOf(call, input);
  storage.checkConditions(storage.find(name), conditions);
  const blob = await storage.blobs.receive(oneChunk(bytes), bytes.length);
  const object = await storage.commit(name, blob, facts, conditions);
  return { ...describe(object), ...storage.lastingUrls(object, call.session.secure) };
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** An object that the caller may read, by right or with a share id as `token`. */
function readableWith(
  call: SessionCall,
  input: Place & { object_key: string; token?: string | undefined },
): ObjectRecord {
  const name = nameOf(call, input);
  const shared =
    input.token === undefined || input.token === ''
      ? null
      : call.gateway.shares.open(input.token, call.session.aid);
  const found = call.gateway.storage.find(name);
  if (shared !== null && shared.objectId === found?.objectId) return found;
  return call.gateway.storage.readable(name, call.session.aid);
}

/** `storage.get_object`: small content, or a small part of larger one. */
export async function getObject(call: SessionCall): Promise<unknown> {
  const { storage } = call.gateway;
  const input = read(getSchema, call);
  const object = readableWith(call, input);
  const start = Math.min(input.offset ?? 0, object.size);
  const end = input.limit === undefined ? object.size : Math.min(object.size, start + input.limit);
  if (end - start > storage.limits.inlineBytes) {
    throw new RpcError(
      WireCode.invalidParams,
      `content exceeds the inline limit of ${storage.limits.inlineBytes} bytes: use create_download_ticket`,
    );
  }
  const bytes = await storage.blobs.content(object.blob, start, end);
  const { etag: _etag, ...described } = describe(object);
  return { ...described, content: bytes.toString('base64') };
}

/** `storage.head_object`. */
export function headObject(call: SessionCall): unknown {
  const input = read(headSchema, call);
  const { storage, store, clock } = call.gateway;
  const byId =
    input.object_id === undefined || input.object_id === ''
      ? null
      : store.objects.byObjectId(input.object_id, clock.now());
  const name = byId ?? nameOf(call, { ...input, object_key: input.object_key ?? '' });
  const object = storage.readable(name, call.session.aid);
  return {
    ...describe(object),
    is_private: object.isPrivate,
    expire_at: object.expireAt,
    created_at: object.createdAt,
    ...(object.metadata === null ? {} : { metadata: jsonObject.parse(JSON.parse(object.metadata)) }),
    ...storage.lastingUrls(object, call.session.secure),
  };
}

/** `storage.delete_object`. */
export async function deleteObject(call: SessionCall): Promise<unknown> {
  const name = ownName(call, read(named, call));
  const deleted = await call.gateway.storage.remove(name);
  return { deleted, owner_aid: name.owner, object_key: name.key };
}

/** `storage.create_upload_session`: checks owner, key, version and lifetime; size and quota only count at the end. */
export function createUploadSession(call: SessionCall): unknown {
  const { storage } = call.gateway;
  const input = read(sessionSchema, call);
  const name = ownName(call, input);
  const contentType = requireContentType(input.content_type);
  storage.checkConditions(storage.find(name), { overwrite: true, expectedVersion: input.expected_version });
  const expireAt = storage.linkEnd(input.expire_in_seconds);
  const blobKey = randomHex(16);
  return {
    upload_url: storage.uploadUrl(call.session, name, blobKey, expireAt),
    blob_key: blobKey,
    session_id: blobKey,
    expire_at: expireAt,
    owner_aid: name.owner,
    bucket: name.bucket,
    object_key: name.key,
    content_type: contentType,
    size_bytes: input.size_bytes ?? 0,
  };
}

/** `storage.complete_upload`: makes what was uploaded an object, or repeats content that the owner has already. */
export async function completeUpload(call: SessionCall): Promise<unknown> {
  const { storage } = call.gateway;
  const input = read(completeSchema, call);
  const name = ownName(call, input);
  const facts = factsOf(call, input);
  const bytes = input.skip_blob ? ownContent(call, input) : uploaded(call, name, input);
  const conditions = { overwrite: input.overwrite, expectedVersion: input.expected_version };
  const object = await storage.commit(name, bytes, facts, conditions);
  return { ...describe(object), ...storage.lastingUrls(object, call.session.secure) };
}

/** What a PUT left for this object: the named upload, else the newest one with the right hash. */
function uploaded(call: SessionCall, name: ObjectName, input: z.infer<typeof completeSchema>): StoredBlob {
  const session = input.session_id ?? '';
  const sha256 = input.sha256?.toLowerCase() ?? '';
  const candidates = call.gateway.store.objects
    .staged(name)
    .filter((staged) => session === '' || staged.blobKey === session);
  if (candidates.length === 0) throw storageError('nothing uploaded for this object_key');
  const fitting = candidates.find((staged) => sha256 === '' || staged.sha256 === sha256);
  if (fitting === undefined) throw storageError('sha256 mismatch');
  if (input.size_bytes !== undefined && input.size_bytes !== fitting.size)
    throw storageError('size mismatch');
  return fitting;
}

/**
 * Content is only ever repeated within one owner: else its existence would leak, and private content could be had for
 * its hash (`protocol/06 §1.7`).
 */
function ownContent({ gateway, session }: SessionCall, input: z.infer<typeof completeSchema>): StoredBlob {
  const found = gateway.store.objects.byContent(
    session.aid,
    input.sha256?.toLowerCase() ?? '',
    input.size_bytes ?? -1,
    gateway.clock.now(),
  );
  if (found === null) throw storageError('skip_blob: 仅允许复用当前 owner 的内容');
  return found;
}

/** `storage.create_download_ticket`. */
export function createDownloadTicket(call: SessionCall): unknown {
  const { storage } = call.gateway;
  const input = read(ticketSchema, call);
  const object = readableWith(call, input);
  const expireAt = storage.linkEnd(input.expire_in_seconds);
  return {
    download_url: storage.downloadUrl(call.session, object, expireAt),
    expire_at: expireAt,
    file_name: object.key.split('/').at(-1) ?? object.key,
    size_bytes: object.size,
    content_type: object.contentType,
    sha256: object.sha256,
    version: object.version,
    etag: object.sha256,
    ...storage.lastingUrls(object, call.session.secure),
  };
}
