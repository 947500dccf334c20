import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitMentions } from './mentions';

describe('splitMentions', () => {
  it('cuts names out of a text', () => {
    expect(splitMentions('hi @Lin!', [{ aid: 'lin.aun.test', start: 3, end: 7 }])).toEqual([
      { kind: 'text', text: 'hi ' },
      { kind: 'name', text: '@Lin', aid: 'lin.aun.test' },
      { kind: 'text', text: '!' },
    ]);
  });

  it('leaves out ranges that overlap, are empty or lie outside', () => {
    const ranges = [
      { aid: null, start: 0, end: 4 },
      { aid: null, start: 2, end: 6 },
      { aid: null, start: 5, end: 5 },
      { aid: null, start: 5, end: 99 },
    ];
    expect(splitMentions('@all now', ranges).filter(({ kind }) => kind === 'name')).toHaveLength(1);
  });

  it('draws an end of ten thousand names', () => {
    const text = '@a'.repeat(10_000);
    const ranges = Array.from({ length: 10_000 }, (_, index) => ({
      aid: null,
      start: index * 2,
      end: index * 2 + 2,
    }));
    expect(splitMentions(text, ranges).length).toBeLessThan(300);
  });

  it('loses nothing of any text', () => {
    const range = fc.record({ aid: fc.constant(null), start: fc.nat(30), end: fc.nat(40) });
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.array(range), (text, ranges) => {
        expect(
          splitMentions(text, ranges)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
