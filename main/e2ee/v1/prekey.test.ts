import { describe, expect, it } from 'vitest';
import { TestIdentity } from '../testing/parties';
import { systemRandom } from '../../runtime/runtime';
import { generatePrekey, isOldPrekey, normalizePrekeys, prekeyText, verifyPrekey } from './prekey';
import { readAnswer } from './peer-directory';
import { spkiOf } from './primitives';
import { generateKeyPairSync } from 'node:crypto';

const entry = (device: string | null, id = `id-${device ?? 'none'}`) => ({
  prekey_id: id,
  public_key: 'key',
  signature: 'sig',
  ...(device === null ? {} : { device_id: device }),
});
const devices = (entries: readonly unknown[]): string[] =>
  normalizePrekeys(entries).map((prekey) => prekey.deviceId);

describe('the answer to get_prekey', () => {
  it('is put into normal form: trimmed, first entry of each device, no placeholders among several', () => {
    expect(
      devices([entry(' a '), entry('b'), entry('a', 'later'), entry(''), entry('aun_device_id')]),
    ).toEqual(['a', 'b']);
    expect(normalizePrekeys([{ ...entry('a'), cert_fingerprint: ' SHA256:AB ' }])).toMatchObject([
      { certificateFingerprint: 'sha256:ab' },
    ]);
    expect(normalizePrekeys([{ ...entry('a'), cert_fingerprint: ' ' }])).toMatchObject([
      { certificateFingerprint: null },
    ]);
  });

  it('loses entries that lack a member, and no other', () => {
    expect(devices([{ ...entry('a'), signature: ' ' }, entry('b'), null, 7])).toEqual(['b']);
  });

  it('names a placeholder for a single entry without a device, which no message can be sent to', () => {
    expect(devices([entry(null)])).toEqual(['aun_device_id']);
    expect(readAnswer('a', { found: true, device_prekeys: [entry(null)] })).toEqual([]);
  });

  it('is empty when nothing was found, whatever else it says', () => {
    expect(readAnswer('a', { found: false, device_prekeys: [entry('a')] })).toEqual([]);
  });

  it('may come in the old single form', () => {
    expect(readAnswer('a', { found: true, prekey: entry('a') })).toHaveLength(1);
  });

  it('is refused when it is no object', () => {
    expect(() => readAnswer('a', 'nothing')).toThrow(expect.objectContaining({ code: 'protocol_error' }));
  });
});

describe('a prekey', () => {
  it('may be signed in the old form without a time', async () => {
    const owner = await TestIdentity.create('alice.aid.test');
    const certificate = owner.certificate();
    if (certificate === null) throw new Error('no certificate');
    const { upload } = generatePrekey(systemRandom, 1, (data) => owner.sign(data));
    const text = prekeyText(upload.prekey_id, upload.public_key, null);
    const signature = owner.sign(Buffer.from(text)).toString('base64');
    const old = { ...upload, created_at: null, signature, device_id: 'a' };
    const [prekey] = normalizePrekeys([old]);
    const [mixed] = normalizePrekeys([{ ...old, created_at: 1 }]);
    if (prekey === undefined || mixed === undefined) throw new Error('dropped');
    expect(verifyPrekey(prekey, certificate)).toMatchObject({ ok: true });
    expect(verifyPrekey(mixed, certificate)).toEqual({ ok: false, problem: 'signature_invalid' });
  });

  it('must belong to the certificate that it names, if it names one', async () => {
    const owner = await TestIdentity.create('alice.aid.test');
    const certificate = owner.certificate();
    if (certificate === null) throw new Error('no certificate');
    const { upload } = generatePrekey(systemRandom, 1, (data) => owner.sign(data));
    const judged = (fingerprint: string | null) =>
      normalizePrekeys([{ ...upload, device_id: 'a', cert_fingerprint: fingerprint }]).map((prekey) =>
        verifyPrekey(prekey, certificate),
      );
    for (const good of [certificate.fingerprint.toUpperCase(), '', null])
      expect(judged(good)).toMatchObject([{ ok: true }]);
    expect(judged(`sha256:${'0'.repeat(64)}`)).toEqual([{ ok: false, problem: 'cert_fingerprint_mismatch' }]);
  });

  it('must be a point on P-256', async () => {
    const owner = await TestIdentity.create('alice.aid.test');
    const certificate = owner.certificate();
    if (certificate === null) throw new Error('no certificate');
    const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey;
    const beside = spkiOf(owner.publicKey);
    beside[90] = (beside[90] ?? 0) ^ 1;
    for (const spki of [spkiOf(other), beside]) {
      const publicKey = spki.toString('base64');
      const signature = owner.sign(Buffer.from(prekeyText('id', publicKey, 1))).toString('base64');
      const [prekey] = normalizePrekeys([
        { prekey_id: 'id', public_key: publicKey, created_at: 1, signature, device_id: 'a' },
      ]);
      if (prekey === undefined) throw new Error('dropped');
      expect(verifyPrekey(prekey, certificate)).toEqual({ ok: false, problem: 'public_key_invalid' });
    }
  });

  it('is old after thirty days, and usable', () => {
    const [prekey] = normalizePrekeys([{ ...entry('a'), created_at: 0 }]);
    if (prekey === undefined) throw new Error('dropped');
    expect(isOldPrekey(prekey, 30 * 86_400_000)).toBe(false);
    expect(isOldPrekey(prekey, 30 * 86_400_000 + 1)).toBe(true);
  });
});
