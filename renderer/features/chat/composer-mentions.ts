import type { Mention } from '../../../shared/model/message';

/** Somebody who can be named in a conversation. */
export interface Mentionable {
  /** Null: everybody in the group. */
  readonly aid: string | null;
  readonly name: string;
  readonly kind?: 'human' | 'agent' | 'unknown';
  /** What somebody may also be called in a text. */
  readonly also?: readonly string[];
}

/** An `@` that is being typed: where it stands and what follows it. */
export interface OpenMention {
  readonly start: number;
  readonly query: string;
}

const wordCharacter = /[\p{L}\p{N}_]/u;
const ideograph = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
/** Names that are offered at once: nobody reads more, they type on. */
const mostOffers = 30;
/** Longest name that is looked for behind an `@`. */
const longestQuery = 40;

/** The `@` in front of the caret, when one is being typed there. */
export function openMention(text: string, caret: number): OpenMention | null {
  const before = text.slice(Math.max(0, caret - longestQuery - 1), caret);
  const at = before.lastIndexOf('@');
  if (at < 0) return null;
  const query = before.slice(at + 1);
  const previous = before[at - 1] ?? '';
  // Inside an address such as a@b nobody is being named.
  if (/\s/.test(query) || (wordCharacter.test(previous) && !ideograph.test(previous))) return null;
  return { start: caret - query.length - 1, query };
}

/** Those whose name or address fits what follows the `@`. */
export function fittingMentions(people: readonly Mentionable[], query: string): readonly Mentionable[] {
  const needle = query.toLowerCase();
  const fitting = people.filter(({ aid, name, also = [] }) =>
    [name, aid ?? '', ...also].join('\n').toLowerCase().includes(needle),
  );
  if (needle === '') return fitting.slice(0, mostOffers);
  // Names that begin with it come first; otherwise the order is kept.
  const begins = ({ aid, name }: Mentionable): boolean =>
    name.toLowerCase().startsWith(needle) || (aid ?? '').toLowerCase().startsWith(needle);
  return [...fitting.filter(begins), ...fitting.filter((person) => !begins(person))].slice(0, mostOffers);
}

/** A name ends where a word ends; between ideographs there are no words to tell apart. */
function endsHere(name: string, next: string): boolean {
  return next === '' || !wordCharacter.test(next) || ideograph.test(name.at(-1) ?? '');
}

/** The names in a text as the message carries them, in order; overlapping ones count once. */
export function mentionsIn(text: string, people: readonly Mentionable[]): Mention[] {
  const found: Mention[] = [];
  const labels = people
    .flatMap(({ aid, name, also = [] }) =>
      [name, aid ?? '', ...also].map((label) => ({ aid, label: `@${label}` })),
    )
    .filter(({ label }) => label.length > 1)
    .sort((first, second) => second.label.length - first.label.length);
  for (const { aid, label } of labels) {
    if (!text.includes(label)) continue;
    for (let start = text.indexOf(label); start >= 0; start = text.indexOf(label, start + 1)) {
      const end = start + label.length;
      const taken = found.some((other) => start < other.end && other.start < end);
      if (!taken && endsHere(label, text[end] ?? '')) found.push({ aid, start, end });
    }
  }
  return found.sort((first, second) => first.start - second.start);
}
