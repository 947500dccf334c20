import { describe, expect, it } from 'vitest';
import { blockedReasonSchema, sessionStateSchema } from '../../../shared/model/account';
import { duration, presenceOf, remedies } from './connection-words';

describe('connection words', () => {
  it('has a remedy for every reason a session is blocked', () => {
    for (const reason of blockedReasonSchema.options) expect(remedies[reason]).toBeTruthy();
  });

  it('offers "use here" when the session was taken over', () => {
    expect(remedies.signed_in_elsewhere).toBe('use_here');
  });

  it('has a presence for every state', () => {
    for (const state of sessionStateSchema.options) expect(presenceOf(state)).toBeTruthy();
  });

  it('says lengths of time in one unit', () => {
    expect(duration(4_400)).toEqual({ unit: 'seconds', count: 4 });
    expect(duration(-180_000)).toEqual({ unit: 'minutes', count: 3 });
    expect(duration(7_400_000)).toEqual({ unit: 'hours', count: 2 });
  });
});
