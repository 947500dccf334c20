import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationWords, label, sizeWords, splitName } from './format';
import { boxFor, gridFor, largestBox, smallestBox } from './media-size';

describe('words of sizes and times', () => {
  it('name a size in its largest unit', () => {
    expect(sizeWords('en', 900)).toBe('900 bytes');
    expect(sizeWords('en', 2_431_000)).toBe('2.4 MB');
    expect(sizeWords('en', 18_400_000)).toBe('18 MB');
    expect(sizeWords('en', -1)).toBe('');
    expect(sizeWords('en', Number.NaN)).toBe('');
    expect(sizeWords('en', 1e300)).not.toBe('');
  });

  it('name a duration in minutes and seconds, and never a nonsense', () => {
    expect(durationWords(65_000)).toBe('1:05');
    expect(durationWords(3_725_000)).toBe('1:02:05');
    expect(durationWords(null)).toBe('0:00');
    expect(durationWords(Number.POSITIVE_INFINITY)).toBe('0:00');
    expect(durationWords(1e300)).toBe('99:59:59');
  });
});

describe('labels of others', () => {
  it('are one line without what turns or hides text, and bounded', () => {
    expect(label('a\u202egpj\n\n b\u200b')).toBe('agpj b');
    expect(label('x'.repeat(500), 10)).toBe(`${'x'.repeat(10)}…`);
  });

  it('keep the ending of a file in sight', () => {
    expect(splitName('report.final.pdf')).toEqual({ stem: 'report.final', ending: '.pdf' });
    expect(splitName('.bashrc')).toEqual({ stem: '.bashrc', ending: '' });
    expect(splitName('no ending')).toEqual({ stem: 'no ending', ending: '' });
  });
});

describe('the place of a picture', () => {
  it('has the shape of the picture', () => {
    expect(boxFor(1600, 1200)).toEqual({ width: 340, height: 255 });
  });

  it('is sensible whatever the sender claims', () => {
    const measure = fc.option(fc.oneof(fc.integer(), fc.double()), { nil: null });
    fc.assert(
      fc.property(measure, measure, (width, height) => {
        const box = boxFor(width, height);
        expect(box.width).toBeGreaterThanOrEqual(smallestBox.width);
        expect(box.width).toBeLessThanOrEqual(largestBox.width);
        expect(box.height).toBeGreaterThanOrEqual(smallestBox.height);
        expect(box.height).toBeLessThanOrEqual(largestBox.height);
      }),
    );
  });

  it('is a grid of the same width for any number', () => {
    for (const count of [2, 3, 4, 5, 6]) {
      const { columns, tile } = gridFor(count);
      expect(columns * tile + (columns - 1) * 3).toBeGreaterThan(330);
      expect(columns * tile + (columns - 1) * 3).toBeLessThan(345);
    }
  });
});
