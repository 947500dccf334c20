import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SdkError } from './errors';
import { isDict, numberOf, textOf } from './json';
import type { Dict } from './json';
import { sha256 } from './storage';

const ALGORITHM = 'AES-256-GCM';
const AAD = 'aun-att-v1';
const TAG_BYTES = 16;
const MEBIBYTE = 1024 * 1024;

/** A file ready to be stored, and how a message refers to it. */
export interface SealedFile {
  objectKey: string;
  stored: Buffer;
  reference: Dict;
}

/** Encrypts a file as protocol/06 §3 says, written from the document alone. */
export function sealFile(
  ownerAid: string,
  bytes: Buffer,
  facts: { filename: string; contentType: string; padding?: boolean },
): SealedFile {
  const key = randomBytes(32);
  const iv = randomBytes(12);
  const step = bytes.length < MEBIBYTE ? 4096 : 65_536;
  const padded = facts.padding === false ? bytes.length : Math.ceil(bytes.length / step) * step;
  const plain = Buffer.concat([bytes, Buffer.alloc(padded - bytes.length)]);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(AAD, 'utf8'));
  const stored = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const objectKey = `att/${randomBytes(16).toString('hex')}`;
  return {
    objectKey,
    stored,
    reference: {
      owner_aid: ownerAid,
      bucket: 'default',
      object_key: objectKey,
      filename: `${facts.filename}.enc`,
      content_type: 'application/octet-stream',
      size_bytes: stored.length,
      sha256: sha256(stored),
      enc: {
        v: 1,
        alg: ALGORITHM,
        key: key.toString('base64'),
        iv: iv.toString('base64'),
        aad: AAD,
        filename: facts.filename,
        content_type: facts.contentType,
        size_bytes: bytes.length,
        sha256: sha256(bytes),
      },
    },
  };
}

/** Decrypts what was stored; everything that does not fit the reference throws. */
export function openFile(reference: Dict, stored: Buffer): Buffer {
  const enc = isDict(reference['enc']) ? reference['enc'] : {};
  const key = Buffer.from(textOf(enc['key']), 'base64');
  const iv = Buffer.from(textOf(enc['iv']), 'base64');
  const supported =
    enc['v'] === 1 && enc['alg'] === ALGORITHM && enc['aad'] === AAD && key.length === 32 && iv.length === 12;
  if (!supported) throw new SdkError('E2EEError', 'unsupported attachment');
  if (stored.length !== numberOf(reference['size_bytes']) || sha256(stored) !== reference['sha256']) {
    throw new SdkError('E2EEError', 'attachment damaged in storage');
  }
  const size = numberOf(enc['size_bytes'], -1);
  const plain = decrypt(key, iv, stored);
  if (size < 0 || plain.length < size) throw new SdkError('E2EEError', 'attachment too short');
  const bytes = plain.subarray(0, size);
  if (sha256(bytes) !== enc['sha256']) throw new SdkError('E2EEError', 'attachment does not match its hash');
  return bytes;
}

function decrypt(key: Buffer, iv: Buffer, stored: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv);
    decipher.setAAD(Buffer.from(AAD, 'utf8'));
    decipher.setAuthTag(stored.subarray(stored.length - TAG_BYTES));
    return Buffer.concat([decipher.update(stored.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new SdkError('E2EEError', 'attachment cannot be decrypted');
  }
}
