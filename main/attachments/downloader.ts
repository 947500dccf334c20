import { z } from 'zod';
import type { StoredReference } from '../../shared/aun/attachment-reference';
import type { AttachmentPatch, AttachmentRecord } from '../ports/store';
import { AunError, toAunError } from '../runtime/errors';
import type { AttachmentFolder } from './attachment-folder';
import type { AttachmentDependencies } from './dependencies';
import { MAX_FETCH_BYTES, MAX_PADDING_BYTES, PIECE_BYTES, TAG_BYTES } from './limits';
import { Receiver } from './receiver';
import { resolveReference, storedReference } from './reference';
import type { ObjectAddress } from './reference';
import { gone, goneOr, readFrom, tooLarge } from './read-from';
import { AddressUsedUp, damaged, isTransient, pauseBeforeRepeat, throwIfAborted } from './transfer-errors';

const ticketSchema = z.looseObject({
  download_url: z.string().max(8_192).optional(),
  /** Small objects may come with a share link itself. */
  content: z.base64().optional(),
  size_bytes: z.number().int().min(0),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/)
    .transform((value) => value.toLowerCase()),
});
type Ticket = z.output<typeof ticketSchema>;

/** From whom a reference came and how it was protected. */
export interface Origin {
  readonly sender: string;
  readonly endToEnd: boolean;
}

/** Fetches single files, checks them and keeps them encrypted (`protocol/06 §2`, §3). */
export class Downloader {
  constructor(
    private readonly deps: Pick<AttachmentDependencies, 'rpc' | 'transfers' | 'runtime'>,
    private readonly folder: AttachmentFolder,
  ) {}

  /**
   * Fetches the file of a row. Nothing is left behind when it fails, and nothing is to be seen of it before every check
   * was passed.
   * @returns what the row says from then on
   * @throws AunError `attachment_damaged`, `attachment_gone`, `attachment_unsupported`, `attachment_too_large`, `disk_full`,
   *   `cancelled`, gateway errors
   */
  async fetch(
    record: AttachmentRecord,
    origin: Origin,
    signal: AbortSignal,
    moved: (done: number, total: number) => void,
  ): Promise<AttachmentPatch> {
    const reference = storedReference(record);
    if (reference === null || reference.unsupported === true) throw unsupported();
    // A key that came in the clear is none (`protocol/06 §3`).
    if (reference.enc !== undefined && !origin.endToEnd) throw unsupported();
    if ((reference.size_bytes ?? 0) > MAX_FETCH_BYTES) throw tooLarge();
    const address = resolveReference(reference, origin.sender);
    if (address === null) throw unsupported();
    const ticket = await this.ticket(address, reference);
    if (ticket.size_bytes > MAX_FETCH_BYTES) throw tooLarge();
    const local = await this.folder.create();
    try {
      const receiver = new Receiver(
        local.writer,
        { size: ticket.size_bytes, sha256: ticket.sha256 },
        reference.enc,
      );
      await this.receive(receiver, address, reference, ticket, signal, moved);
      throwIfAborted(signal);
      const facts = receiver.finish(record.type);
      const size = await local.writer.commit();
      return {
        ...(facts.size ?? {}),
        type: facts.type,
        size,
        file: local.name,
        fileKey: local.key,
        state: 'here',
        problem: null,
      };
    } catch (thrown) {
      await local.writer.discard();
      throw thrown;
    }
  }

  private async receive(
    receiver: Receiver,
    address: ObjectAddress,
    reference: StoredReference,
    first: Ticket,
    signal: AbortSignal,
    moved: (done: number, total: number) => void,
  ): Promise<void> {
    const total = first.size_bytes;
    let ticket: Ticket | null = first;
    for (let nth = 0; ; nth += 1) {
      throwIfAborted(signal);
      const before = receiver.received;
      try {
        ticket ??= await this.ticket(address, reference);
        if (ticket.sha256 !== first.sha256 || ticket.size_bytes !== total)
          throw damaged('it changed meanwhile');
        await this.readOn(receiver, ticket, signal, (done) => moved(done, total));
        if (receiver.received === total) return;
        throw new AunError('network_unreachable', 'the connection ended early', { retryable: true });
      } catch (thrown) {
        throwIfAborted(signal);
        const error = toAunError(thrown);
        if (!isTransient(error)) throw error;
        // Cut off behind its last byte: there is nothing left to ask for.
        if (receiver.received === total && total > 0) return;
        if (error instanceof AddressUsedUp) ticket = null;
        // A slow line that is cut now and then still gets there.
        if (receiver.received - before >= PIECE_BYTES) nth = -1;
        else if (!(await pauseBeforeRepeat(nth, this.deps.runtime.scheduler, signal))) throw goneOr(error);
      }
    }
  }

  /** Reads from where the receiver stands. */
  private async readOn(
    receiver: Receiver,
    ticket: Ticket,
    signal: AbortSignal,
    moved: (done: number) => void,
  ): Promise<void> {
    if (ticket.download_url === undefined) {
      if (ticket.content === undefined) throw new AunError('protocol_error', 'a ticket leads nowhere');
      return receiver.take(Buffer.from(ticket.content, 'base64').subarray(receiver.received));
    }
    const { transfers } = this.deps;
    for await (const rest of readFrom(transfers, ticket.download_url, receiver.received, signal)) {
      for (let at = 0; at < rest.length; at += PIECE_BYTES) {
        await receiver.take(rest.subarray(at, at + PIECE_BYTES));
        moved(receiver.received);
      }
    }
  }

  private async ticket(address: ObjectAddress, reference: StoredReference): Promise<Ticket> {
    const { rpc } = this.deps;
    let answer: unknown;
    try {
      answer =
        address.kind === 'share'
          ? await rpc.call('storage.get_by_share', { share_id: address.shareId })
          : await rpc.call('storage.create_download_ticket', {
              owner_aid: address.owner,
              bucket: address.bucket,
              object_key: address.objectKey,
            });
    } catch (thrown) {
      const error = toAunError(thrown);
      if (error.code === 'not_found') throw gone(error);
      throw error;
    }
    const ticket = ticketSchema.safeParse(answer);
    if (!ticket.success) throw new AunError('protocol_error', 'the ticket of a download cannot be read');
    const { size_bytes: size, sha256 } = reference;
    if (
      (size !== undefined && size !== ticket.data.size_bytes) ||
      (sha256 !== undefined && sha256 !== ticket.data.sha256)
    ) {
      throw damaged('the server holds something else than the sender named');
    }
    // The size that was looked at before anything is fetched is the one inside: the object is hardly larger than that.
    const padding = ticket.data.size_bytes - TAG_BYTES - (reference.enc?.size_bytes ?? 0);
    if (reference.enc !== undefined && (padding < 0 || padding > MAX_PADDING_BYTES))
      throw damaged('the object is not of the size that the sender named');
    return ticket.data;
  }
}

function unsupported(): AunError {
  return new AunError('attachment_unsupported', 'a reference cannot be used');
}
