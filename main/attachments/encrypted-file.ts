import { createCipheriv, createDecipheriv } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AunError } from '../runtime/errors';
import { syncFolder, systemErrorCode } from '../runtime/files';
import { readRange } from './read-range';

/** First bytes of every file: the format and its version, bound to every chunk. See `docs/attachments.md`. */
const MAGIC = Buffer.from('PARLEYA1', 'latin1');
/** Plaintext bytes of a chunk; only the last one may be shorter. */
export const CHUNK_BYTES = 65_536;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** Chunks that are read or written in one go. */
const BATCH = 4;

/** The nonce says which chunk it is and whether it is the last. A key is used for one file only, so nonces never repeat. */
function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function seal(key: Uint8Array, index: number, last: boolean, plain: Uint8Array): Buffer[] {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, last), { authTagLength: TAG_BYTES });
  cipher.setAAD(MAGIC);
  return [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
}

function unseal(key: Uint8Array, index: number, last: boolean, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, last), { authTagLength: TAG_BYTES });
  decipher.setAAD(MAGIC);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  decipher.final();
  return plain;
}

/** Bytes of the file that holds `size` bytes of plaintext. */
export function sealedSize(size: number): number {
  const chunks = Math.max(1, Math.ceil(size / CHUNK_BYTES));
  return MAGIC.length + size + chunks * TAG_BYTES;
}

function damaged(cause?: unknown): AunError {
  return new AunError('attachment_unreadable', 'an encrypted file is damaged', { cause });
}

/** Rethrows what a file system said as an error of ours. */
function translate(thrown: unknown): never {
  const code = systemErrorCode(thrown);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    throw new AunError('disk_full', 'no space left for a file', { retryable: true, cause: thrown });
  }
  throw thrown;
}

/**
 * Writes one file, encrypted as the bytes come: nothing of it is ever on the disk in the clear. It has a hidden name until
 * {@link commit} gives it its own.
 */
export class EncryptedFileWriter {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private written = 0;
  private index = 0;
  private open = true;

  private constructor(
    private readonly handle: FileHandle,
    private readonly partial: string,
    private readonly file: string,
    private readonly key: Uint8Array,
  ) {}

  /** Begins `file`, which must not exist. `key` is 32 random bytes that encrypt nothing else. @throws AunError `disk_full` */
  static async create(file: string, key: Uint8Array): Promise<EncryptedFileWriter> {
    const partial = path.join(path.dirname(file), `.${path.basename(file)}.part`);
    const handle = await open(partial, 'wx', 0o600).catch(translate);
    const writer = new EncryptedFileWriter(handle, partial, file, key);
    try {
      await writer.put([MAGIC]);
    } catch (thrown) {
      await writer.discard();
      throw thrown;
    }
    return writer;
  }

  /** Bytes taken so far. */
  get size(): number {
    return this.written;
  }

  /** Takes the next bytes; they are not kept. @throws AunError `disk_full` */
  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += BATCH * CHUNK_BYTES) {
      const part = bytes.subarray(from, from + BATCH * CHUNK_BYTES);
      this.pending.push(Buffer.from(part));
      this.pendingBytes += part.length;
      this.written += part.length;
      if (this.pendingBytes > BATCH * CHUNK_BYTES) await this.flush(false);
    }
  }

  /** Everything is there: syncs the file and gives it its name. @returns the bytes of plaintext */
  async commit(): Promise<number> {
    await this.flush(true);
    try {
      await this.handle.sync();
      this.open = false;
      await this.handle.close();
      await rename(this.partial, this.file);
      await syncFolder(path.dirname(this.file));
    } catch (thrown) {
      translate(thrown);
    }
    return this.written;
  }

  /** Gives the file up; nothing is left of it. Harmless after {@link commit}. */
  async discard(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    this.pending = [];
    await this.handle.close().catch(() => undefined);
    await unlink(this.partial).catch(() => undefined);
  }

  /** Seals whole chunks; one byte at least stays back, because the last chunk is sealed as such. */
  private async flush(last: boolean): Promise<void> {
    const plain = Buffer.concat(this.pending);
    const parts: Buffer[] = [];
    let from = 0;
    while (plain.length - from > CHUNK_BYTES) {
      parts.push(...seal(this.key, this.index, false, plain.subarray(from, from + CHUNK_BYTES)));
      this.index += 1;
      from += CHUNK_BYTES;
    }
    if (last) parts.push(...seal(this.key, this.index, true, plain.subarray(from)));
    this.pending = last ? [] : [plain.subarray(from)];
    this.pendingBytes = last ? 0 : plain.length - from;
    await this.put(parts);
  }

  private async put(parts: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(parts);
    for (let from = 0; from < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, from).catch(translate);
      from += bytesWritten;
    }
  }
}

/** A file to be read, decrypted on the way. */
export class EncryptedFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly key: Uint8Array,
    /** Bytes of plaintext. */
    readonly size: number,
  ) {}

  /**
   * Opens a file that must hold exactly `size` bytes.
   * @throws AunError `attachment_unreadable` where it is missing or longer or shorter
   */
  static async open(file: string, key: Uint8Array, size: number): Promise<EncryptedFile> {
    let handle: FileHandle;
    try {
      handle = await open(file, 'r');
    } catch (thrown) {
      throw damaged(thrown);
    }
    const opened = new EncryptedFile(handle, key, size);
    try {
      const found = await handle.stat();
      const start = await readRange(handle, 0, MAGIC.length);
      if (found.size !== sealedSize(size) || !start.equals(MAGIC)) throw damaged();
      return opened;
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
  }

  /**
   * The bytes from `start` up to, not including, `end`, in pieces of at most 256 KiB.
   * @throws AunError `attachment_unreadable` as soon as a byte is not what was written
   */
  async *read(start = 0, end = this.size): AsyncGenerator<Buffer, void, undefined> {
    const chunks = Math.max(1, Math.ceil(this.size / CHUNK_BYTES));
    const stop = Math.min(end, this.size);
    // An empty file is one chunk without bytes: nothing is given, but its tag must be right all the same.
    if (this.size === 0) await this.chunks(0, 1, 1);
    for (let index = Math.floor(start / CHUNK_BYTES); index * CHUNK_BYTES < stop; index += BATCH) {
      const count = Math.min(BATCH, chunks - index, Math.ceil((stop - index * CHUNK_BYTES) / CHUNK_BYTES));
      const from = index * CHUNK_BYTES;
      const plain = await this.chunks(index, count, chunks);
      yield plain.subarray(Math.max(0, start - from), Math.min(plain.length, stop - from));
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async chunks(index: number, count: number, total: number): Promise<Buffer> {
    const from = MAGIC.length + index * SEALED_CHUNK_BYTES;
    const length = Math.min(count * SEALED_CHUNK_BYTES, sealedSize(this.size) - from);
    const sealed = await readRange(this.handle, from, length);
    const plain: Buffer[] = [];
    try {
      for (let at = 0; at < count; at += 1) {
        const part = sealed.subarray(at * SEALED_CHUNK_BYTES, (at + 1) * SEALED_CHUNK_BYTES);
        plain.push(unseal(this.key, index + at, index + at === total - 1, part));
      }
    } catch (thrown) {
      throw damaged(thrown);
    }
    return Buffer.concat(plain);
  }
}

/** Collects what a reader gives; for small files only. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}
