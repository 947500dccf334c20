import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Pictures } from '../ports/pictures';
import type { RpcCaller } from '../ports/session';
import type { Transfers } from '../ports/transfers';
import { AunError, toAunError } from '../runtime/errors';
import { COMPLETE_TIMEOUT_MS, INLINE_BYTES, TRANSFER_IDLE_MS } from './limits';
import { mediaFacts } from './media-type';
import { ownedObject } from './reference';
import { withoutMetadata } from './strip';
import { statusError, storageError } from './transfer-errors';

/** Largest public picture, in bytes (`protocol/06 §5.1` has the same for profiles). */
const MAX_PICTURE_BYTES = 262_144;
/** Longest edge, in pixels: nobody shows more of it than a few hundred. */
const MAX_EDGE = 4096;
/** What may be published; the window shows nothing else as a picture of a group either. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/webp', 'webp'],
]);
/** Answers after which an address is no use: the picture is not there. */
const GONE: ReadonlySet<string> = new Set([
  'not_found',
  'permission_denied',
  'gateway_refused',
  'invalid_request',
]);

const uploadSchema = z.looseObject({ upload_url: z.string().max(8_192) });
const ticketSchema = z.looseObject({
  download_url: z.string().max(8_192),
  size_bytes: z.number().int().min(1),
  sha256: z.string().optional(),
});

/** What publishing and fetching take. */
export interface PictureDependencies {
  /** Own AID. */
  readonly account: string;
  readonly rpc: RpcCaller;
  readonly transfers: Transfers;
}

/** Public pictures in the storage of their owner. Nothing is decoded here: only the beginning of the bytes is looked at. */
export function createPictures({ account, rpc, transfers }: PictureDependencies): Pictures {
  return {
    async publish(base64) {
      const { bytes, type } = await cleaned(base64);
      const ending = TYPES.get(type) ?? 'bin';
      // Named by its content: publishing the same picture again is the same object.
      const objectKey = `group-picture/${createHash('sha256').update(bytes).digest('hex')}.${ending}`;
      await store({ rpc, transfers }, objectKey, bytes, type);
      return { reference: `https://${account}/${objectKey}`, address: addressOf(type, bytes) };
    },
    async fetch(reference) {
      const object = ownedObject(reference);
      if (object === null) return null;
      try {
        const bytes = await load({ rpc, transfers }, object);
        const type = bytes === null ? null : typeOf(bytes);
        return bytes === null || type === null ? null : addressOf(type, bytes);
      } catch (thrown) {
        if (GONE.has(toAunError(thrown).code)) return null;
        throw thrown;
      }
    },
  };
}

/** The type of a picture that may be shown, by its first bytes and its size; null for everything else. */
function typeOf(bytes: Buffer): string | null {
  const { type, size } = mediaFacts('application/octet-stream', bytes);
  if (!TYPES.has(type) || size === null) return null;
  return size.width <= MAX_EDGE && size.height <= MAX_EDGE ? type : null;
}

function addressOf(type: string, bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString('base64')}`;
}

async function cleaned(base64: string): Promise<{ readonly bytes: Buffer; readonly type: string }> {
  const given = Buffer.from(base64, 'base64');
  if (given.length > MAX_PICTURE_BYTES)
    throw new AunError('attachment_too_large', 'the picture is too large');
  const type = typeOf(given);
  const parts = type === null ? null : await withoutMetadata(type, given);
  if (type === null || parts === null)
    throw new AunError('attachment_unsupported', 'this is no PNG, JPEG or WebP picture');
  return { bytes: Buffer.concat(parts), type };
}

async function store(
  { rpc, transfers }: Pick<PictureDependencies, 'rpc' | 'transfers'>,
  objectKey: string,
  bytes: Buffer,
  type: string,
): Promise<void> {
  const about = { object_key: objectKey, content_type: type };
  try {
    if (bytes.length <= INLINE_BYTES) {
      await rpc.call('storage.put_object', {
        ...about,
        content: bytes.toString('base64'),
        is_private: false,
      });
      return;
    }
    const answer = await rpc.call('storage.create_upload_session', { ...about, size_bytes: bytes.length });
    const put = await transfers.request({
      method: 'PUT',
      url: uploadSchema.parse(answer).upload_url,
      headers: { 'content-type': type },
      body: once(bytes),
      length: bytes.length,
      idleTimeoutMs: TRANSFER_IDLE_MS,
      signal: new AbortController().signal,
    });
    put.close();
    if (put.status < 200 || put.status > 299) throw statusError(put.status);
    await rpc.call(
      'storage.complete_upload',
      {
        ...about,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size_bytes: bytes.length,
        is_private: false,
      },
      { timeoutMs: COMPLETE_TIMEOUT_MS },
    );
  } catch (thrown) {
    throw storageError(toAunError(thrown));
  }
}

/** The bytes of an object; null when it is too large or not what the ticket says. */
async function load(
  { rpc, transfers }: Pick<PictureDependencies, 'rpc' | 'transfers'>,
  object: { readonly owner: string; readonly bucket: string; readonly objectKey: string },
): Promise<Buffer | null> {
  const ticket = ticketSchema.parse(
    await rpc.call('storage.create_download_ticket', {
      owner_aid: object.owner,
      bucket: object.bucket,
      object_key: object.objectKey,
    }),
  );
  if (ticket.size_bytes > MAX_PICTURE_BYTES) return null;
  const answer = await transfers.request({
    method: 'GET',
    url: ticket.download_url,
    idleTimeoutMs: TRANSFER_IDLE_MS,
    signal: new AbortController().signal,
  });
  try {
    if (answer.status !== 200) throw statusError(answer.status);
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of answer.body) {
      size += piece.length;
      if (size > ticket.size_bytes) return null;
      pieces.push(piece);
    }
    const bytes = Buffer.concat(pieces);
    return bytes.length === ticket.size_bytes && isNamed(object.objectKey, bytes) ? bytes : null;
  } finally {
    answer.close();
  }
}

/** A name made of the content has to be that of the content. */
function isNamed(objectKey: string, bytes: Buffer): boolean {
  const named = /^group-picture\/([0-9a-f]{64})\.[a-z]+$/.exec(objectKey)?.[1];
  return named === undefined || named === createHash('sha256').update(bytes).digest('hex');
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
