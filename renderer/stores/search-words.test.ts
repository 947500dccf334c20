import { describe, expect, it } from 'vitest';
import { meansMe, readDate, readSearch, readThing, withFilter, withoutFilter } from './search-words';

function read(typed: string) {
  const { text, filters } = readSearch(typed);
  return { text, filters: filters.map(({ kind, value }) => [kind, value]) };
}

describe('what is typed into the search', () => {
  it('is words, and filters with a colon', () => {
    expect(read('from:lin has:file the plan')).toEqual({
      text: 'the plan',
      filters: [
        ['from', 'lin'],
        ['has', 'file'],
      ],
    });
  });

  it('may be Chinese, with either colon', () => {
    expect(read('来自:林伟 包含：图片 早于:2026-05-01 部署')).toEqual({
      text: '部署',
      filters: [
        ['from', '林伟'],
        ['has', '图片'],
        ['before', '2026-05-01'],
      ],
    });
  });

  it('keeps names of several words together in quotes', () => {
    expect(read('in:"Release room" ship')).toEqual({ text: 'ship', filters: [['in', 'Release room']] });
  });

  it('takes a colon inside a word, and a filter without a value, as words', () => {
    expect(read('margin:4 login:x from: url:https://x.test')).toEqual({
      text: 'margin:4 login:x from: url:https://x.test',
      filters: [],
    });
  });

  it('knows things by several names, and not what it does not know', () => {
    expect([readThing('Photo'), readThing('附件'), readThing('链接'), readThing('cake')]).toEqual([
      'image',
      'file',
      'link',
      null,
    ]);
  });

  it('reads days, months, years and words for days as their beginning', () => {
    const now = new Date(2026, 4, 12, 15, 30).getTime();
    const at = (...date: [number, number, number]): number => new Date(...date).getTime();
    expect(readDate('2026-05-01', now)).toBe(at(2026, 4, 1));
    expect(readDate('2026/5', now)).toBe(at(2026, 4, 1));
    expect(readDate('2026年5月3日', now)).toBe(at(2026, 4, 3));
    expect(readDate('2025', now)).toBe(at(2025, 0, 1));
    expect(readDate('yesterday', now)).toBe(at(2026, 4, 11));
    expect(readDate('今天', now)).toBe(at(2026, 4, 12));
  });

  it('knows no 31st of February', () => {
    expect([readDate('2026-02-31', 0), readDate('2026-13', 0), readDate('soon', 0)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('loses one filter and keeps the rest', () => {
    const typed = 'from:lin plan has:file';
    const [first] = readSearch(typed).filters;
    expect(first && withoutFilter(typed, first)).toBe('plan has:file');
  });

  it('gains a filter, in quotes where its value has blanks', () => {
    expect(withFilter(' plan ', 'in', 'Release room')).toBe('plan in:"Release room"');
    expect(withFilter('', 'has', 'file')).toBe('has:file');
  });

  it('knows the user by several words', () => {
    expect([meansMe('me'), meansMe('我'), meansMe('mei')]).toEqual([true, true, false]);
  });
});
