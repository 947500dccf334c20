import { cleanLine, cutText, utf8Length } from './agent-md-text';

/** Longest file name in UTF-16 units. */
const MAX_UNITS = 200;
/** File systems count bytes: 255 of them, less what a copy adds to the name. */
const MAX_BYTES = 240;
/** Longest extension that is kept when a name is cut, dot included. */
const MAX_EXTENSION = 16;
/** Names that mean a device on Windows, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(\.|$)/i;
/** Marks that turn the direction of a single character; harmless in prose, misleading before an extension. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f]/gu;

/**
 * A name from outside as a name a file may have on every system: one line, no path, no characters that a file system or a
 * shell reads otherwise, nothing that hides it or its extension, at most 200 characters and 240 bytes with the extension kept.
 * An empty result becomes `file`. Never throws.
 */
export function safeFileName(name: string): string {
  const clean = cleanLine(cutText(name, 4_096))
    .normalize('NFC')
    .replace(DIRECTION_MARKS, '')
    .replace(/[/\\<>:"|?*]/g, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+/u, '')
    .replace(/[\s.]+$/u, '');
  const whole = clean === '' ? 'file' : clean;
  return fitted(DEVICE.test(whole) ? `_${whole}` : whole);
}

function fitted(name: string): string {
  if (fits(name)) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= MAX_EXTENSION ? name.slice(dot) : '';
  let stem = name.slice(0, name.length - extension.length);
  let length = Math.min(stem.length, MAX_UNITS - extension.length);
  do {
    stem = cutText(stem, length).replace(/[\s.]+$/u, '');
    length = Math.min(length, stem.length) - 1;
  } while (length > 0 && !fits(stem + extension));
  return stem + extension;
}

function fits(name: string): boolean {
  return name.length <= MAX_UNITS && utf8Length(name) <= MAX_BYTES;
}

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** A media type from outside in lower case without parameters; `application/octet-stream` for what is none. */
export function safeMediaType(type: string): string {
  const essence = cutText(type, 512).split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return MEDIA_TYPE.test(essence) ? essence : 'application/octet-stream';
}
