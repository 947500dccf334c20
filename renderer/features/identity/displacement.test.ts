import { describe, expect, it } from 'vitest';
import { isolated, readDisplacement } from './displacement';

describe('readDisplacement', () => {
  it('reads program, computer and start, in seconds, milliseconds or as a date', () => {
    const facts = { 'new_extra_info.app': 'Parley', 'new_extra_info.host': 'laptop' };
    for (const started of ['1790000000000', '1790000000', '2026-09-21T14:13:20Z']) {
      expect(readDisplacement({ ...facts, 'new_extra_info.started_at': started }), started).toEqual({
        app: 'Parley',
        host: 'laptop',
        startedAt: 1_790_000_000_000,
        evictedBy: null,
      });
    }
  });

  it('reads who took the place when a quota was used up', () => {
    expect(readDisplacement({ 'evicted_by.device_id': '1f20', 'evicted_by.slot_id': 'work' })).toMatchObject({
      evictedBy: { device: '1f20', slot: 'work' },
    });
  });

  it('says nothing where the gateway told nothing it knows', () => {
    expect(readDisplacement(null)).toBeNull();
    expect(readDisplacement({ reason: 'Connection replaced' })).toBeNull();
    expect(
      readDisplacement({ 'new_extra_info.app': 'X', 'new_extra_info.started_at': 'soon' })?.startedAt,
    ).toBeNull();
  });

  it('keeps the direction of a name inside it', () => {
    expect(isolated('مرحبا')).toBe('\u2068مرحبا\u2069');
  });
});
