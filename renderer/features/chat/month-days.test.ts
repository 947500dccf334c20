import { describe, expect, it } from 'vitest';
import { monthWeeks, moveDay } from './month-days';

describe('days of a month', () => {
  it('begin with the first weekday of the language', () => {
    const november = new Date(2026, 10, 22);
    expect(monthWeeks(november, 1)[0]?.[0]?.getDate()).toBe(26);
    expect(monthWeeks(november, 7)[0]?.[0]?.getDate()).toBe(1);
  });

  it('are six whole weeks, each day once', () => {
    for (let month = 0; month < 24; month += 1) {
      const days = monthWeeks(new Date(2026, month, 15), 1).flat();
      expect(days).toHaveLength(42);
      expect(new Set(days.map((day) => day.toDateString())).size).toBe(42);
    }
  });

  it('move by days and by months, to the last day where a month is short', () => {
    expect(moveDay(new Date(2026, 0, 31), { months: 1 }).toDateString()).toBe(
      new Date(2026, 1, 28).toDateString(),
    );
    expect(moveDay(new Date(2026, 0, 31), { days: 1 }).toDateString()).toBe(
      new Date(2026, 1, 1).toDateString(),
    );
    expect(moveDay(new Date(2026, 2, 1), { days: -1 }).toDateString()).toBe(
      new Date(2026, 1, 28).toDateString(),
    );
  });
});
