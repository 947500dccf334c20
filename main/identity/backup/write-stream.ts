import { exportKinds, noRows, type ExportKind } from '../../ports/store';
import { AunError } from '../../runtime/errors';
import type { Clock, Random } from '../../runtime/runtime';
import { attachmentFiles, readAttachment } from './attachments';
import { ChunkWriter } from './chunks';
import { identityDocument, type BackupSource, type Progress } from './content';
import { NONCE_PREFIX_BYTES, sealableHeader } from './header';
import { deriveBackupKey, KEY_SALT_BYTES, newKeyDerivation } from './key-derivation';
import { MAX_RECORD_BYTES, recordBytes } from './records';
import { stopIfCancelled } from './stop';

/** Rows asked of the store at once. */
const PAGE_ROWS = 200;
/** A record of rows ends when it has grown to this. */
const ROWS_RECORD_BYTES = 256 * 1024;

/** Where bytes go: an open file. It may take fewer bytes than it is given. */
export interface ByteSink {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
}

/** What both versions need to be written. */
export interface WriteJob {
  readonly handle: ByteSink;
  readonly secret: string;
  readonly source: BackupSource;
  readonly random: Pick<Random, 'bytes'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal | undefined;
  readonly progress: Progress;
  /** scrypt's N; only test vectors set it. */
  readonly cost?: number | undefined;
}

/** What was written. `records` counts rows and files. */
export interface Written {
  readonly bytes: number;
  readonly records: number;
}

/** Writes a backup of version 2 (`docs/backup-format.md`) with as much memory as one page of rows takes. */
export async function writeStream(job: WriteJob): Promise<Written> {
  const writer = new StreamWriter(job);
  try {
    return await writer.write();
  } finally {
    writer.dispose();
  }
}

/** Kinds that came later: a backup without rows of them is the same file it was before there were any. */
const LATER_KINDS: ReadonlySet<string> = new Set<ExportKind>(['attachments', 'tombstones', 'groups']);

function counted(counts: Readonly<Record<ExportKind, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).filter(([kind, count]) => count > 0 || !LATER_KINDS.has(kind)),
  );
}

class StreamWriter {
  private readonly counts = noRows();
  private files = 0;
  private fileBytes = 0;
  private written = 0;
  private total: number | null = null;
  private key: Buffer | null = null;
  private chunks: ChunkWriter | null = null;

  constructor(private readonly job: WriteJob) {}

  async write(): Promise<Written> {
    const { job } = this;
    this.report('key');
    const { bytes, header } = sealableHeader({
      aid: job.source.material.aid,
      createdAt: new Date(job.clock.now()).toISOString(),
      contents: ['identity', 'settings', 'contacts', 'e2ee', 'messages', 'attachments'],
      derivation: newKeyDerivation(job.random.bytes(KEY_SALT_BYTES), job.cost),
      noncePrefix: job.random.bytes(NONCE_PREFIX_BYTES),
    });
    this.key = await deriveBackupKey(job.secret, header.derivation);
    await this.put(bytes);
    this.chunks = new ChunkWriter({ key: this.key, header }, (sealed) => this.put(sealed));
    await this.identity();
    for (const kind of exportKinds) await this.rows(kind);
    await this.attachments();
    this.report('finishing');
    await this.json('end', { rows: counted(this.counts), files: this.files, bytes: this.fileBytes });
    await this.chunks.end();
    return { bytes: this.written, records: this.done() };
  }

  dispose(): void {
    this.key?.fill(0);
  }

  private async identity(): Promise<void> {
    const { source } = this.job;
    this.report('identity');
    await this.json('identity', identityDocument(source));
    if (source.settings !== null) await this.json('settings', source.settings);
    const rows = Object.values(await source.store.exportCounts()).reduce((sum, count) => sum + count, 0);
    this.total = rows + (await this.countFiles());
    await this.json('plan', { records: this.total });
  }

  private async countFiles(): Promise<number> {
    const { attachments } = this.job.source;
    if (attachments === null) return 0;
    let count = 0;
    for await (const _ of attachmentFiles(attachments)) count += 1;
    return count;
  }

  private async rows(kind: ExportKind): Promise<void> {
    let after: number | null = null;
    do {
      const page = await this.job.source.store.exportRows(kind, after, PAGE_ROWS);
      let lines: Buffer[] = [];
      let size = 0;
      for (const row of page.rows) {
        const line = Buffer.from(`${row}\n`);
        if (size > 0 && size + line.length > ROWS_RECORD_BYTES) {
          await this.record(kind, Buffer.concat(lines));
          lines = [];
          size = 0;
        }
        lines.push(line);
        size += line.length;
      }
      if (size > 0) await this.record(kind, Buffer.concat(lines));
      this.counts[kind] += page.rows.length;
      this.report('history');
      after = page.next;
    } while (after !== null);
  }

  private async attachments(): Promise<void> {
    const { attachments } = this.job.source;
    if (attachments === null) return;
    for await (const file of attachmentFiles(attachments)) {
      let bytes = 0;
      let begun = false;
      const begin = async (): Promise<void> => {
        if (!begun) await this.json('file', { name: file.name });
        begun = true;
      };
      const found = await readAttachment(file, async (part) => {
        await begin();
        await this.record('data', part);
        bytes += part.length;
        this.report('attachments');
      });
      if (!found) continue;
      await begin();
      await this.json('file_end', { bytes });
      this.files += 1;
      this.fileBytes += bytes;
      this.report('attachments');
    }
  }

  private async json(kind: string, value: object): Promise<void> {
    await this.record(kind, Buffer.from(JSON.stringify(value)));
  }

  private async record(kind: string, body: Uint8Array): Promise<void> {
    if (body.length > MAX_RECORD_BYTES) throw new AunError('internal', `a ${kind} record is too long`);
    const bytes = recordBytes(kind, body);
    await this.chunks?.push(bytes);
    // Keys and texts: not to lie about in memory longer than needed.
    bytes.fill(0);
  }

  private async put(bytes: Buffer): Promise<void> {
    stopIfCancelled(this.job.signal);
    await writeAll(this.job.handle, bytes);
    this.written += bytes.length;
  }

  private done(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0) + this.files;
  }

  private report(phase: Parameters<Progress>[0]['phase']): void {
    this.job.progress({ phase, done: this.done(), total: this.total, bytes: this.written });
  }
}

/** Writes every byte: a full disk may take some of them first. */
export async function writeAll(handle: ByteSink, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    at += bytesWritten;
  }
}
