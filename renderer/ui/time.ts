const formatters = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions, at: number): string {
  // A hostile clock may name a moment that no calendar has.
  if (Number.isNaN(new Date(at).getTime())) return '';
  const key = `${language} ${JSON.stringify(options)}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(language, options);
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

/** Local midnight before a moment: two moments of one day have the same. */
export function dayOf(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Whole days between the days of two moments. */
export function daysBetween(earlier: number, later: number): number {
  return Math.round((dayOf(later) - dayOf(earlier)) / 86_400_000);
}

/** Hours and minutes. */
export function clockTime(language: string, at: number): string {
  return format(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, at);
}

/** The moment for machines; empty when no calendar has it. */
export function machineTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** Date and time to the second. */
export function exactTime(language: string, at: number): string {
  return format(language, { dateStyle: 'full', timeStyle: 'medium' }, at);
}

/** A day without its weekday: "12 May", with the year where it is not this one. */
export function dateOf(language: string, at: number, now = Date.now()): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format(language, { month: 'long', day: 'numeric', ...(sameYear ? {} : { year: 'numeric' }) }, at);
}

/** Day and time of day, for moments that matter to the minute. */
export function momentOf(language: string, at: number, now = Date.now()): string {
  return [dateOf(language, at, now), clockTime(language, at)].filter((part) => part !== '').join(' ');
}

/** How long ago something was, in the largest fitting unit: "5 minutes ago". */
export function agoOf(language: string, at: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - at) / 60_000));
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (minutes < 60) return words.format(-minutes, 'minute');
  if (minutes < 48 * 60) return words.format(-Math.floor(minutes / 60), 'hour');
  return words.format(-Math.floor(minutes / 1440), 'day');
}

/** Time for a list row: clock today, weekday this week, else the date. `yesterday` is the word for it. */
export function listTime(language: string, at: number, now: number, yesterday: string): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clockTime(language, at);
  if (days === 1) return yesterday;
  if (days < 7) return format(language, { weekday: 'short' }, at);
  if (new Date(at).getFullYear() === new Date(now).getFullYear()) {
    return format(language, { month: 'short', day: 'numeric' }, at);
  }
  return format(language, { year: 'numeric', month: 'numeric', day: 'numeric' }, at);
}

/** Name of a day for a day line. */
export function dayName(
  language: string,
  at: number,
  now: number,
  words: { today: string; yesterday: string },
): string {
  const days = daysBetween(at, now);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days > 1 && days < 7) return format(language, { weekday: 'long' }, at);
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const };
  return format(language, { weekday: 'long', month: 'long', day: 'numeric', ...year }, at);
}
