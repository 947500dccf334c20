import { parsePeerAid } from './aid';
import type { Aid } from './aid';

/** Scheme of links that name somebody on AUN. */
export const LINK_SCHEME = 'aun';
/** Longer texts are no links: an address has at most 320 characters. */
const LONGEST_LINK = 400;

/** The link that opens the conversation with an address. */
export function aunLink(aid: string): string {
  return `${LINK_SCHEME}://${aid}`;
}

/** The address in an `aun://` link, or null when it names none. Anything behind the address is refused, not ignored. */
export function parseAunLink(text: string): Aid | null {
  const link = text.trim();
  if (link.length > LONGEST_LINK) return null;
  const address = /^aun:(?:\/\/)?([^/?#@:\s]+)\/?$/i.exec(link)?.[1];
  return address === undefined ? null : parsePeerAid(address);
}

/** Whether a text means to be an `aun://` link, valid or not. */
export function looksLikeAunLink(text: string): boolean {
  return /^aun:/i.test(text.trim());
}
