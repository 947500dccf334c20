/** One DER element. */
export interface DerElement {
  tag: number;
  content: Buffer;
  /** Header and content together. */
  raw: Buffer;
}

/** Reads the elements that follow one another in `data`; throws on lengths that do not fit. */
export function derElements(data: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  let offset = 0;
  while (offset < data.length) {
    const tag = data[offset] ?? 0;
    const first = data[offset + 1];
    if (first === undefined) throw new Error('der: truncated');
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = offset + 2 + lengthBytes;
    const length = lengthBytes === 0 ? first : data.readUIntBE(offset + 2, lengthBytes);
    if (start + length > data.length) throw new Error('der: truncated');
    elements.push({
      tag,
      content: data.subarray(start, start + length),
      raw: data.subarray(offset, start + length),
    });
    offset = start + length;
  }
  return elements;
}

/** The single element `data` consists of. */
export function derOne(data: Buffer): DerElement {
  const [element] = derElements(data);
  if (!element) throw new Error('der: empty');
  return element;
}

/** The first PEM block of that label, as DER; throws when there is none. */
export function pemToDer(pem: string, label: string): Buffer {
  const match = new RegExp(`-----BEGIN ${label}-----([\\s\\S]*?)-----END ${label}-----`).exec(pem);
  if (!match?.[1]) throw new Error(`no ${label} block`);
  return Buffer.from(match[1].replace(/\s+/g, ''), 'base64');
}

/** Every certificate of a PEM bundle, in order. */
export function pemBlocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}
