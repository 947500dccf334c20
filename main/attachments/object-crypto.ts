import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { ATTACHMENT_AAD } from '../../shared/aun/attachment-reference';
import { letOthersRun } from '../runtime/turn';
import { MAX_FILE_BYTES, PIECE_BYTES, TAG_BYTES } from './limits';
import { damaged } from './transfer-errors';

const ALGORITHM = 'aes-256-gcm';
const SMALL_STEP = 4_096;
const LARGE_STEP = 65_536;
const LARGE_FROM = 1_048_576;

/**
 * Bytes of a file and the zeros that hide its exact size: the next multiple of 4 KiB below 1 MiB, of 64 KiB from there on, but
 * never more than an object holds (`protocol/06 §3`).
 */
export function paddedSize(size: number): number {
  const step = size < LARGE_FROM ? SMALL_STEP : LARGE_STEP;
  return Math.max(size, Math.min(Math.ceil(size / step) * step, MAX_FILE_BYTES));
}

/** Bytes of the object that holds a file of this size. */
export function objectSize(size: number): number {
  return paddedSize(size) + TAG_BYTES;
}

/** Key and nonce of one object; never used for another one. */
export interface ObjectKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 12 bytes. */
  readonly iv: Uint8Array;
}

/**
 * The bytes of an object: the file, padded, encrypted, with the tag at the end. The same file and key give the same bytes, so
 * an interrupted upload can be done again.
 */
export async function* encryptObject(
  file: AsyncIterable<Uint8Array>,
  size: number,
  { key, iv }: ObjectKey,
): AsyncGenerator<Buffer, void, undefined> {
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(ATTACHMENT_AAD));
  for await (const piece of file) yield cipher.update(piece);
  const padding = paddedSize(size) - size;
  if (padding > 0) yield cipher.update(Buffer.alloc(padding));
  cipher.final();
  yield cipher.getAuthTag();
}

/** What the bytes of a stream come to. */
export interface Digest {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Counts and hashes bytes on their way. */
export class Digester {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  update(piece: Uint8Array): void {
    this.hash.update(piece);
    this.bytes += piece.length;
  }

  get size(): number {
    return this.bytes;
  }

  digest(): Digest {
    return { size: this.bytes, sha256: this.hash.digest('hex') };
  }
}

/** Lets the bytes of a stream through, hashing them. */
export async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  digester: Digester,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    digester.update(piece);
    yield piece;
  }
}

/** Hashes of a file and of the object it becomes, in one pass. */
export async function digestObject(
  file: AsyncIterable<Uint8Array>,
  size: number,
  key: ObjectKey,
): Promise<{ readonly inner: Digest; readonly outer: Digest }> {
  const inner = new Digester();
  const outer = new Digester();
  for await (const piece of encryptObject(watched(file, inner), size, key)) {
    outer.update(piece);
    await letOthersRun();
  }
  return { inner: inner.digest(), outer: outer.digest() };
}

/**
 * Opens an object as it arrives. What {@link update} gives is not to be trusted before {@link finish} returned: the tag comes
 * last.
 */
export class ObjectOpener {
  private readonly decipher;
  private held: Buffer = Buffer.alloc(0);
  private given = 0;
  private readonly inner = new Digester();

  /** `size` and `sha256` are what the sender says of the file inside. */
  constructor(
    { key, iv }: ObjectKey,
    private readonly expected: Digest,
  ) {
    this.decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
    this.decipher.setAAD(Buffer.from(ATTACHMENT_AAD));
  }

  /** The next bytes of the object; returns bytes of the file, without padding. */
  update(piece: Buffer): Buffer {
    const all = this.held.length === 0 ? piece : Buffer.concat([this.held, piece]);
    const ready = Math.max(0, all.length - TAG_BYTES);
    this.held = Buffer.from(all.subarray(ready));
    const plain = this.decipher.update(all.subarray(0, ready));
    const wanted = plain.subarray(0, Math.max(0, this.expected.size - this.given));
    this.given += plain.length;
    this.inner.update(wanted);
    return wanted;
  }

  /** Checks the tag, the length and the hash of the file. @throws AunError `attachment_damaged` */
  finish(): void {
    if (this.held.length !== TAG_BYTES) throw damaged('it is too short');
    this.decipher.setAuthTag(this.held);
    try {
      this.decipher.final();
    } catch {
      throw damaged('the tag is wrong');
    }
    const { size, sha256 } = this.inner.digest();
    if (size !== this.expected.size) throw damaged('the file inside is too short');
    if (sha256 !== this.expected.sha256) throw damaged('the hash of the file inside is wrong');
  }
}

/** Cuts a long stretch of bytes into pieces that are quickly dealt with. */
export async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    yield bytes.subarray(from, from + PIECE_BYTES);
    await letOthersRun();
  }
}
