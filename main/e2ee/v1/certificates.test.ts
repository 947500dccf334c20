import { describe, expect, it } from 'vitest';
import type { CertificateVerifier } from '../../ports/identity';
import { AunError } from '../../runtime/errors';
import { MemoryStore, TestTrust, TestWorld } from '../testing/world';
import { CertificateDirectory } from './certificates';

const HOUR = 3_600_000;
const down = new AunError('gateway_unreachable', 'down', { retryable: true });

async function directory() {
  const world = new TestWorld();
  const alice = await world.person('alice.aid.test');
  const bobby = await world.person('bobby.aid.test');
  const store = new MemoryStore();
  const trust = new TestTrust();
  const make = (verifier: CertificateVerifier = world.gateway) =>
    new CertificateDirectory({
      identity: bobby,
      pki: world.gateway,
      verifier,
      store,
      trust,
      runtime: world.runtime,
    });
  const fingerprint = alice.certificate()?.fingerprint ?? '';
  return { world, alice, bobby, store, trust, make, certificates: make(), fingerprint };
}

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('certificates of peers', () => {
  it('are fetched and verified once an hour, and asked for once by many at the same time', async () => {
    const { world, alice, certificates, fingerprint } = await directory();
    const ask = () => certificates.byFingerprint(alice.aid, fingerprint);
    await Promise.all([ask(), ask(), ask()]);
    world.time.advance(HOUR);
    await ask();
    expect(world.gateway.verified).toBe(1);
    world.time.advance(1);
    await ask();
    expect(world.gateway.verified).toBe(2);
    expect(world.gateway.fetches).toHaveLength(1);
  });

  it('are used for one more hour when they cannot be checked again, and not longer', async () => {
    const { world, alice, make, certificates, fingerprint } = await directory();
    await certificates.byFingerprint(alice.aid, fingerprint);
    world.gateway.pkiFailure = down;
    world.time.advance(2 * HOUR);
    expect((await certificates.byFingerprint(alice.aid, fingerprint)).fingerprint).toBe(fingerprint);
    expect((await make().byFingerprint(alice.aid, fingerprint)).fingerprint).toBe(fingerprint);
    world.time.advance(1);
    await expect(certificates.byFingerprint(alice.aid, fingerprint)).rejects.toEqual(
      code('gateway_unreachable'),
    );
    await expect(make().byFingerprint(alice.aid, fingerprint)).rejects.toEqual(code('gateway_unreachable'));
  });

  it('are given up at once when they turn out to be revoked', async () => {
    const { world, alice, certificates, fingerprint } = await directory();
    await certificates.byFingerprint(alice.aid, fingerprint);
    world.gateway.revoked.add(fingerprint);
    world.time.advance(HOUR + 1);
    await expect(certificates.byFingerprint(alice.aid, fingerprint)).rejects.toEqual(
      code('certificate_revoked'),
    );
  });

  it('are not accepted in place of the one that was named', async () => {
    const { world, alice, certificates } = await directory();
    const other = `sha256:${'0'.repeat(64)}`;
    await expect(certificates.byFingerprint(alice.aid, other)).rejects.toEqual(code('not_found'));
    expect(world.gateway.fetches).toEqual([`${alice.aid} ${other}`, `${alice.aid} `]);
    await expect(certificates.byFingerprint(alice.aid, 'md5:1')).rejects.toEqual(
      code('certificate_mismatch'),
    );
  });

  it('may be named by the fingerprint of their key when they are fetched', async () => {
    const { alice, certificates, fingerprint } = await directory();
    const spki = alice.certificate()?.spkiFingerprint ?? '';
    expect((await certificates.byFingerprint(alice.aid, spki)).fingerprint).toBe(fingerprint);
  });

  it('are not asked for again for a few seconds after a failure, unless dropped', async () => {
    const { world, alice, certificates, fingerprint } = await directory();
    world.gateway.pkiFailure = down;
    const ask = () => certificates.byFingerprint(alice.aid, fingerprint);
    await expect(ask()).rejects.toEqual(code('gateway_unreachable'));
    world.gateway.pkiFailure = null;
    await expect(ask()).rejects.toEqual(code('gateway_unreachable'));
    certificates.drop(alice.aid);
    expect((await ask()).fingerprint).toBe(fingerprint);
  });

  it('that are our own need no network', async () => {
    const { world, bobby, certificates } = await directory();
    const old = bobby.certificate()?.fingerprint ?? '';
    const renewed = await bobby.renew();
    expect((await certificates.byFingerprint(bobby.aid, old)).fingerprint).toBe(old);
    expect((await certificates.current(bobby.aid)).fingerprint).toBe(renewed.fingerprint);
    expect(world.gateway.fetches).toEqual([]);
  });

  it('that were altered in the store are verified again before use', async () => {
    const { world, alice, store, make, certificates, fingerprint } = await directory();
    await certificates.byFingerprint(alice.aid, fingerprint);
    const mallory = await world.person('mallory.aid.test');
    for (const [key, row] of store.certificateRows) {
      store.certificateRows.set(key, { ...row, pem: mallory.certificate()?.pem ?? '' });
    }
    await expect(make().byFingerprint(alice.aid, fingerprint)).rejects.toEqual(code('certificate_invalid'));
  });

  it('that stand in the store under the fingerprint of another one of theirs are not used', async () => {
    const { alice, store, make, certificates, fingerprint } = await directory();
    await certificates.byFingerprint(alice.aid, fingerprint);
    const renewed = await alice.renew();
    for (const [key, row] of store.certificateRows)
      store.certificateRows.set(key, { ...row, pem: renewed.pem });
    await expect(make().byFingerprint(alice.aid, fingerprint)).rejects.toEqual(code('not_found'));
  });

  it('that stand in the store for somebody whom they do not name are not used', async () => {
    const { world, alice, store, make, certificates, fingerprint } = await directory();
    const mallory = (await world.person('mallory.aid.test')).certificate();
    if (mallory === null) throw new Error('no certificate');
    await certificates.byFingerprint(alice.aid, fingerprint);
    for (const [key, row] of store.certificateRows)
      store.certificateRows.set(key, { ...row, pem: mallory.pem, fingerprint: mallory.fingerprint });
    await expect(make().byFingerprint(alice.aid, mallory.fingerprint)).rejects.toEqual(
      code('certificate_invalid'),
    );
  });

  it('of somebody else are refused even where they pass as verified', async () => {
    const { world, alice, make } = await directory();
    const mallory = (await world.person('mallory.aid.test')).certificate();
    if (mallory === null) throw new Error('no certificate');
    const careless = make({
      verifyPeer: () => Promise.resolve(mallory),
      verifyAuthServer: () => Promise.resolve(mallory),
      verifyOwn: () => Promise.resolve(mallory),
    });
    await expect(careless.current(alice.aid)).rejects.toEqual(code('certificate_mismatch'));
    await expect(careless.byFingerprint(alice.aid, mallory.fingerprint)).rejects.toEqual(
      code('certificate_mismatch'),
    );
  });

  it('are checked again after the clock was set back', async () => {
    const { world, alice, make, certificates, fingerprint } = await directory();
    await certificates.byFingerprint(alice.aid, fingerprint);
    world.time.time -= HOUR;
    await certificates.byFingerprint(alice.aid, fingerprint);
    expect(world.gateway.verified).toBe(2);
    world.gateway.pkiFailure = down;
    world.time.time -= HOUR;
    await expect(make().byFingerprint(alice.aid, fingerprint)).rejects.toEqual(code('gateway_unreachable'));
  });
});
