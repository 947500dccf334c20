import type { EncryptionBlock } from '../../shared/aun/attachment-reference';
import { letOthersRun } from '../runtime/turn';
import type { EncryptedFileWriter } from './encrypted-file';
import { HEAD_BYTES, mediaFacts } from './media-type';
import type { MediaFacts } from './media-type';
import { Digester, ObjectOpener } from './object-crypto';
import type { Digest } from './object-crypto';
import { damaged } from './transfer-errors';

/** Takes an object as it arrives: hashes it, opens it and writes it encrypted for this disk. */
export class Receiver {
  private readonly outer = new Digester();
  private readonly opener: ObjectOpener | null;
  private readonly head: Buffer[] = [];
  private headBytes = 0;

  constructor(
    private readonly writer: EncryptedFileWriter,
    private readonly expected: Digest,
    enc: EncryptionBlock | undefined,
  ) {
    this.opener =
      enc === undefined
        ? null
        : new ObjectOpener(
            { key: Buffer.from(enc.key, 'base64'), iv: Buffer.from(enc.iv, 'base64') },
            { size: enc.size_bytes, sha256: enc.sha256 },
          );
  }

  /** Bytes of the object that are here. */
  get received(): number {
    return this.outer.size;
  }

  /** The next bytes. @throws AunError `attachment_damaged` when there are more than announced, `disk_full` */
  async take(piece: Buffer): Promise<void> {
    if (this.outer.size + piece.length > this.expected.size) throw damaged('it is longer than announced');
    this.outer.update(piece);
    const plain = this.opener === null ? piece : this.opener.update(piece);
    if (this.headBytes < HEAD_BYTES && plain.length > 0) {
      this.head.push(Buffer.from(plain.subarray(0, HEAD_BYTES - this.headBytes)));
      this.headBytes += plain.length;
    }
    await this.writer.write(plain);
    await letOthersRun();
  }

  /** Everything arrived: checks it and says what it is. @throws AunError `attachment_damaged` */
  finish(claimedType: string): MediaFacts {
    const { size, sha256 } = this.outer.digest();
    if (size !== this.expected.size) throw damaged('it is shorter than announced');
    if (sha256 !== this.expected.sha256) throw damaged('its hash is wrong');
    this.opener?.finish();
    return mediaFacts(claimedType, Buffer.concat(this.head));
  }
}
