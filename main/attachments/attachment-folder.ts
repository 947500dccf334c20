import { readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder, systemErrorCode } from '../runtime/files';
import type { Random } from '../runtime/runtime';
import { EncryptedFile, EncryptedFileWriter } from './encrypted-file';

/** A file that is being written and what its row will say of it. */
export interface NewLocalFile {
  readonly name: string;
  readonly key: Uint8Array;
  readonly writer: EncryptedFileWriter;
}

/** Where a file lies and what opens it, as its row says. */
export interface LocalFile {
  readonly file: string | null;
  readonly fileKey: Uint8Array | null;
  readonly size: number;
}

/** The folder with the encrypted files of one account. Names are random; rows of the database refer to them. */
export class AttachmentFolder {
  /** Names given away in this run: the sweep leaves them alone until their row is there. */
  private readonly fresh = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly random: Random,
  ) {}

  /** Begins a file under a new name with a key of its own. @throws AunError `disk_full` */
  async create(): Promise<NewLocalFile> {
    await makePrivateFolder(this.folder);
    const name = this.random.bytes(16).toString('hex');
    const key = this.random.bytes(32);
    this.fresh.add(name);
    return { name, key, writer: await EncryptedFileWriter.create(path.join(this.folder, name), key) };
  }

  /** Writes a whole file. @throws AunError `disk_full`, and what `content` throws; nothing is left then */
  async write(content: AsyncIterable<Uint8Array>): Promise<NewLocalFile> {
    const local = await this.create();
    try {
      for await (const piece of content) await local.writer.write(piece);
      await local.writer.commit();
      return local;
    } catch (thrown) {
      await local.writer.discard();
      throw thrown;
    }
  }

  /** Opens the file of a row, or null where it has none. @throws AunError `attachment_unreadable` */
  async open(row: LocalFile): Promise<EncryptedFile | null> {
    if (row.file === null || row.fileKey === null) return null;
    return EncryptedFile.open(path.join(this.folder, path.basename(row.file)), row.fileKey, row.size);
  }

  /** Deletes files; those that are gone already are fine. Returns the names that could not be deleted. */
  async remove(names: readonly string[]): Promise<string[]> {
    const left: string[] = [];
    for (const name of names) {
      try {
        await unlink(path.join(this.folder, path.basename(name)));
      } catch (thrown) {
        if (systemErrorCode(thrown) !== 'ENOENT') left.push(name);
      }
    }
    return left;
  }

  /** Deletes what no row refers to, unfinished files included; returns the names that rows refer to but are not there. */
  async sweep(referred: readonly string[]): Promise<Set<string>> {
    const known = new Set(referred);
    const found = await this.list();
    const orphans = found.filter((name) => !known.has(name) && !this.isFresh(name));
    await this.remove(orphans);
    for (const name of found) known.delete(name);
    return known;
  }

  private isFresh(name: string): boolean {
    return this.fresh.has(name) || this.fresh.has(name.replace(/^\./, '').replace(/\.part$/, ''));
  }

  private async list(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (thrown) {
      if (systemErrorCode(thrown) === 'ENOENT') return [];
      throw thrown;
    }
  }
}
