import { z } from 'zod';
import { WireCode } from '../../shared/aun/errors';
import { RpcError } from '../errors';
import { requireKey, storageError } from '../storage/names';
import type { ObjectRecord } from '../store/objects';
import type { SessionCall } from './method';
import { describe, ownPlace, place, placeOf, read } from './storage';

const text = z.string();
const whole = z.number().int();
const listSchema = z.object({
  ...place,
  path: text.default(''),
  page: whole.positive().default(1),
  size: whole.positive().default(100),
});
const pathSchema = z.object({ ...place, path: text });
const removeSchema = z.object({ ...place, path: text, recursive: z.boolean().default(false) });

/** More than this below one folder is not listed. */
const MAX_NODES = 10_000;
const MAX_PAGE = 1000;

type Node = Readonly<Record<string, unknown>>;

function fileNode(object: ObjectRecord): Node {
  return {
    ...describe(object),
    type: 'file',
    node_type: 'file',
    path: object.key,
    name: object.key.split('/').at(-1) ?? object.key,
    size: object.size,
    mtime: object.updatedAt,
    mode: object.isPrivate ? '0600' : '0644',
    is_private: object.isPrivate,
  };
}

/** Folders are nothing of their own here: a key with slashes makes them. */
function folderNode(owner: string, bucket: string, path: string): Node {
  return {
    type: 'dir',
    node_type: 'dir',
    path,
    name: path.split('/').at(-1) ?? path,
    owner_aid: owner,
    bucket,
    size: 0,
    size_bytes: 0,
  };
}

function clean(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

/** `storage.fs.list` of 0.5.4: folders first, then files, each by name. */
export function listFiles(call: SessionCall): unknown {
  const { store, clock } = call.gateway;
  const input = read(listSchema, call);
  const { owner, bucket } = ownPlace(call, input);
  const path = clean(input.path);
  const prefix = path === '' ? '' : `${requireKey(path)}/`;
  const now = clock.now();
  const folders = store.objects.folders({ owner, bucket, prefix }, MAX_NODES, now);
  const files = store.objects
    .list({ owner, bucket, prefix }, { offset: 0 }, MAX_NODES, now)
    .filter((object) => !object.key.slice(prefix.length).includes('/'));
  const all = [...folders.map((folder) => folderNode(owner, bucket, clean(folder))), ...files.map(fileNode)];
  const size = Math.min(input.size, MAX_PAGE);
  const nodes = all.slice((input.page - 1) * size, input.page * size);
  return { nodes, items: nodes, total: all.length, page: input.page, size, next_marker: '' };
}

/** `storage.fs.stat` and `.lstat` of 0.5.4; there are no links here. @throws RpcError −32008. */
export function statFile(call: SessionCall): unknown {
  const { store, storage, clock } = call.gateway;
  const input = read(pathSchema, call);
  const { owner, bucket } = placeOf(call, input);
  const path = clean(input.path);
  if (path === '') return folderNode(owner, bucket, '');
  const key = requireKey(path);
  const isFolder =
    owner === call.session.aid && store.objects.count({ owner, bucket, prefix: `${key}/` }, clock.now()) > 0;
  if (isFolder && storage.find({ owner, bucket, key }) === null) return folderNode(owner, bucket, key);
  return fileNode(storage.readable({ owner, bucket, key }, call.session.aid));
}

/** `storage.fs.remove` of 0.5.4. @throws RpcError −32008, −32000 for a folder without `recursive`. */
export async function removeFile(call: SessionCall): Promise<unknown> {
  const { store, storage, clock } = call.gateway;
  const input = read(removeSchema, call);
  const { owner, bucket } = ownPlace(call, input);
  const key = requireKey(clean(input.path));
  const below = store.objects.list(
    { owner, bucket, prefix: `${key}/` },
    { offset: 0 },
    MAX_NODES,
    clock.now(),
  );
  if (below.length > 0 && !input.recursive) throw storageError(`is a directory: ${key}`);
  let removed = 0;
  for (const each of [...below.map((object) => object.key), key]) {
    if (await storage.remove({ owner, bucket, key: each })) removed += 1;
  }
  if (removed === 0) throw new RpcError(WireCode.notFound, `not found: ${key}`);
  return { removed_count: removed, deleted_count: removed, deleted: true, path: key };
}
