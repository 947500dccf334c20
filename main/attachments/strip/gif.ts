const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
/** Applications whose block says how often the film is shown. */
const KEPT_APPLICATIONS = /^(NETSCAPE2\.0|ANIMEXTS1\.0)$/;

/** A GIF file without comments, descriptions and what hangs behind its end. Null for what is no GIF file. */
export function stripGif(bytes: Buffer): Buffer[] | null {
  if (bytes.length < 13 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return null;
  const start = 13 + colours(bytes[10] ?? 0);
  const kept: Buffer[] = [bytes.subarray(0, start)];
  let images = 0;
  for (let at = start; at < bytes.length;) {
    const kind = bytes[at];
    if (kind === TRAILER) {
      kept.push(bytes.subarray(at, at + 1));
      return images > 0 ? kept : null;
    }
    const from = dataStart(bytes, at);
    const end = from === null ? null : endOfBlocks(bytes, from);
    if (end === null) return null;
    if (kind === IMAGE) images += 1;
    if (kind === IMAGE || stays(bytes, at)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return null;
}

/** Bytes of a colour table whose size the low bits of a flag byte tell. */
function colours(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1);
}

/** Where the blocks of an image or extension begin, or null for neither. */
function dataStart(bytes: Buffer, at: number): number | null {
  if (bytes[at] === EXTENSION) return at + 2;
  return bytes[at] === IMAGE ? at + 11 + colours(bytes[at + 9] ?? 0) : null;
}

/** Behind the empty block that ends a row of blocks, or null where there is none. */
function endOfBlocks(bytes: Buffer, from: number): number | null {
  for (let at = from; ;) {
    const length = bytes[at];
    if (length === undefined) return null;
    at += 1 + length;
    if (length === 0) return at;
  }
}

function stays(bytes: Buffer, at: number): boolean {
  const label = bytes[at + 1];
  if (label === GRAPHIC_CONTROL) return true;
  return label === APPLICATION && KEPT_APPLICATIONS.test(bytes.toString('latin1', at + 3, at + 14));
}
