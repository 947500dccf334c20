import { parsePeerAid, type Aid } from '../../../shared/aun/aid';

/** Longer texts are no codes. */
const longest = 1024;

/** Who a verification code is of and for. The keys in it are the engine's business. */
export interface VerificationCode {
  /** Whose screen showed it. */
  readonly shownBy: Aid;
  readonly shownTo: Aid;
}

/** Reads the text of a QR code as `protocol/06 §8.3` has it; null when it is something else. */
export function readVerificationCode(text: string): VerificationCode | null {
  const match = /^\s*aun-verify:1\?(\S+)\s*$/.exec(text);
  if (match?.[1] === undefined || text.length > longest) return null;
  const fields = new URLSearchParams(match[1]);
  const shownBy = parsePeerAid(fields.get('a') ?? '');
  const shownTo = parsePeerAid(fields.get('b') ?? '');
  return shownBy === null || shownTo === null ? null : { shownBy, shownTo };
}
