/** Largest object of a storage server, in bytes (`protocol/06 §1.1`). */
export const MAX_OBJECT_BYTES = 10_485_760;
/** Authentication tag at the end of an object, in bytes. */
export const TAG_BYTES = 16;
/** Largest file that can be sent: what an object holds besides the tag. */
export const MAX_FILE_BYTES = MAX_OBJECT_BYTES - TAG_BYTES;
/** Objects up to this size go inline in the call (`protocol/06 §1.1`), in bytes. */
export const INLINE_BYTES = 65_536;
/** How long an object is asked to be kept, in seconds: 30 days (`protocol/06 §3`). */
export const OBJECT_LIFETIME_SECONDS = 2_592_000;
/** Largest object that is fetched, in bytes: other networks may store more than ours. */
export const MAX_FETCH_BYTES = 104_857_600;
/** Most zeros behind a file that hide its size, in bytes; nobody needs more (`protocol/06 §3` speaks of 64 KiB). */
export const MAX_PADDING_BYTES = 1_048_576;
/** Bytes handled before everybody else gets a turn. */
export const PIECE_BYTES = 262_144;
/** Downloads and uploads at a time. */
export const PARALLEL_DOWNLOADS = 3;
export const PARALLEL_UPLOADS = 2;
/** Pauses before the repeats of a transfer, in ms (`protocol/06 §1.4`). */
export const TRANSFER_PAUSES_MS: readonly number[] = [1_000, 2_000, 4_000];
/** A transfer in which nothing moves for so long has failed, in ms. */
export const TRANSFER_IDLE_MS = 60_000;
/** Answer time of `storage.complete_upload`, in ms. */
export const COMPLETE_TIMEOUT_MS = 35_000;
/** Shortest pause between two progress events of one attachment, in ms. */
export const PROGRESS_PERIOD_MS = 100;
/** Files of the window that are being taken at the same time, and how long one may stand still, in ms. */
export const MAX_INTAKES = 64;
export const INTAKE_IDLE_MS = 600_000;
/** An image that claims more pixels than this is a plain file. */
export const MAX_PIXELS = 50_000_000;
/** Pause before deletions on the server that failed are tried again, in ms. */
export const WITHDRAW_RETRY_MS = 60_000;
