import { expect, it } from 'vitest';
import { clockTime, dayName, daysBetween, exactTime, listTime, machineTime } from './time';

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
