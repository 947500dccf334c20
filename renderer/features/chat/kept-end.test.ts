import { describe, expect, it } from 'vitest';
import { keptEnd } from './kept-end';

describe('the end of a long timeline that stays', () => {
  it('is the one the reader is nearer to', () => {
    expect(keptEnd({ atEnd: false, scrollOffset: 100, scrollSize: 1000 })).toBe('start');
    expect(keptEnd({ atEnd: false, scrollOffset: 900, scrollSize: 1000 })).toBe('end');
  });

  it('is the newest one for a reader at the end, though a burst has put the screen far above it', () => {
    expect(keptEnd({ atEnd: true, scrollOffset: 100, scrollSize: 1000 })).toBe('end');
  });
});
