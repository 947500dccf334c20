import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex } from '../runtime';
import type { StoredBlob } from '../store/objects';

/** More bytes came than an object may have. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const INCOMING = 'incoming';
const READ_BYTES = 64 * 1024;

/**
 * Bytes of objects as files: `{folder}/{two digits}/{blob}`. A file is written beside its place and renamed, so that a
 * blob is whole or not there at all. Nothing is held in memory beyond one chunk.
 */
export class BlobFiles {
  readonly #folder: string;

  /** Creates the folder (readable by the owner only) and forgets uploads that a crash cut off. */
  constructor(folder: string) {
    this.#folder = folder;
    const incoming = join(folder, INCOMING);
    rmSync(incoming, { recursive: true, force: true });
    mkdirSync(incoming, { recursive: true, mode: 0o700 });
  }

  /**
   * Writes what comes, hashing as it goes.
   * @throws TooLarge as soon as there are more than `limit` bytes; whatever the source throws. Nothing stays then.
   */
  async receive(source: AsyncIterable<Uint8Array>, limit: number): Promise<StoredBlob> {
    const blob = randomHex(16);
    const part = join(this.#folder, INCOMING, blob);
    const hash = createHash('sha256');
    let size = 0;
    const file = await open(part, 'wx', 0o600);
    try {
      try {
        for await (const chunk of source) {
          size += chunk.length;
          if (size > limit) throw new TooLarge(`more than ${limit} bytes`);
          hash.update(chunk);
          await file.writeFile(chunk);
        }
      } finally {
        await file.close();
      }
      const place = this.#path(blob);
      await mkdir(join(place, '..'), { recursive: true, mode: 0o700 });
      await rename(part, place);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    return { blob, size, sha256: hash.digest('hex') };
  }

  /** Part of a blob, chunk by chunk; `end` is exclusive. @throws when the file is not there. */
  async *read(blob: string, start: number, end: number): AsyncGenerator<Buffer> {
    const file = await open(this.#path(blob), 'r');
    try {
      let at = start;
      while (at < end) {
        const chunk = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield chunk.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  /** Part of a blob at once: for what is small. */
  async content(blob: string, start: number, end: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.read(blob, start, end)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Deletes a file; one that cannot be deleted now is found again by {@link sweep}. */
  async remove(blob: string): Promise<void> {
    await rm(this.#path(blob), { force: true }).catch(() => undefined);
  }

  /** Deletes the files that nothing uses. Call before anybody can upload. Returns how many. */
  sweep(used: ReadonlySet<string>): number {
    let gone = 0;
    for (const part of readdirSync(this.#folder)) {
      if (part === INCOMING) continue;
      for (const blob of readdirSync(join(this.#folder, part))) {
        if (used.has(blob)) continue;
        rmSync(join(this.#folder, part, blob), { force: true });
        gone += 1;
      }
    }
    return gone;
  }

  /** Flips one bit in the middle of a file. For tests of checks. */
  async corrupt(blob: string, size: number): Promise<void> {
    const file = await open(this.#path(blob), 'r+');
    try {
      const at = Math.floor(size / 2);
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, at);
      byte[0] = (byte[0] ?? 0) ^ 1;
      await file.write(byte, 0, 1, at);
    } finally {
      await file.close();
    }
  }

  #path(blob: string): string {
    return join(this.#folder, blob.slice(0, 2), blob);
  }
}
