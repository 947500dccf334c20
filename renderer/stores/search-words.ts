/** Filters that can be typed. */
export type FilterKind = 'from' | 'in' | 'has' | 'before' | 'after';
/** What a message must have. */
export type HasFilter = 'file' | 'image' | 'link';

/** One filter in what was typed. */
export interface TypedFilter {
  readonly kind: FilterKind;
  /** What stands behind the colon, without quotes. */
  readonly value: string;
  /** Where it stands in the text, [start, end). */
  readonly start: number;
  readonly end: number;
}

/** What was typed into the search field, taken apart. */
export interface SearchWords {
  /** The words to look for, without the filters. */
  readonly text: string;
  readonly filters: readonly TypedFilter[];
}

const names: Readonly<Record<string, FilterKind>> = {
  from: 'from',
  来自: 'from',
  发自: 'from',
  in: 'in',
  会话: 'in',
  位于: 'in',
  has: 'has',
  包含: 'has',
  含有: 'has',
  before: 'before',
  until: 'before',
  早于: 'before',
  之前: 'before',
  after: 'after',
  since: 'after',
  不早于: 'after',
  晚于: 'after',
  之后: 'after',
};

const things: Readonly<Record<string, HasFilter>> = {
  file: 'file',
  files: 'file',
  attachment: 'file',
  文件: 'file',
  附件: 'file',
  image: 'image',
  images: 'image',
  photo: 'image',
  picture: 'image',
  图片: 'image',
  照片: 'image',
  link: 'link',
  links: 'link',
  url: 'link',
  链接: 'link',
  网址: 'link',
};

const pattern = new RegExp(
  `(?<=^|\\s)(${Object.keys(names).join('|')})[:：](?:"([^"]*)"|“([^”]*)”|(\\S*))`,
  'giu',
);

/** Takes apart what was typed: filters such as `from:lin` or `来自:林伟`, and the words. */
export function readSearch(typed: string): SearchWords {
  const filters: TypedFilter[] = [];
  let text = '';
  let last = 0;
  for (const match of typed.matchAll(pattern)) {
    const kind = names[(match[1] ?? '').toLowerCase()];
    const value = (match[2] ?? match[3] ?? match[4] ?? '').trim();
    if (kind === undefined || value === '') continue;
    const start = match.index;
    const end = start + match[0].length;
    text += typed.slice(last, start);
    last = end;
    filters.push({ kind, value, start, end });
  }
  text += typed.slice(last);
  return { text: text.replaceAll(/\s+/g, ' ').trim(), filters };
}

/** What `has:` asks for; null where nobody knows such a thing. */
export function readThing(value: string): HasFilter | null {
  return things[value.toLowerCase()] ?? null;
}

/** Whether a name means the user. */
export function meansMe(value: string): boolean {
  return ['me', 'myself', '我', '自己', '我自己'].includes(value.toLowerCase());
}

function localDay(year: number, month: number, day: number): number | null {
  const date = new Date(year, month - 1, day);
  const real = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
  return real ? date.getTime() : null;
}

/** The beginning of the day, month or year that was typed, Unix ms; null where it is no date. */
export function readDate(value: string, now: number): number | null {
  const word = value.toLowerCase();
  const days = { today: 0, 今天: 0, yesterday: 1, 昨天: 1, 前天: 2 }[word];
  if (days !== undefined) {
    const day = new Date(now);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() - days).getTime();
  }
  const found = /^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?$/.exec(value);
  if (found === null) return null;
  return localDay(Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1));
}

/** What was typed without one of its filters. */
export function withoutFilter(typed: string, filter: TypedFilter): string {
  return `${typed.slice(0, filter.start)} ${typed.slice(filter.end)}`.replaceAll(/\s+/g, ' ').trim();
}

/** What was typed with one more filter. */
export function withFilter(typed: string, kind: FilterKind, value: string): string {
  const quoted = /\s/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
  return `${typed.trim()} ${kind}:${quoted}`.trim();
}
