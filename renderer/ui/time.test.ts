import { expect, it } from 'vitest';
import {
  agoOf,
  clockTime,
  dateOf,
  momentOf,
  dayName,
  daysBetween,
  exactTime,
  listTime,
  machineTime,
} from './time';

const now = new Date(2026, 10, 22, 9, 30).getTime();
const at = (day: number, hour: number): number => new Date(2026, 10, day, hour, 5).getTime();
const words = { today: 'Today', yesterday: 'Yesterday' };

it('shows the clock today, a word yesterday, the weekday this week and the date before', () => {
  expect(listTime('en', at(22, 8), now, 'Yesterday')).toBe('08:05');
  expect(listTime('en', at(21, 23), now, 'Yesterday')).toBe('Yesterday');
  expect(listTime('en', at(18, 8), now, 'Yesterday')).toBe('Wed');
  expect(listTime('en', at(2, 8), now, 'Yesterday')).toBe('Nov 2');
  expect(listTime('zh-CN', new Date(2024, 0, 3).getTime(), now, '昨天')).toBe('2024/1/3');
});

it('names days in both languages', () => {
  expect(dayName('en', at(22, 1), now, words)).toBe('Today');
  expect(dayName('en', at(21, 1), now, words)).toBe('Yesterday');
  expect(dayName('zh-CN', at(19, 1), now, words)).toBe('星期四');
  expect(dayName('en', new Date(2025, 4, 12).getTime(), now, words)).toContain('2025');
});

it('counts days by the calendar, not by hours', () => {
  expect(daysBetween(at(21, 23), at(22, 0))).toBe(1);
});

it('shows midnight as 00', () => {
  expect(clockTime('en', at(22, 0))).toBe('00:05');
});

it('has no words for a moment that no calendar has, instead of failing', () => {
  for (const wild of [Number.NaN, 1e18, -1e18]) {
    expect(clockTime('en', wild) + exactTime('en', wild) + machineTime(wild)).toBe('');
    expect(listTime('en', wild, now, '')).toBe('');
    expect(dayName('en', wild, now, words)).toBe('');
  }
});

it('names a day without its weekday, with the year only where it is another one', () => {
  expect(dateOf('en', at(12, 9), now)).toBe('November 12');
  expect(dateOf('en', new Date(2024, 4, 12).getTime(), now)).toBe('May 12, 2024');
  expect(dateOf('zh-CN', at(12, 9), now)).toBe('11月12日');
  expect(momentOf('en', at(12, 9), now)).toBe('November 12 09:05');
  expect(momentOf('en', Number.NaN, now)).toBe('');
});

it('says how long ago something was in the largest unit that fits', () => {
  expect(agoOf('en', now - 30_000, now)).toBe('this minute');
  expect(agoOf('en', now - 5 * 60_000, now)).toBe('5 minutes ago');
  expect(agoOf('en', now - 26 * 3_600_000, now)).toBe('26 hours ago');
  expect(agoOf('zh-CN', now - 3 * 86_400_000, now)).toBe('3天前');
  expect(agoOf('en', now + 60_000, now)).toBe('this minute');
});
