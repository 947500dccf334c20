import { WireCode } from '../../shared/aun/errors';
import { RpcError } from '../errors';

/** Bucket of calls that name none. */
export const DEFAULT_BUCKET = 'default';

const MAX_KEY_BYTES = 1024;
const KEY = /^[A-Za-z0-9._/-]+$/;
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const CONTENT_TYPE = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;

/** −32000: what storage refuses without a code of its own (`protocol/06 §1.5`). */
export function storageError(message: string): RpcError {
  return new RpcError(WireCode.protocolVersion, message);
}

/** Whether a text may be an object key (`protocol/06 §1.1`). */
export function isObjectKey(key: string): boolean {
  return (
    key.length <= MAX_KEY_BYTES &&
    KEY.test(key) &&
    !key.startsWith('/') &&
    !key.endsWith('/') &&
    !key.includes('//') &&
    !key.split('/').includes('..')
  );
}

/** @throws RpcError −32000 when the key breaks the rules. */
export function requireKey(key: string): string {
  if (!isObjectKey(key)) throw storageError('invalid object_key');
  return key;
}

/** @throws RpcError −32000 when the bucket's name is none. */
export function requireBucket(bucket: string | undefined): string {
  if (bucket === undefined || bucket === '') return DEFAULT_BUCKET;
  if (!BUCKET.test(bucket)) throw storageError('invalid bucket');
  return bucket;
}

/** A content type that may become a header. @throws RpcError −32000. */
export function requireContentType(value: string | undefined): string {
  if (value === undefined || value === '') return 'application/octet-stream';
  if (!CONTENT_TYPE.test(value)) throw storageError('invalid content_type');
  return value;
}

/** Standard base64 with its padding. @throws RpcError −32000 when it is empty or something else. */
export function decodeContent(content: string): Buffer {
  if (content === '' || content.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(content)) {
    throw storageError('content is not base64');
  }
  return Buffer.from(content, 'base64');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Text of a share id: 10 characters of Base62 from as many random bytes. */
export function base62(bytes: Uint8Array): string {
  return [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length] ?? 'A').join('');
}
