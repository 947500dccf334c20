/**
 * Group ids (`protocol/05 §1`). A group is the pair of a base and the domain that hosts it; two spellings are canonical:
 * Form A `group.{domain}/{base}` (sessions of generation V1) and Form B `{base}.{domain}` (V2). What a gateway gave is passed back
 * unchanged; these functions are for map keys, for what people type, and for the inputs of V1 encryption (Form A only).
 */
declare const brand: unique symbol;
/** Form A of a group id. Made only by {@link parseGroupId}; the engine uses it as the id of the conversation. */
export type GroupId = string & { readonly [brand]: 'GroupId' };

/** Base and hosting domain of a group, lower case. */
export interface GroupName {
  readonly base: string;
  readonly domain: string;
}

const BASE = /^(?:g-[a-z0-9]{4,32}|[a-z0-9]{5,64}|[a-z0-9][a-z0-9_-]{3,63})$/;
const DOMAIN = /^[a-z0-9]+(?:[a-z0-9._-]*[a-z0-9]+)?$/;
const LONGEST = 400;

const stripDots = (text: string): string => text.replace(/^\.+|\.+$/g, '');

/** Splits once; null where one side is missing. */
function splitOnce(text: string, separator: string): [string, string] | null {
  const at = text.indexOf(separator);
  return at > 0 && at < text.length - 1 ? [text.slice(0, at), text.slice(at + 1)] : null;
}

/** Takes the spellings of `protocol/05 §1.2` apart; `localIssuer` completes a base without a domain. */
function takeApart(text: string, localIssuer: string): GroupName | null {
  const value = text
    .trim()
    .toLowerCase()
    .replace(/^\/+|\/+$/g, '');
  if (value === '' || value.length > LONGEST) return null;
  if (value.startsWith('group.') && value.includes('/')) {
    const parts = splitOnce(value.slice('group.'.length), '/');
    if (parts === null) return null;
    const [domain, tail] = [stripDots(parts[0]), parts[1]];
    const corrupt = tail.includes('@') ? splitOnce(tail, '@') : null;
    // A legacy corruption names the domain twice.
    if (corrupt !== null)
      return { base: stripDots(corrupt[0]), domain: `${stripDots(corrupt[1])}.${domain}` };
    return { base: stripDots(tail), domain };
  }
  const parts = splitOnce(value, value.includes('@') ? '@' : '.');
  if (parts !== null) return { base: stripDots(parts[0]), domain: stripDots(parts[1]) };
  return value.includes('@') || value.includes('.') ? null : { base: value, domain: localIssuer };
}

/** Base and domain of any accepted spelling, or null when it names no group. */
export function groupName(text: string, localIssuer = ''): GroupName | null {
  const name = takeApart(text, localIssuer);
  if (name === null || !BASE.test(name.base) || !DOMAIN.test(name.domain)) return null;
  // The host of the service itself is no group.
  return name.base === 'group' || name.domain.includes('..') ? null : name;
}

/** Parses any accepted spelling into Form A, or null. */
export function parseGroupId(text: string, localIssuer = ''): GroupId | null {
  const name = groupName(text, localIssuer);
  return name === null ? null : (`group.${name.domain}/${name.base}` as GroupId);
}

/** Form B of a spelling, or null. */
export function groupAid(text: string, localIssuer = ''): string | null {
  const name = groupName(text, localIssuer);
  return name === null ? null : `${name.base}.${name.domain}`;
}

/** Whether the id of a conversation is that of a group. */
export function isGroupId(conversation: string): conversation is GroupId {
  return conversation.startsWith('group.') && conversation.includes('/');
}
