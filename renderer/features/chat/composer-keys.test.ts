import { describe, expect, it } from 'vitest';
import { longestMessage, messageFill, sendsMessage, type ComposerKey } from './composer-keys';

const enter: ComposerKey = { key: 'Enter', shiftKey: false, altKey: false, isComposing: false, keyCode: 13 };

describe('sendsMessage', () => {
  it('sends on Enter', () => {
    expect(sendsMessage(enter)).toBe(true);
  });

  it('breaks the line on Shift+Enter', () => {
    expect(sendsMessage({ ...enter, shiftKey: true })).toBe(false);
  });

  it('never sends while Chinese is being composed', () => {
    expect(sendsMessage({ ...enter, isComposing: true })).toBe(false);
  });

  it('never sends on the Enter that ends a composition and comes as key code 229', () => {
    expect(sendsMessage({ ...enter, keyCode: 229 })).toBe(false);
  });

  it('sends on no other key', () => {
    expect(sendsMessage({ ...enter, key: 'a', keyCode: 65 })).toBe(false);
    expect(sendsMessage({ ...enter, key: 'Process', keyCode: 229 })).toBe(false);
  });
});

describe('messageFill', () => {
  it('counts bytes, not characters, once a text is long', () => {
    expect(messageFill('x'.repeat(longestMessage))).toBe(1);
    expect(messageFill('中'.repeat(longestMessage / 3 + 1))).toBeGreaterThan(1);
  });

  it('never calls a short text too long', () => {
    expect(messageFill('中'.repeat(10_000))).toBeLessThan(0.1);
  });
});
