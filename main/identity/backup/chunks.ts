import { createCipheriv, createDecipheriv } from 'node:crypto';
import { AunError } from '../../runtime/errors';
import { CHUNK_BYTES, NONCE_PREFIX_BYTES, type Header } from './header';

const TAG_BYTES = 16;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;
const CIPHER = 'aes-256-gcm';

/** What every chunk of a file is sealed with. */
export interface ChunkKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly header: Pick<Header, 'noncePrefix' | 'digest'>;
}

/** Nonce of a chunk in the STREAM construction: its place and whether it is the last are part of its seal. */
function nonceOf(prefix: Uint8Array, index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.set(prefix);
  nonce.writeUInt32BE(index, NONCE_PREFIX_BYTES);
  nonce.writeUInt8(last ? 1 : 0, 11);
  return nonce;
}

/** Cuts a stream of bytes into chunks and seals each; waits for `write` before it takes more. */
export class ChunkWriter {
  private readonly pending = Buffer.alloc(CHUNK_BYTES);
  private filled = 0;
  private index = 0;

  constructor(
    private readonly sealing: ChunkKey,
    private readonly write: (sealed: Buffer) => Promise<void>,
  ) {}

  /** Takes bytes; they may be reused as soon as this resolves. */
  async push(bytes: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < bytes.length) {
      // A full chunk waits until more comes: only then is it known not to be the last.
      if (this.filled === CHUNK_BYTES) await this.seal(false);
      const part = bytes.subarray(taken, taken + CHUNK_BYTES - this.filled);
      this.pending.set(part, this.filled);
      this.filled += part.length;
      taken += part.length;
    }
  }

  /** Seals the last chunk. Something must have been pushed. */
  async end(): Promise<void> {
    if (this.filled === 0) throw new AunError('internal', 'a backup without content');
    await this.seal(true);
    this.pending.fill(0);
  }

  private async seal(last: boolean): Promise<void> {
    const { key, header } = this.sealing;
    const cipher = createCipheriv(CIPHER, key, nonceOf(header.noncePrefix, this.index, last));
    cipher.setAAD(header.digest);
    const body = cipher.update(this.pending.subarray(0, this.filled));
    const sealed = Buffer.concat([body, cipher.final(), cipher.getAuthTag()]);
    this.index += 1;
    this.filled = 0;
    await this.write(sealed);
  }
}

/**
 * Opens the chunks that fill `bytes` bytes, one after another; only what was authenticated comes out.
 *
 * @param read brings exactly so many bytes of the file, in order
 * @throws AunError `backup_wrong_passphrase` when the very first chunk does not open, `backup_damaged` for everything else
 * that is not as it was written
 */
export async function* openChunks(
  opening: ChunkKey,
  bytes: number,
  read: (length: number) => Promise<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  let left = bytes;
  if (left <= TAG_BYTES) throw damaged('there is no content');
  for (let index = 0; left > 0; index += 1) {
    const length = Math.min(left, SEALED_BYTES);
    if (length <= TAG_BYTES) throw damaged('the last chunk is cut off');
    left -= length;
    yield openChunk(opening, await read(length), index, left === 0);
  }
}

function openChunk({ key, header }: ChunkKey, sealed: Buffer, index: number, last: boolean): Buffer {
  const decipher = createDecipheriv(CIPHER, key, nonceOf(header.noncePrefix, index, last));
  decipher.setAAD(header.digest);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const body = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
    return body;
  } catch {
    body.fill(0);
    if (index === 0) throw wrongSecret();
    throw damaged(`chunk ${index} is not as it was written`);
  }
}

/** A wrong secret and a change at the beginning of a file cannot be told apart (`protocol/06 §7`). */
export function wrongSecret(): AunError {
  return new AunError('backup_wrong_passphrase', 'the secret does not open this backup, or it was changed');
}

/** The error for a backup that is not as it was written. */
export function damaged(message: string): AunError {
  return new AunError('backup_damaged', message);
}
