import data from './emoji-data.json';

/** One emoji of the picker. */
export interface Emoji {
  readonly emoji: string;
  /** 0 to 8, see the texts `emoji.group0` … */
  readonly group: number;
  /** Whether it comes in skin tones. */
  readonly tones: boolean;
  /** Its name and words about it, English and Chinese. */
  readonly words: readonly [string, string];
}

/** Yellow, then the five tones from light to dark. */
export const tones = ['', '🏻', '🏼', '🏽', '🏾', '🏿'] as const;
export const groupCount = 9;

function parse(line: string): Emoji {
  const [emoji = '', group = '0', toned = '0', english = '', chinese = ''] = line.split('\t');
  return { emoji, group: Number(group), tones: toned === '1', words: [english, chinese] };
}

/** Every emoji of the picker, in its order. */
export const allEmoji: readonly Emoji[] = data.lines.split('\n').map(parse);

/** The emoji in a skin tone; what has none stays as it is. */
export function withTone(emoji: Pick<Emoji, 'emoji' | 'tones'>, tone: number): string {
  const sign = tones[tone] ?? '';
  if (!emoji.tones || sign === '') return emoji.emoji;
  const points = [...emoji.emoji];
  const bases = points.filter((point) => /\p{Emoji_Modifier_Base}/u.test(point));
  return points
    .map((point) => (bases.includes(point) && (bases.length === 1 || point !== '🤝') ? point + sign : point))
    .join('')
    .replaceAll(/(\p{Emoji_Modifier})\uFE0F/gu, '$1');
}

/** The name of an emoji in a language: the first words about it. */
export function nameOf(emoji: Emoji, language: string): string {
  return emoji.words[language.startsWith('zh') ? 1 : 0];
}

/**
 * Emoji whose words fit: every word that is typed must begin a word of theirs (Chinese: be part of one), in either
 * language. Those that fit in the first word come first.
 */
export function searchEmoji(query: string): readonly Emoji[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const first: Emoji[] = [];
  const others: Emoji[] = [];
  for (const emoji of allEmoji) {
    const [english, chinese] = emoji.words;
    const text = ` ${english.toLowerCase()}`;
    const fits = wanted.every(
      (word) => text.includes(` ${word}`) || chinese.includes(word) || emoji.emoji === word,
    );
    if (!fits) continue;
    const [word = ''] = wanted;
    (text.startsWith(` ${word}`) || chinese.startsWith(word) ? first : others).push(emoji);
  }
  return [...first, ...others];
}
