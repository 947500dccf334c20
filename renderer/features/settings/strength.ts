/** How hard a passphrase is to guess, roughly. */
export interface Strength {
  readonly level: 'weak' | 'fair' | 'strong';
  /** 0 to 1, for the meter. */
  readonly share: number;
}

/** Bits below which a passphrase is weak, and from which it is strong. */
const fairBits = 36;
const strongBits = 56;

const overused =
  /password|passwort|passphrase|letmein|qwerty|asdfgh|iloveyou|welcome|admin|parley|agent|kouling|mima|woaini|口令|密码/gi;

/** One of every run of equal characters, and of every run that only counts up or down. */
function withoutRuns(characters: readonly string[]): readonly string[] {
  return characters.filter((character, index) => {
    const before = characters[index - 1];
    const beforeThat = characters[index - 2];
    if (before === undefined) return true;
    if (character === before) return false;
    if (beforeThat === undefined) return true;
    const step = (character.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0);
    const last = (before.codePointAt(0) ?? 0) - (beforeThat.codePointAt(0) ?? 0);
    return !(step === last && Math.abs(step) === 1);
  });
}

/** The block that a text repeats, or the text itself: "abcabc" says no more than "abc". */
function withoutRepeats(text: string): string {
  const repeated = /^(.+?)\1+$/u.exec(text);
  return repeated?.[1] ?? text;
}

function bitsOf(character: string, kinds: number): number {
  if (/\p{Script=Han}/u.test(character)) return 8;
  // Letters of one case are mostly words of a language; mixed with other kinds they are mostly not.
  if (/\p{L}/u.test(character)) return kinds > 2 ? 4.5 : 2.2;
  return /\d/.test(character) ? 2.8 : kinds > 2 ? 4.5 : 1;
}

/** Estimates from length, kinds of characters, repeats and words that everybody tries first. */
export function strengthOf(passphrase: string): Strength {
  const text = withoutRepeats(passphrase.trim().replace(overused, '*'));
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d\s]/u].filter((kind) => kind.test(text)).length;
  const characters = withoutRuns([...text]);
  const different = new Set(characters).size;
  const all = characters.reduce((sum, character) => sum + bitsOf(character, kinds), 0);
  // Few different characters are few, however often they come.
  const bits = Math.min(all, different * 6);
  const level = bits < fairBits ? 'weak' : bits < strongBits ? 'fair' : 'strong';
  return { level, share: Math.min(1, bits / 80) };
}
