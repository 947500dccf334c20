import { describe, expect, it } from 'vitest';
import { isEmojiOnly, visiblePart } from './long-text';

describe('visiblePart', () => {
  it('shows a short text whole', () => {
    expect(visiblePart('hello', 0)).toEqual({ text: 'hello', whole: true });
  });

  it('does not fold away only a few words', () => {
    expect(visiblePart('x'.repeat(1700), 0).whole).toBe(true);
  });

  it('folds a text that is too long, and unfolds it bit by bit', () => {
    const text = 'x'.repeat(60_000);
    expect(visiblePart(text, 0).text).toHaveLength(1600);
    expect(visiblePart(text, 1)).toMatchObject({ whole: false });
    expect(visiblePart(text, 1).text).toHaveLength(25_600);
    expect(visiblePart(text, 3)).toEqual({ text, whole: true });
  });

  it('folds a text of many short lines after 24 of them', () => {
    const text = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
    const part = visiblePart(text, 0);
    expect(part.text.split('\n')).toHaveLength(24);
    expect(visiblePart(text, 1).whole).toBe(true);
  });

  it('never cuts a character in two', () => {
    const part = visiblePart(`${'x'.repeat(1599)}😀${'y'.repeat(1000)}`, 0);
    expect(part.text).toBe('x'.repeat(1599));
  });
});

describe('isEmojiOnly', () => {
  it('knows a few emoji from words', () => {
    expect(isEmojiOnly('👍🎉')).toBe(true);
    expect(isEmojiOnly('👩‍💻 👋🏽')).toBe(true);
    expect(isEmojiOnly('👍 ok')).toBe(false);
    expect(isEmojiOnly('123')).toBe(false);
    expect(isEmojiOnly('')).toBe(false);
    expect(isEmojiOnly('👍👍👍👍👍')).toBe(false);
  });
});
