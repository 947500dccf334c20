import { groupName, parseGroupId, type GroupId } from './group-id';
import { LINK_SCHEME } from './link';

/** What a link or a code leads to. */
export interface GroupInvitation {
  /** Null where only a code was given. */
  readonly group: GroupId | null;
  /** Lower case, null for a link without one. */
  readonly code: string | null;
  /** Domain that hosts the group, or null for a bare code. */
  readonly domain: string | null;
}

const LONGEST = 800;
const CODE = /^[a-z0-9_-]{4,64}$/;
const DOMAIN = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/;
const LINK = /^(?:aun|https):\/\/group\.([^/?#@:\s]+)\/([^/?#\s]+)(?:\/invite\/([^/?#\s]+))?\/?$/i;

/** The link of a group (`protocol/05 §1.5`): `aun://group.{domain}/{base}`, with an invite code behind it when given. */
export function groupLink(group: string, code: string | null = null): string {
  const name = groupName(group);
  if (name === null) return '';
  const plain = `${LINK_SCHEME}://group.${name.domain}/${name.base}`;
  return code === null ? plain : `${plain}/invite/${code}`;
}

/** Reads `aun://group.…` and `https://group.…` links of both generations; null when the text is none. */
export function parseGroupLink(text: string): GroupInvitation | null {
  const link = text.trim();
  if (link.length > LONGEST) return null;
  const [, domain, segment, rawCode] = LINK.exec(link) ?? [];
  if (domain === undefined || segment === undefined) return null;
  // A segment with a dot is Form B and names its own domain.
  const group = parseGroupId(segment.includes('.') ? segment : `group.${domain}/${segment}`);
  const code = rawCode?.toLowerCase() ?? null;
  if (group === null || (code !== null && !CODE.test(code))) return null;
  return { group, code, domain: groupName(group)?.domain ?? null };
}

/** Reads whatever somebody may paste to get into a group: a link, a group id, `code` or `code@domain`. */
export function parseGroupInvitation(text: string, localIssuer = ''): GroupInvitation | null {
  const link = parseGroupLink(text);
  if (link !== null) return link;
  const typed = text.trim().toLowerCase();
  if (typed.length > LONGEST || typed.includes('://')) return null;
  const [code, domain, more] = typed.split('@');
  const isId = typed.startsWith('group.') || typed.startsWith('g-') || typed.includes('.');
  if (isId && !(domain !== undefined && code !== undefined && CODE.test(code) && !code.startsWith('g-'))) {
    const group = parseGroupId(typed, localIssuer);
    return group === null ? null : { group, code: null, domain: groupName(group)?.domain ?? null };
  }
  if (code === undefined || !CODE.test(code) || more !== undefined) return null;
  if (domain !== undefined && !DOMAIN.test(domain)) return null;
  return { group: null, code, domain: domain ?? null };
}
