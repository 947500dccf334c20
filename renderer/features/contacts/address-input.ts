import { normalizeAidInput, peerAidProblem, splitAid, type AidProblem } from '../../../shared/aun/aid';
import { looksLikeAunLink, parseAunLink } from '../../../shared/aun/link';
import { readVerificationCode } from './verification-code';

/** What somebody typed or pasted to say whom they mean. */
export interface AddressInput {
  readonly source: 'typed' | 'link' | 'code';
  /** Empty while there is none. */
  readonly aid: string;
  readonly problem: AidProblem | 'link_invalid' | 'code_invalid' | null;
  /** The verification code to compare after opening, or null. */
  readonly code: string | null;
}

/** Reads an address, an `aun://` link or the text of a verification code. A name without a dot gets the own network. */
export function readAddressInput(typed: string, account: string): AddressInput {
  if (/^\s*aun-verify:/i.test(typed)) {
    const code = readVerificationCode(typed);
    return code === null
      ? { source: 'code', aid: '', problem: 'code_invalid', code: null }
      : { source: 'code', aid: code.shownBy, problem: null, code: typed.trim() };
  }
  if (looksLikeAunLink(typed)) {
    const aid = parseAunLink(typed);
    return aid === null
      ? { source: 'link', aid: '', problem: 'link_invalid', code: null }
      : { source: 'link', aid, problem: null, code: null };
  }
  const text = normalizeAidInput(typed);
  const aid = text === '' || text.includes('.') ? text : `${text}.${splitAid(account).issuer}`;
  return { source: 'typed', aid, problem: aid === '' ? null : peerAidProblem(aid), code: null };
}
