import { z } from 'zod';
import { exportKinds, noRows, type ExportKind } from '../../ports/store';
import { isSafeFileName } from './attachments';
import { damaged, openChunks } from './chunks';
import { parseIdentityDocument, parseSettings, type Progress, type RestoreTarget } from './content';
import { headerLength, parseHeader, parseJsonBytes, PREAMBLE_BYTES, type Header } from './header';
import { deriveBackupKey } from './key-derivation';
import { RecordReader, type RecordFront } from './records';
import { stopIfCancelled } from './stop';

/** An open backup file. `size` is its length when it was opened. */
export interface BackupHandle {
  readonly handle: {
    read(
      into: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ): Promise<{ readonly bytesRead: number }>;
  };
  readonly size: number;
}

/** What is needed to read either version. */
export interface ReadJob {
  readonly file: BackupHandle;
  readonly secret: string;
  readonly target: RestoreTarget;
  readonly signal: AbortSignal | undefined;
  readonly progress: Progress;
}

/** What came out of a backup. */
export interface Restored {
  readonly version: 1 | 2;
  readonly aid: string;
  readonly createdAt: string;
  /** New rows by kind, as the target counted them. */
  readonly rows: Readonly<Record<ExportKind, number>>;
  readonly files: number;
  /** Records that only a later program understands. */
  readonly skipped: number;
}

const planSchema = z.object({ records: z.number().int().nonnegative() });
const fileSchema = z.object({ name: z.string() });
const fileEndSchema = z.object({ bytes: z.number().int().nonnegative() });
const endSchema = z.object({
  rows: z.record(z.string(), z.number().int().nonnegative()),
  files: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
});

const rowKinds: ReadonlySet<string> = new Set(exportKinds);
const otherKinds: ReadonlySet<string> = new Set([
  'identity',
  'settings',
  'plan',
  'file',
  'data',
  'file_end',
  'end',
]);

function isExportKind(kind: string): kind is ExportKind {
  return rowKinds.has(kind);
}

function isKnown(kind: string): boolean {
  return rowKinds.has(kind) || otherKinds.has(kind);
}

/** Reads exactly so many bytes from a place. @throws AunError `backup_damaged` when the file is shorter */
export async function readExactly(file: BackupHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.handle.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) throw damaged('the file is cut off');
    at += bytesRead;
  }
  return bytes;
}

/** Reads the outside of a file of version 2. @throws AunError `backup_not_a_backup`, `backup_damaged`, `backup_too_new` */
export async function readHeader(file: BackupHandle): Promise<{ header: Header; bodyStart: number }> {
  const preamble = await readExactly(file, 0, Math.min(PREAMBLE_BYTES, file.size));
  const length = headerLength(preamble);
  const header = parseHeader(await readExactly(file, PREAMBLE_BYTES, length));
  return { header, bodyStart: PREAMBLE_BYTES + length };
}

/** Restores a backup of version 2 (`docs/backup-format.md`) with as much memory as one record takes. */
export async function readStream(job: ReadJob): Promise<Restored> {
  return new StreamReader(job).read();
}

class StreamReader {
  private readonly seen = noRows();
  private readonly added = noRows();
  private readonly names = new Set<string>();
  private fileBytes = 0;
  private skipped = 0;
  private position = 0;
  private total: number | null = null;

  constructor(private readonly job: ReadJob) {}

  async read(): Promise<Restored> {
    const { file, secret, signal } = this.job;
    const { header, bodyStart } = await readHeader(file);
    this.report('key');
    const key = await deriveBackupKey(secret, header.derivation);
    this.position = bodyStart;
    const chunks = openChunks({ key, header }, file.size - bodyStart, async (length) => {
      stopIfCancelled(signal);
      const bytes = await readExactly(file, this.position, length);
      this.position += length;
      return bytes;
    });
    try {
      await this.records(new RecordReader(chunks), header.aid);
    } finally {
      key.fill(0);
      await chunks.return();
    }
    return {
      version: 2,
      aid: header.aid,
      createdAt: header.createdAt,
      rows: this.added,
      files: this.names.size,
      skipped: this.skipped,
    };
  }

  private async records(reader: RecordReader, aid: string): Promise<void> {
    const first = await reader.next();
    if (first?.kind !== 'identity') throw damaged('a backup begins with its identity');
    const { material, network } = parseIdentityDocument(await json(reader, first), aid);
    this.report('identity');
    await this.job.target.identity(material, network);
    for (;;) {
      const front = await reader.next();
      if (front === null) throw damaged('the end of the backup is missing');
      if (front.kind === 'end') {
        this.checkEnd(await json(reader, front));
        if ((await reader.next()) !== null) throw damaged('something follows the end of the backup');
        this.report('finishing');
        stopIfCancelled(this.job.signal);
        return;
      }
      await this.record(reader, front);
    }
  }

  private async record(reader: RecordReader, front: RecordFront): Promise<void> {
    const { kind } = front;
    if (isExportKind(kind)) return this.rows(kind, await reader.body(front));
    switch (kind) {
      case 'settings':
        return this.job.target.settings(parseSettings(await json(reader, front)));
      case 'plan':
        this.total = checked(planSchema, await json(reader, front)).records;
        return;
      case 'file':
        return this.file(reader, checked(fileSchema, await json(reader, front)).name);
      case 'identity':
      case 'data':
      case 'file_end':
        throw damaged(`a record of kind ${kind} where none belongs`);
      default:
        return this.pass(reader, front);
    }
  }

  private async pass(reader: RecordReader, front: RecordFront): Promise<void> {
    this.skipped += 1;
    await reader.skip(front);
  }

  private async rows(kind: ExportKind, body: Buffer): Promise<void> {
    const rows = body.toString('utf8').split('\n');
    if (rows.pop() !== '') throw damaged('rows that do not end');
    this.added[kind] += await this.job.target.rows(kind, rows);
    this.seen[kind] += rows.length;
    this.report('history');
  }

  private async file(reader: RecordReader, name: string): Promise<void> {
    const folded = name.toLowerCase();
    if (!isSafeFileName(name) || this.names.has(folded)) throw damaged('a file with a name that cannot be');
    this.names.add(folded);
    const content = this.fileContent(reader);
    // Without a way to end it early: what the target leaves is still to be passed over.
    await this.job.target.file(name, { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) });
    for await (const _ of content) stopIfCancelled(this.job.signal);
    this.report('attachments');
  }

  private async *fileContent(reader: RecordReader): AsyncGenerator<Buffer, void, undefined> {
    let bytes = 0;
    for (;;) {
      const front = await reader.next();
      if (front === null) throw damaged('a file without an end');
      if (front.kind === 'data') {
        const part = await reader.body(front);
        bytes += part.length;
        this.fileBytes += part.length;
        this.report('attachments');
        yield part;
      } else if (front.kind === 'file_end') {
        const end = checked(fileEndSchema, await json(reader, front));
        if (end.bytes !== bytes) throw damaged('a file is not as long as it was');
        return;
      } else if (isKnown(front.kind)) throw damaged('a file without an end');
      else await this.pass(reader, front);
    }
  }

  private checkEnd(value: unknown): void {
    const end = checked(endSchema, value);
    const same = exportKinds.every((kind) => (end.rows[kind] ?? 0) === this.seen[kind]);
    if (!same || end.files !== this.names.size || end.bytes !== this.fileBytes)
      throw damaged('the backup does not hold what its end says');
  }

  private report(phase: Parameters<Progress>[0]['phase']): void {
    const done = Object.values(this.seen).reduce((sum, count) => sum + count, 0) + this.names.size;
    this.job.progress({ phase, done, total: this.total, bytes: this.position });
  }
}

async function json(reader: RecordReader, front: RecordFront): Promise<unknown> {
  const body = await reader.body(front);
  const value = parseJsonBytes(body);
  if (value === undefined) throw damaged(`a record of kind ${front.kind} that is no JSON`);
  return value;
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw damaged('a record that cannot be read');
  return parsed.data;
}
