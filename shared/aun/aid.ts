/**
 * AID rules (`protocol/01 §1.1`): `name "." issuer`, split at the first dot.
 * Pure functions: they run in the main process, the renderer and the gateway alike.
 */

declare const aidBrand: unique symbol;
/** A checked AUN address such as `alice.agentid.pub`: lower case, no port. Made only by {@link parseAid}. */
export type Aid = string & { readonly [aidBrand]: true };

/** Why a name or an address is refused; each has a text in both languages. */
export type AidProblem =
  | 'empty'
  | 'too_short'
  | 'too_long'
  | 'bad_character'
  | 'bad_start'
  | 'reserved'
  | 'guest_prefix'
  | 'group_prefix'
  | 'missing_issuer'
  | 'bad_issuer';

const NAME = /^[a-z0-9_][a-z0-9_-]{3,63}$/;
const ISSUER = /^[a-z0-9]+([a-z0-9._-]*[a-z0-9]+)?$/;
/** Shortest and longest name in characters. */
export const NAME_LENGTH = { min: 4, max: 64 } as const;

/** Names that service hosts use in the zone of an issuer (`protocol/01 §1.1`). */
export const RESERVED_NAMES: readonly string[] = [
  'gateway',
  'auth',
  'pki',
  'group',
  'ct',
  'storage',
  'stream',
  'nameservice',
  'aid_custody',
];

/** Folds what a person typed to the form the rules are about: trimmed, lower case. */
export function normalizeAidInput(text: string): string {
  return text.trim().toLowerCase();
}

/** Checks the name part (before the first dot); `null` means it is fine. */
export function nameProblem(name: string): AidProblem | null {
  if (name === '') return 'empty';
  if (!/^[a-z0-9_-]*$/.test(name)) return 'bad_character';
  if (name.startsWith('-')) return 'bad_start';
  if (name.startsWith('guest')) return 'guest_prefix';
  if (name.startsWith('g-')) return 'group_prefix';
  if (name.length < NAME_LENGTH.min) return 'too_short';
  if (name.length > NAME_LENGTH.max) return 'too_long';
  if (RESERVED_NAMES.includes(name)) return 'reserved';
  return NAME.test(name) ? null : 'bad_character';
}

/** Checks the issuer part; `null` means it is fine. */
export function issuerProblem(issuer: string): AidProblem | null {
  if (issuer === '') return 'missing_issuer';
  return issuer.length <= 253 && ISSUER.test(issuer) && !issuer.includes('..') ? null : 'bad_issuer';
}

/** Splits at the first dot. The issuer is empty when there is no dot. */
export function splitAid(aid: string): { name: string; issuer: string } {
  const dot = aid.indexOf('.');
  return dot < 0 ? { name: aid, issuer: '' } : { name: aid.slice(0, dot), issuer: aid.slice(dot + 1) };
}

/** Says what is wrong with a whole address, or `null`. */
export function aidProblem(text: string): AidProblem | null {
  const { name, issuer } = splitAid(normalizeAidInput(text));
  return nameProblem(name) ?? issuerProblem(issuer);
}

/** Parses what was typed or received into an {@link Aid}; `null` when it breaks the rules. */
export function parseAid(text: string): Aid | null {
  const normal = normalizeAidInput(text);
  return aidProblem(normal) === null ? (normal as Aid) : null;
}

/**
 * Says what is wrong with somebody else's address, or `null`. Softer than {@link aidProblem}: what another network has
 * registered (short or reserved names, guests) may be written to, only nonsense and group ids may not.
 */
export function peerAidProblem(text: string): AidProblem | null {
  const { name, issuer } = splitAid(normalizeAidInput(text));
  if (name === '') return 'empty';
  if (!/^[a-z0-9_-]*$/.test(name)) return 'bad_character';
  if (name.startsWith('-')) return 'bad_start';
  if (name.startsWith('g-')) return 'group_prefix';
  // The group service's own address is nobody to write to (`protocol/04 §1.1`).
  if (name === 'group') return 'reserved';
  return name.length > NAME_LENGTH.max ? 'too_long' : issuerProblem(issuer);
}

/** Parses somebody else's address, typed or received, by the rules of {@link peerAidProblem}. */
export function parsePeerAid(text: string): Aid | null {
  const normal = normalizeAidInput(text);
  return peerAidProblem(normal) === null ? (normal as Aid) : null;
}

/** The issuer of a checked address. */
export function issuerOf(aid: Aid): string {
  return splitAid(aid).issuer;
}

/** Folder name of an AID (`protocol/01 §2`): `/`, `\` and `:` become `_`. */
export function safeAid(aid: string): string {
  return aid.replace(/[/\\:]/g, '_');
}

/**
 * Candidate names near a taken one, all within the rules, best first. `salt` makes the numbered ones differ between
 * calls (any non-negative integer). The caller asks the network which are free.
 */
export function suggestNames(name: string, salt: number): string[] {
  const base = normalizeAidInput(name)
    .replace(/[^a-z0-9_-]/g, '')
    // Neither a dash nor what marks a group may begin a name.
    .replace(/^(g-|-)+/, '')
    .slice(0, 56);
  const stem = base.length >= 3 ? base : `${base}_aun`;
  const number = (n: number): string => String(10 + ((salt * 7 + n * 13) % 90));
  const candidates = [
    `${stem}_${number(1)}`,
    `${stem}-aun`,
    `hi-${stem}`,
    `${stem}${number(2)}`,
    `${stem}-${number(3)}`,
    `the-${stem}`,
    `${stem}_${number(4)}${number(5)}`,
    `${stem}-${number(6)}${number(7)}`,
  ];
  return [...new Set(candidates)].filter((candidate) => nameProblem(candidate) === null);
}
