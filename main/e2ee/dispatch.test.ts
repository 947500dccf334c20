import { describe, expect, it } from 'vitest';
import { isEncryptedRow, openRows } from './dispatch';
import { deliver } from './testing/delivery';
import { TestWorld } from './testing/world';

const ALICE = 'alice.aid.test';
const BOBBY = 'bobby.aid.test';

describe('dispatching rows', () => {
  it('opens what an engine knows and keeps the rest for later, in the order of the rows', async () => {
    const world = new TestWorld();
    const desk = await world.device(await world.person(ALICE), 'alice-desk');
    const laptop = await world.device(await world.person(BOBBY), 'bobby-laptop');
    const payload = { type: 'text', text: 'hi' };
    const sealed = await desk.engine.seal({ to: BOBBY, messageId: 'm-1', timestamp: 1, payload });
    const row = deliver(sealed, ALICE, BOBBY).get('bobby-laptop') ?? {};
    const later = { ...row, payload: { type: 'e2ee.p2p_encrypted', version: 'v2' } };
    const results = await openRows([laptop.engine], [{ row: later }, { row }, { row: later }]);
    const unknown = { ok: false, reason: 'unknown_generation', mayHeal: true };
    expect(results).toMatchObject([unknown, { ok: true, payload }, unknown]);
  });

  it('tells rows that claim to be encrypted from plain ones', () => {
    expect(isEncryptedRow({ encrypted: true, payload: 'x' })).toBe(true);
    expect(isEncryptedRow({ payload: { type: 'e2ee.encrypted' } })).toBe(true);
    expect(isEncryptedRow({ payload: { type: 'e2ee.group_encrypted' } })).toBe(true);
    expect(isEncryptedRow({ payload: { type: 'text' } })).toBe(false);
    expect(isEncryptedRow({ payload: { type: 'e2ee.group_key_distribution' } })).toBe(false);
    expect(isEncryptedRow({ payload: null })).toBe(false);
  });
});
