import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world';

const BOBBY = 'bobby.aid.test';

describe('looking an address up', () => {
  it('tells people with keys, people without, and nobody apart', async () => {
    const world = new TestWorld();
    const alice = await world.person('alice.aid.test');
    const bobby = await world.person(BOBBY);
    const desk = await world.device(alice, 'alice-desk');
    const fingerprint = bobby.certificate()?.fingerprint;
    expect(await desk.engine.lookup(BOBBY)).toEqual({
      hasKeys: false,
      certificateFingerprint: fingerprint,
      exists: true,
    });
    await world.device(bobby, 'bobby-laptop');
    expect(await desk.engine.lookup(BOBBY)).toEqual({
      hasKeys: true,
      certificateFingerprint: fingerprint,
      exists: true,
    });
    expect(await desk.engine.lookup('nobody.aid.test')).toEqual({
      hasKeys: false,
      certificateFingerprint: null,
      exists: false,
    });
  });
});
