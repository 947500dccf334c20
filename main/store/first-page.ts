import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const PAGE = 4096;
const SALT = 16;
const MAC = 64;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * Whether `key` opens the database, found out by reading only. SQLite itself must not touch a file whose key is wrong:
 * closing it would copy the write-ahead log into the database. SQLCipher 4 keeps an HMAC-SHA512 over each page, its
 * initialisation vector and its number; the first page is checked here. After a power loss the first page may be half
 * written; then a whole copy of it is in the write-ahead log.
 */
export function keyOpens(file: string, key: Uint8Array): boolean {
  const page = readAt(file, 0, PAGE);
  if (page !== null && isWhole(page, key)) return true;
  return anyFirstPage(`${file}-wal`, (copy) => isWhole(copy, key));
}

function isWhole(page: Buffer, key: Uint8Array): boolean {
  const salt = page.subarray(0, SALT).map((byte) => byte ^ 0x3a);
  const macKey = pbkdf2Sync(key, salt, 2, 32, 'sha512');
  const pageNumber = Buffer.from([1, 0, 0, 0]);
  const expected = createHmac('sha512', macKey)
    .update(page.subarray(SALT, PAGE - MAC))
    .update(pageNumber)
    .digest();
  return timingSafeEqual(expected, page.subarray(PAGE - MAC));
}

function readAt(file: string, position: number, length: number): Buffer | null {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return readSync(descriptor, buffer, 0, length, position) === length ? buffer : null;
  } finally {
    closeSync(descriptor);
  }
}

function anyFirstPage(log: string, test: (page: Buffer) => boolean): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(log, 'r');
  } catch {
    return false;
  }
  try {
    const size = fstatSync(descriptor).size;
    const frame = Buffer.alloc(FRAME_HEADER + PAGE);
    for (let at = WAL_HEADER; at + frame.length <= size; at += frame.length) {
      readSync(descriptor, frame, 0, frame.length, at);
      if (frame.readUInt32BE(0) === 1 && test(frame.subarray(FRAME_HEADER))) return true;
    }
    return false;
  } finally {
    closeSync(descriptor);
  }
}
