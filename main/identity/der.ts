/**
 * A reader for the part of DER that X.509 uses. Strict: definite lengths in their shortest form, nothing past the end.
 * Certificates themselves are read by node:crypto; this reads what it does not offer (revocation lists, OCSP answers,
 * single extensions).
 */
export class DerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

/** Tags that are referred to by name. */
export const DerTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** One element: `whole` is tag, length and content; `content` the content alone. */
export interface DerElement {
  readonly tag: number;
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

function readElement(bytes: Uint8Array, start: number): DerElement {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw new DerError('the data ends inside an element');
  if ((tag & 0x1f) === 0x1f) throw new DerError('tags of several bytes are not used in certificates');
  let length = first;
  let offset = start + 2;
  if (first >= 0x80) {
    const size = first & 0x7f;
    if (size === 0 || size > 4) throw new DerError('indefinite or oversized length');
    length = 0;
    for (let index = 0; index < size; index += 1) length = length * 256 + (bytes[offset + index] ?? 0);
    offset += size;
    if (length < 0x80 || length < 2 ** (8 * (size - 1)))
      throw new DerError('length is not in its shortest form');
  }
  const end = offset + length;
  if (end > bytes.length) throw new DerError('the data ends inside an element');
  return { tag, whole: bytes.subarray(start, end), content: bytes.subarray(offset, end) };
}

/** Reads exactly one element that fills `bytes`. @throws DerError */
export function readDer(bytes: Uint8Array, tag?: number): DerElement {
  const element = readElement(bytes, 0);
  if (element.whole.length !== bytes.length) throw new DerError('there is data after the element');
  return tag === undefined ? element : expectTag(element, tag);
}

/** The elements inside a constructed element. @throws DerError */
export function derChildren(element: DerElement): DerElement[] {
  const children: DerElement[] = [];
  for (let offset = 0; offset < element.content.length;) {
    const child = readElement(element.content, offset);
    children.push(child);
    offset += child.whole.length;
  }
  return children;
}

/** Checks that an element is there and has a tag. @throws DerError */
export function expectTag(element: DerElement | undefined, tag: number): DerElement {
  if (element === undefined) throw new DerError(`element with tag ${tag} is missing`);
  if (element.tag !== tag) throw new DerError(`tag ${element.tag} where ${tag} is expected`);
  return element;
}

/** An object identifier in dotted form. @throws DerError */
export function derOid(element: DerElement | undefined): string {
  const { content } = expectTag(element, DerTag.oid);
  const parts: number[] = [];
  let value = 0;
  content.forEach((byte, index) => {
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER) throw new DerError('object identifier is too large');
    if (byte & 0x80) {
      if (index === content.length - 1) throw new DerError('object identifier ends early');
      return;
    }
    parts.push(value);
    value = 0;
  });
  const first = parts[0];
  if (first === undefined) throw new DerError('object identifier is empty');
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...parts.slice(1)].join('.');
}

/** An integer as lower-case hex without leading zeros (`0` for zero); the form serial numbers are compared in. */
export function derIntegerHex(element: DerElement | undefined): string {
  return serialHex(Buffer.from(expectTag(element, DerTag.integer).content).toString('hex'));
}

/** Lower-case hex without leading zeros: the form in which serials are compared and asked for (`protocol/01 §6.1`). */
export function serialHex(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}

/** A small non-negative integer. @throws DerError */
export function derSmallInteger(element: DerElement | undefined): number {
  const { content } = expectTag(element, DerTag.integer);
  const first = content[0];
  if (first === undefined || first >= 0x80 || content.length > 4) throw new DerError('integer out of range');
  return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** UTCTime or GeneralizedTime in Unix ms. @throws DerError */
export function derTime(element: DerElement | undefined): number {
  if (element === undefined) throw new DerError('time is missing');
  const text = Buffer.from(element.content).toString('latin1');
  const utc = element.tag === DerTag.utcTime;
  if (!utc && element.tag !== DerTag.generalizedTime) throw new DerError('time has an unknown tag');
  const match = (utc ? /^(\d{2})(\d{10})Z$/ : /^(\d{4})(\d{10})(?:\.\d+)?Z$/).exec(text);
  const years = match?.[1];
  const rest = match?.[2];
  if (years === undefined || rest === undefined) throw new DerError('time is malformed');
  const year = utc ? Number(years) + (Number(years) >= 50 ? 1900 : 2000) : Number(years);
  const [month = '', day = '', hour = '', minute = '', second = ''] = rest.match(/../g) ?? [];
  const time = Date.parse(`${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) throw new DerError('time is malformed');
  return time;
}

/** Bytes of a bit string without unused bits. @throws DerError */
export function derBits(element: DerElement | undefined): Uint8Array {
  const { content } = expectTag(element, DerTag.bitString);
  if (content[0] !== 0) throw new DerError('bit string has unused bits');
  return content.subarray(1);
}
