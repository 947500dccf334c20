/** Where the bytes of a file are to be had, as a service said just now. */
export interface FetchTicket {
  /** Absolute address on a storage server; it lets whoever has it in, so nothing of ours is sent along. */
  readonly url: string;
  /** Bytes, where they were told. */
  readonly size: number | null;
  /** Lower-case hex of the bytes, where it was told. */
  readonly sha256: string | null;
}

/** A file to be saved. */
export interface OutsideFile {
  /** Harmless name to offer in the dialog. */
  readonly suggestedName: string;
  /** Gets an address; asked again when one is used up. */
  readonly ticket: () => Promise<FetchTicket>;
  readonly signal: AbortSignal;
}

/** Saves files that belong to no message, in the clear, where the user says (`protocol/06 §1.4`). */
export interface OutsideFiles {
  /**
   * Asks where, fetches, checks, and only then gives the file its name; nothing is left behind by a failure.
   * @returns false when the user gave up
   * @throws AunError `attachment_too_large`, `attachment_damaged`, `attachment_gone`, `disk_full`, `cancelled`, those of
   *   the ticket, and those of the way
   */
  save(file: OutsideFile): Promise<boolean>;
}
