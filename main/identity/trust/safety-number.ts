import { createHash } from 'node:crypto';
import { parsePeerAid } from '../../../shared/aun/aid';
import { letOthersRun } from '../../runtime/turn';

/** Hash rounds of one half, and how many are done before the event loop gets its turn (about two milliseconds). */
const ROUNDS = 5199;
const ROUNDS_AT_ONCE = 400;
const GROUPS_OF_A_HALF = 6;
const DOMAIN = Buffer.from('AUN-SN-1\0', 'latin1');

/** Somebody and their key: b64 of the SPKI DER. */
export interface KeyHolder {
  readonly aid: string;
  readonly spki: string;
}

function withLength(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * One half of a safety number: 30 digits (`protocol/06 §8.3`). The work is slow on purpose, so it is done in slices: the
 * event loop runs between them.
 */
export async function safetyNumberPart({ aid, spki }: KeyHolder): Promise<string> {
  const key = Buffer.from(spki, 'base64');
  const name = Buffer.from(aid.toLowerCase(), 'utf8');
  let hash = createHash('sha512').update(DOMAIN).update(withLength(name)).update(withLength(key)).digest();
  for (let round = 1; round <= ROUNDS; round += 1) {
    hash = createHash('sha512').update(hash).update(key).digest();
    if (round % ROUNDS_AT_ONCE === 0) await letOthersRun();
  }
  const groups = Array.from({ length: GROUPS_OF_A_HALF }, (_, index) =>
    String(hash.readUIntBE(5 * index, 5) % 100_000).padStart(5, '0'),
  );
  return groups.join('');
}

/** The number two people compare: 12 groups of 5 digits, the same on both sides (`protocol/06 §8.3`). */
export async function safetyNumberGroups(one: KeyHolder, other: KeyHolder): Promise<string[]> {
  const parts = [await safetyNumberPart(one), await safetyNumberPart(other)].sort();
  return parts.join('').match(/\d{5}/g) ?? [];
}

/** What the QR code of somebody says: who shows it with which key, and whom with which key they see. */
export interface VerificationCode {
  /** Keys are lower-case hex of the SHA-256 of the SPKI DER. */
  readonly shownBy: { readonly aid: string; readonly key: string };
  readonly sees: { readonly aid: string; readonly key: string };
}

/** Text of a QR code (`protocol/06 §8.3`). */
export function verificationCodeText({ shownBy, sees }: VerificationCode): string {
  return `aun-verify:1?a=${shownBy.aid}&ka=${shownBy.key}&b=${sees.aid}&kb=${sees.key}`;
}

const CODE = /^aun-verify:1\?a=([^&]{1,320})&ka=([0-9a-f]{64})&b=([^&]{1,320})&kb=([0-9a-f]{64})$/;

/** Reads the text of a QR code: exactly the form of `protocol/06 §8.3`; null for anything else. */
export function parseVerificationCode(text: string): VerificationCode | null {
  const [, a, ka, b, kb] = CODE.exec(text) ?? [];
  if (a === undefined || ka === undefined || b === undefined || kb === undefined) return null;
  if (parsePeerAid(a) !== a || parsePeerAid(b) !== b) return null;
  return { shownBy: { aid: a, key: ka }, sees: { aid: b, key: kb } };
}

/** The hex of a `sha256:…` fingerprint, as the code carries it. */
export function codeKey(fingerprint: string): string {
  return fingerprint.replace(/^sha256:/, '');
}
