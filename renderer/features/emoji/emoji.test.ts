import { describe, expect, it } from 'vitest';
import { buildEmojiRows, columns, stepTo } from './emoji-grid';
import { allEmoji, searchEmoji, tones, withTone } from './emoji-list';

function emoji(query: string): readonly string[] {
  return searchEmoji(query).map((each) => each.emoji.replaceAll('\uFE0F', ''));
}

describe('emoji', () => {
  it('are found by English beginnings of words and by Chinese words', () => {
    expect(emoji('thumbs up')).toContain('👍');
    expect(emoji('cat')[0]).toBe('🐈');
    expect(emoji('猫')).toContain('🐱');
    expect(emoji('赞')).toContain('👍');
    expect(emoji('xyzzy')).toEqual([]);
  });

  it('need every word that is typed', () => {
    expect(emoji('red heart')).toContain('❤');
    expect(emoji('red heart')).not.toContain('💙');
  });

  it('take a skin tone where they have one, each part of them', () => {
    const of = (sign: string) => {
      const found = allEmoji.find((each) => each.emoji.replaceAll('\uFE0F', '') === sign);
      if (found === undefined) throw new Error(`no ${sign}`);
      return found;
    };
    expect(withTone(of('👍'), 3)).toBe('👍🏽');
    expect(withTone(of('🧑‍🤝‍🧑'), 5)).toBe('🧑🏿‍🤝‍🧑🏿');
    expect(withTone(of('🐱'), 5)).toBe('🐱');
    expect(withTone(of('👍'), 0)).toBe(of('👍').emoji);
  });

  it('are each one sign with every tone', () => {
    const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });
    for (const each of allEmoji)
      for (let tone = 0; tone < tones.length; tone += 1)
        expect([...segments.segment(withTone(each, tone))], each.emoji).toHaveLength(1);
  });
});

describe('the grid of emoji', () => {
  it('has what was used lately first, then every group', () => {
    const { rows, cells } = buildEmojiRows('', ['👍🏽', '😀']);
    expect(rows[0]).toEqual({ kind: 'heading', group: -1 });
    expect(cells[0]?.emoji.emoji).toBe('👍🏽');
    expect(rows.filter((row) => row.kind === 'heading')).toHaveLength(10);
  });

  it('moves by cell, by row and by page, and stays inside', () => {
    const { cells } = buildEmojiRows('', []);
    expect(stepTo('ArrowDown', null, cells)).toBe(0);
    expect(stepTo('ArrowRight', 0, cells)).toBe(1);
    expect(stepTo('ArrowLeft', 0, cells)).toBe(0);
    expect(stepTo('ArrowDown', 2, cells)).toBe(columns + 2);
    expect(stepTo('ArrowUp', 2, cells)).toBe(2);
    expect(stepTo('PageDown', 0, cells)).toBe(columns * 6);
    expect(stepTo('ArrowDown', cells.length - 1, cells)).toBe(cells.length - 1);
    expect(stepTo('a', 0, cells)).toBeNull();
  });

  it('goes to the end of a shorter row', () => {
    const { cells } = buildEmojiRows('cat', []);
    const last = cells.at(-1);
    const above = cells.find((cell) => cell.row === (last?.row ?? 0) - 1 && cell.column === columns - 1);
    expect(stepTo('ArrowDown', above?.index ?? 0, cells)).toBe(last?.index);
  });
});
