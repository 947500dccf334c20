import type { FileHandle } from 'node:fs/promises';
import type { Desktop } from '../ports/desktop';
import type { FetchTicket, OutsideFile, OutsideFiles } from '../ports/outside-files';
import type { Transfers } from '../ports/transfers';
import { AunError, toAunError } from '../runtime/errors';
import { replaceFileAtomically } from '../runtime/files';
import type { Runtime } from '../runtime/runtime';
import { letOthersRun } from '../runtime/turn';
import { MAX_FETCH_BYTES, PIECE_BYTES } from './limits';
import { Digester } from './object-crypto';
import { goneOr, readFrom, tooLarge } from './read-from';
import { AddressUsedUp, damaged, isTransient, pauseBeforeRepeat, throwIfAborted } from './transfer-errors';

/** What saving such files works with. */
export interface OutsideFilesDependencies {
  readonly transfers: Transfers;
  readonly desktop: Desktop;
  readonly runtime: Pick<Runtime, 'scheduler'>;
}

/** Saves files of services under the same rules as attachments; see {@link OutsideFiles}. */
export function createOutsideFiles(deps: OutsideFilesDependencies): OutsideFiles {
  return {
    async save(file) {
      const { suggestedName, signal } = file;
      const target = await deps.desktop.chooseSave({ purpose: 'attachment', suggestedName });
      if (target === null) return false;
      throwIfAborted(signal);
      // The dialog may stand open for long, so the address is asked for after it.
      const first = await file.ticket();
      if ((first.size ?? 0) > MAX_FETCH_BYTES) throw tooLarge();
      await replaceFileAtomically(target, (handle) => new Fetch(deps, file, first, handle).run());
      return true;
    },
  };
}

/** One file on its way to the disk. */
class Fetch {
  private readonly digester = new Digester();
  /** No more bytes than this are taken. */
  private readonly most: number;

  constructor(
    private readonly deps: OutsideFilesDependencies,
    private readonly file: OutsideFile,
    private readonly first: FetchTicket,
    private readonly handle: FileHandle,
  ) {
    this.most = first.size ?? MAX_FETCH_BYTES;
  }

  /** Fetches everything, with repeats that go on where it stopped, and checks it. */
  async run(): Promise<void> {
    const { signal } = this.file;
    let ticket: FetchTicket | null = this.first;
    for (let nth = 0; ; nth += 1) {
      throwIfAborted(signal);
      const before = this.digester.size;
      try {
        ticket ??= await this.sameAgain();
        await this.readOn(ticket);
        throwIfAborted(signal);
        if (this.first.size === null || this.digester.size === this.first.size) break;
        throw new AunError('network_unreachable', 'the connection ended early', { retryable: true });
      } catch (thrown) {
        throwIfAborted(signal);
        const error = toAunError(thrown);
        if (!isTransient(error)) throw error;
        // Cut off behind its last byte: there is nothing left to ask for.
        if (this.digester.size > 0 && this.digester.size === this.first.size) break;
        if (error instanceof AddressUsedUp) ticket = null;
        if (this.digester.size - before >= PIECE_BYTES) nth = -1;
        else if (!(await pauseBeforeRepeat(nth, this.deps.runtime.scheduler, signal))) throw goneOr(error);
      }
    }
    const { sha256 } = this.digester.digest();
    if (this.first.sha256 !== null && sha256 !== this.first.sha256) throw damaged('its hash is wrong');
  }

  /** Another address of the same file. @throws AunError `attachment_damaged` when it is another one by now */
  private async sameAgain(): Promise<FetchTicket> {
    const ticket = await this.file.ticket();
    if (ticket.size !== this.first.size || ticket.sha256 !== this.first.sha256)
      throw damaged('it changed meanwhile');
    return ticket;
  }

  private async readOn({ url }: FetchTicket): Promise<void> {
    const { transfers } = this.deps;
    for await (const rest of readFrom(transfers, url, this.digester.size, this.file.signal))
      await this.take(rest);
  }

  private async take(bytes: Buffer): Promise<void> {
    if (this.digester.size + bytes.length > this.most)
      throw this.first.size === null ? tooLarge() : damaged('it is longer than announced');
    this.digester.update(bytes);
    await this.handle.writeFile(bytes);
    await letOthersRun();
  }
}
