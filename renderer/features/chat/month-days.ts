/** A day some days or months away, at local midnight. A month that has no such day gives its last one. */
export function moveDay(day: Date, by: { readonly days?: number; readonly months?: number }): Date {
  const { days = 0, months = 0 } = by;
  const first = new Date(day.getFullYear(), day.getMonth() + months, 1);
  const last = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
  return new Date(first.getFullYear(), first.getMonth(), Math.min(day.getDate(), last) + days);
}

/** The six weeks that show the month of a day, each day at local midnight. `firstDay`: 1 is Monday, 7 Sunday. */
export function monthWeeks(shown: Date, firstDay: number): readonly (readonly Date[])[] {
  const first = new Date(shown.getFullYear(), shown.getMonth(), 1);
  const before = (first.getDay() - (firstDay % 7) + 7) % 7;
  return Array.from({ length: 6 }, (_week, week) =>
    Array.from(
      { length: 7 },
      (_day, day) => new Date(first.getFullYear(), first.getMonth(), 1 - before + week * 7 + day),
    ),
  );
}
