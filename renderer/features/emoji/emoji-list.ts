import data from './emoji-data.json';

/** One emoji of the picker. */
export interface Emoji {
  readonly emoji: string;
  /** 0 to 8, see the texts `emoji.group0` … */
  readonly group: number;
  /** Whether it comes in skin tones. */
  readonly tones: boolean;
  /** Its names, English and Chinese. */
  readonly names: readonly [string, string];
  /** Words about it, small letters, English and Chinese. */
  readonly words: readonly [string, string];
}

/** Yellow, then the five tones from light to dark. */
export const tones = ['', '🏻', '🏼', '🏽', '🏾', '🏿'] as const;
export const groupCount = 9;

function parse(line: string): Emoji {
  const [emoji = '', group = '0', toned = '0', english = '', chinese = ''] = line.split('\t');
  const [name = '', words = ''] = english.split(';');
  const [chineseName = '', chineseWords = ''] = chinese.split(';');
  return {
    emoji,
    group: Number(group),
    tones: toned === '1',
    names: [name, chineseName],
    words: [` ${name} ${words}`.toLowerCase(), `${chineseName} ${chineseWords}`.toLowerCase()],
  };
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

/** The name of an emoji in a language. */
export function nameOf(emoji: Emoji, language: string): string {
  return emoji.names[language.startsWith('zh') ? 1 : 0];
}

/** How well a name fits: it is what was typed, it begins with it, or only words about it do. */
function rank({ names }: Emoji, query: string): number {
  const lower = names.map((name) => name.toLowerCase());
  if (lower.includes(query)) return 0;
  return lower.some((name) => name.startsWith(query)) ? 1 : 2;
}

/**
 * Emoji whose words fit, in either language: every word that is typed must begin a word of theirs (Chinese: be part of
 * one). Those whose own name fits come first.
 */
export function searchEmoji(typed: string): readonly Emoji[] {
  const query = typed.trim().toLowerCase();
  const wanted = query.split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const fits = ({ emoji, words: [english, chinese] }: Emoji): boolean =>
    wanted.every((word) => english.includes(` ${word}`) || chinese.includes(word) || emoji === word);
  const ranked = allEmoji.filter(fits).map((emoji) => ({ emoji, rank: rank(emoji, query) }));
  return ranked.sort((first, second) => first.rank - second.rank).map(({ emoji }) => emoji);
}
