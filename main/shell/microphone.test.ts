import { describe, expect, it } from 'vitest';
import { mayRecord } from './microphone';

const wish = { focused: true, lastInputAt: 10_000, mediaTypes: ['audio'], now: 11_000 };

describe('the microphone', () => {
  it('opens right after a click in the window', () => {
    expect(mayRecord(wish)).toBe(true);
  });

  it.each([
    ['without any input', { lastInputAt: null }],
    ['long after the last input', { now: 15_001 }],
    ['after the clock was set back', { now: 9_000 }],
    ['behind other windows', { focused: false }],
    ['together with the camera', { mediaTypes: ['audio', 'video'] }],
    ['for nothing that is named', { mediaTypes: [] }],
  ])('stays closed %s', (_when, change) => {
    expect(mayRecord({ ...wish, ...change })).toBe(false);
  });
});
