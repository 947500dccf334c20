/**
 * Just enough DER to write revocation lists and OCSP answers. Every function returns one complete element
 * (tag, length, content).
 */
function element(tag: number, content: Buffer): Buffer {
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

/** SEQUENCE of the given elements. */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

/** INTEGER from unsigned big-endian bytes. */
export function unsignedInteger(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const trimmed = bytes.subarray(start);
  const signed = (trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed;
  return element(0x02, signed.length === 0 ? Buffer.from([0]) : signed);
}

/** INTEGER from a small non-negative number. */
export function smallInteger(value: number): Buffer {
  const hex = value.toString(16);
  return unsignedInteger(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
}

/** ENUMERATED. */
export function enumerated(value: number): Buffer {
  return element(0x0a, Buffer.from([value]));
}

/** OCTET STRING. */
export function octetString(content: Buffer): Buffer {
  return element(0x04, content);
}

/** BIT STRING without unused bits. */
export function bitString(content: Buffer): Buffer {
  return element(0x03, Buffer.concat([Buffer.from([0]), content]));
}

/** NULL. */
export function nullValue(): Buffer {
  return element(0x05, Buffer.alloc(0));
}

/** OBJECT IDENTIFIER from dotted text. */
export function objectIdentifier(dotted: string): Buffer {
  const arcs = dotted.split('.').map(Number);
  const [first = 0, second = 0, ...rest] = arcs;
  const bytes: number[] = [first * 40 + second];
  for (const arc of rest) {
    const group: number[] = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      group.unshift((left % 128) | 0x80);
    }
    bytes.push(...group);
  }
  return element(0x06, Buffer.from(bytes));
}

/** Context-specific constructed element `[number]` around complete elements. */
export function explicit(number: number, ...parts: readonly Buffer[]): Buffer {
  return element(0xa0 | number, Buffer.concat(parts));
}

/** Context-specific primitive element `[number]` with raw content. */
export function implicitPrimitive(number: number, content: Buffer): Buffer {
  return element(0x80 | number, content);
}

function digits(date: Date, year: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}${two(date.getUTCHours())}${two(
    date.getUTCMinutes(),
  )}${two(date.getUTCSeconds())}Z`;
}

/** GeneralizedTime with whole seconds. */
export function generalizedTime(date: Date): Buffer {
  return element(0x18, Buffer.from(digits(date, String(date.getUTCFullYear()).padStart(4, '0')), 'ascii'));
}

/** The `Time` choice of X.509: UTCTime up to 2049, GeneralizedTime from 2050 on. */
export function time(date: Date): Buffer {
  const year = date.getUTCFullYear();
  if (year >= 2050) return generalizedTime(date);
  return element(0x17, Buffer.from(digits(date, String(year % 100).padStart(2, '0')), 'ascii'));
}
