/** The signature block at the end of a profile document (`protocol/06 §5.2`). */

const MARKER = '<!-- AUN-SIGNATURE';
const FINGERPRINT = /^sha256:[0-9a-f]{64}$/;
const TIMESTAMP = /^[0-9]{1,12}(?:\.[0-9]{1,9})?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Longest block that is read, in characters. */
const MAX_BLOCK = 4096;

/** A readable signature block. */
export interface SignatureBlock {
  /** `sha256:` + 64 lower-case hex digits: the certificate. */
  readonly certificateFingerprint: string;
  /** The same for the key where the signer said so, else null. */
  readonly keyFingerprint: string | null;
  /** Unix seconds, whole. Not covered by the signature. */
  readonly timestamp: number;
  /** b64 of a DER signature. */
  readonly signature: string;
}

/** A document taken apart: what is signed, and the block. */
export type SplitDocument =
  | { readonly kind: 'unsigned'; readonly payload: string }
  | { readonly kind: 'signed'; readonly payload: string; readonly block: SignatureBlock }
  | { readonly kind: 'malformed'; readonly payload: string; readonly reason: string };

/** What stands between the first line and the last of a block, or null where the frame is wrong. */
function blockBody(tail: string): string | null {
  const opening = /^<!-- AUN-SIGNATURE\r?\n/.exec(tail)?.[0];
  const trimmed = tail.trimEnd();
  if (opening === undefined || !trimmed.endsWith('\n-->')) return null;
  const end = trimmed.length - '\n-->'.length;
  if (end < opening.length) return null;
  const body = trimmed.slice(opening.length, end);
  return body.endsWith('\r') ? body.slice(0, -1) : body;
}

function readFields(body: string): Map<string, string> | null {
  const fields = new Map<string, string>();
  for (const line of body.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon < 0) return null;
    fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

function readBlock(tail: string): SignatureBlock | string {
  if (tail.length > MAX_BLOCK) return 'malformed signature block';
  const body = blockBody(tail);
  const fields = body === null ? null : readFields(body);
  if (fields === null) return 'malformed signature block';
  const certificateFingerprint = fields.get('cert_fingerprint')?.toLowerCase();
  const timestamp = fields.get('timestamp');
  const signature = fields.get('signature');
  if (certificateFingerprint === undefined || timestamp === undefined || signature === undefined)
    return 'signature block is incomplete';
  if (!FINGERPRINT.test(certificateFingerprint)) return 'certificate fingerprint is not a full SHA-256';
  if (!TIMESTAMP.test(timestamp)) return 'timestamp is not a number';
  if (!BASE64.test(signature)) return 'signature is not base64';
  const keyFingerprint = fields.get('public_key_fingerprint')?.toLowerCase() ?? null;
  if (keyFingerprint !== null && !FINGERPRINT.test(keyFingerprint))
    return 'key fingerprint is not a full SHA-256';
  return { certificateFingerprint, keyFingerprint, timestamp: Math.floor(Number(timestamp)), signature };
}

/**
 * Takes a document apart at the last block (`protocol/06 §5.2` parsing, steps 1 to 4). A marker in the middle of a line
 * is text: such a document counts as unsigned.
 */
export function splitAgentMd(text: string): SplitDocument {
  const start = text.lastIndexOf(MARKER);
  const before = text.charAt(start - 1);
  if (start < 0 || (start > 0 && before !== '\n' && before !== '\r'))
    return { kind: 'unsigned', payload: text };
  const payload = text.slice(0, start);
  const block = readBlock(text.slice(start));
  return typeof block === 'string'
    ? { kind: 'malformed', payload, reason: block }
    : { kind: 'signed', payload, block };
}

/** What gets signed: the text before an existing block, ended by a line break. */
export function payloadToSign(text: string): string {
  const { payload } = splitAgentMd(text);
  return payload === '' || /[\n\r]$/.test(payload) ? payload : `${payload}\n`;
}

/** The text of a block; no line break follows its last line. */
export function formatSignatureBlock(block: SignatureBlock): string {
  return [
    MARKER,
    `cert_fingerprint: ${block.certificateFingerprint}`,
    ...(block.keyFingerprint === null ? [] : [`public_key_fingerprint: ${block.keyFingerprint}`]),
    `timestamp: ${block.timestamp}`,
    `signature: ${block.signature}`,
    '-->',
  ].join('\n');
}

/**
 * The address a document names, found by the plain scan of lines that every AUN program does (`protocol/06 §5.2` step 5);
 * null when there is none.
 */
export function payloadAid(payload: string): string | null {
  const lines = payload.split(/\r\n|\n|\r/, 512);
  if (lines[0]?.trim() !== '---') return null;
  for (const line of lines.slice(1)) {
    if (line.trim() === '---') return null;
    if (!line.startsWith('aid:')) continue;
    const value = line.slice('aid:'.length).trim();
    const quote = value.charAt(0);
    const quoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote);
    return quoted ? value.slice(1, -1) : value;
  }
  return null;
}
