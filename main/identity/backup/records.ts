import { damaged } from './chunks';

/** No record is longer; a row of a message is the longest thing that is written as a whole. */
export const MAX_RECORD_BYTES = 32 * 1024 * 1024;
const KIND = /^[a-z][a-z0-9_]{0,31}$/;
const SKIP_BYTES = 65_536;

/** The bytes of a record: length of its kind, kind, length of its body, body. */
export function recordBytes(kind: string, body: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([Buffer.from([kind.length]), Buffer.from(kind, 'ascii'), length, body]);
}

/** A record of which only the front was read; take its body or skip it before asking for the next. */
export interface RecordFront {
  readonly kind: string;
  /** Length of the body in bytes. */
  readonly length: number;
}

/** Reads records from a stream of bytes. */
export class RecordReader {
  private current: Buffer = Buffer.alloc(0);

  constructor(private readonly source: AsyncIterator<Buffer, void>) {}

  /** The next record, or null at the end of the stream. @throws AunError `backup_damaged`, and the source's errors */
  async next(): Promise<RecordFront | null> {
    if (!(await this.fill())) return null;
    const kindLength = (await this.take(1)).readUInt8();
    const kind = (await this.take(kindLength)).toString('latin1');
    if (!KIND.test(kind)) throw damaged('a record without a kind');
    const length = (await this.take(4)).readUInt32BE();
    if (length > MAX_RECORD_BYTES) throw damaged(`a record of ${length} bytes`);
    return { kind, length };
  }

  /** The body of the record whose front was read. */
  async body(front: RecordFront): Promise<Buffer> {
    return this.take(front.length);
  }

  /** Passes over the body of the record whose front was read. */
  async skip(front: RecordFront): Promise<void> {
    for (let left = front.length; left > 0; left -= SKIP_BYTES) await this.take(Math.min(left, SKIP_BYTES));
  }

  /** True when there is at least one more byte. */
  private async fill(): Promise<boolean> {
    while (this.current.length === 0) {
      const { done, value } = await this.source.next();
      if (done === true) return false;
      this.current = value;
    }
    return true;
  }

  private async take(length: number): Promise<Buffer> {
    if (length <= this.current.length) return this.cut(length);
    const parts: Buffer[] = [];
    for (let left = length; left > 0;) {
      if (!(await this.fill())) throw damaged('the last record is cut off');
      const part = this.cut(Math.min(left, this.current.length));
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts, length);
  }

  private cut(length: number): Buffer {
    const part = this.current.subarray(0, length);
    this.current = this.current.subarray(length);
    return part;
  }
}
