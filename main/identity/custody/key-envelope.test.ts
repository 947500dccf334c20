import { createCipheriv, createHash } from 'node:crypto';
import { argon2id } from '@noble/hashes/argon2.js';
import { describe, expect, it } from 'vitest';
import { testAid } from '../testing/test-network';
import { systemRandom } from '../../runtime/runtime';
import { openKeyEnvelope, sealKeyEnvelope } from './key-envelope';
import type { EnvelopeBinding } from './key-envelope';

const PEM = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAGhRANCAARrF9Hy4SxCR/i85uVjpEDydwN9gS3r
M6D0oTlF2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNXazFezsu2QGg3v1H1
-----END PRIVATE KEY-----
`;
const SECRET = 'correct horse battery staple';
const binding: EnvelopeBinding = {
  purpose: 'backup',
  aid: testAid('alice.aun.test'),
  fingerprint: 'sha256:a297bc05001baf603e20cd2e1f3eaf62e6341a68bf3906c2c2e8efe96c867459',
};
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

/** Gives out the bytes of the published vector: first the salt, then the nonce. */
function vectorBytes() {
  const parts = [
    Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
    Buffer.from('101112131415161718191a1b', 'hex'),
  ];
  return { bytes: () => parts.shift() ?? Buffer.alloc(0) };
}

const vector = () => sealKeyEnvelope(binding, PEM, SECRET, vectorBytes(), 16_384);

describe('a key envelope', () => {
  it('is byte for byte the published one', async () => {
    expect(sha256(PEM)).toBe('a443f5341e70e0a149b4735fbe57bd540b4d90e7caab1d89a70b0b35eb5d0336');
    const { key, metadata } = await vector();
    expect(sha256(Buffer.from(key, 'base64'))).toBe(
      '191459df825cf0ebdcf031ca916486711c2bceca8828ce752750bd85ef55399d',
    );
    expect(key.startsWith('bguhX/DIy8ni9hyRWGXl4cHDDSQr/GnEVUfw')).toBe(true);
    expect(key.endsWith('Q9o3J1F+906xVZUrtpEfrjlJmsSEMUdmfW/aiP1eAuI=')).toBe(true);
    expect(metadata).toEqual({
      envelope_version: 1,
      purpose: 'backup',
      encryption: 'aes-256-gcm',
      kdf: 'scrypt',
      kdf_params: { N: 16_384, r: 8, p: 1 },
      salt: 'AAECAwQFBgcICQoLDA0ODw==',
      nonce: 'EBESExQVFhcYGRob',
      cert_fingerprint: binding.fingerprint,
      aad: 'aun-key-envelope-v1',
      device: 'Desktop',
    });
    expect(await openKeyEnvelope(binding, { key, metadata }, SECRET)).toBe(PEM);
  });

  it('costs scrypt 131072 by default and takes a PEM with any line ends', async () => {
    const sealed = await sealKeyEnvelope(binding, PEM.replace(/\n/g, '\r\n'), SECRET, systemRandom);
    expect(sealed.metadata.kdf_params).toEqual({ N: 131_072, r: 8, p: 1 });
    expect(await openKeyEnvelope(binding, sealed, SECRET)).toBe(PEM);
  });

  it.each<[string, Partial<EnvelopeBinding>, string]>([
    ['another identity', { aid: testAid('mallory.aun.test') }, 'backup_wrong_passphrase'],
    ['another certificate', { fingerprint: `sha256:${'0'.repeat(64)}` }, 'custody_foreign_envelope'],
    ['another purpose', { purpose: 'device-transfer' }, 'custody_foreign_envelope'],
  ])('does not open for %s', async (_name, change, code) => {
    await expect(openKeyEnvelope({ ...binding, ...change }, await vector(), SECRET)).rejects.toMatchObject({
      code,
    });
  });

  it('does not open with another secret or after a change, and does not tell which', async () => {
    const { key, metadata } = await vector();
    const changed = Buffer.from(key, 'base64');
    changed[3] = (changed[3] ?? 0) ^ 1;
    const wrong = { code: 'backup_wrong_passphrase' };
    await expect(openKeyEnvelope(binding, { key, metadata }, `${SECRET} `)).rejects.toMatchObject(wrong);
    const spoilt = { key: changed.toString('base64'), metadata };
    await expect(openKeyEnvelope(binding, spoilt, SECRET)).rejects.toMatchObject(wrong);
  });

  it('is made with metadata of another program refused as foreign, whatever it asks of us', async () => {
    const { key, metadata } = await vector();
    const foreign = [
      null,
      {},
      { ...metadata, envelope_version: 2 },
      { ...metadata, kdf: 'pbkdf2' },
      { ...metadata, aad: undefined },
      { ...metadata, nonce: 'AAAA' },
      { ...metadata, kdf_params: { N: 2 ** 21, r: 8, p: 1 } },
      { ...metadata, kdf_params: { N: 16_385, r: 8, p: 1 } },
      { ...metadata, kdf_params: { N: 2 ** 20, r: 32, p: 1 } },
      { ...metadata, kdf_params: {} },
      { ...metadata, kdf: 'argon2id', kdf_params: { m: 2 ** 20, t: 3, p: 4 } },
      { ...metadata, kdf: 'argon2id', kdf_params: { m: 64, t: 11, p: 1 } },
      { ...metadata, kdf: 'argon2id', kdf_params: { m: 8, t: 1, p: 4 } },
    ];
    for (const each of foreign)
      await expect(openKeyEnvelope(binding, { key, metadata: each }, SECRET)).rejects.toMatchObject({
        code: 'custody_foreign_envelope',
      });
    await expect(openKeyEnvelope(binding, { key: 'AAAA', metadata }, SECRET)).rejects.toMatchObject({
      code: 'custody_foreign_envelope',
    });
  });

  it('is read with Argon2id as well', async () => {
    const { metadata } = await vector();
    const salt = Buffer.from(metadata.salt, 'base64');
    const nonce = Buffer.from(metadata.nonce, 'base64');
    const key = argon2id(Buffer.from(SECRET), salt, { m: 256, t: 2, p: 2, dkLen: 32 });
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(`aun-key-envelope|1|backup|alice.aun.test|${binding.fingerprint}`));
    const sealed = Buffer.concat([cipher.update(PEM), cipher.final(), cipher.getAuthTag()]);
    const envelope = {
      key: sealed.toString('base64'),
      metadata: { ...metadata, kdf: 'argon2id', kdf_params: { m: 256, t: 2, p: 2 } },
    };
    expect(await openKeyEnvelope(binding, envelope, SECRET)).toBe(PEM);
  });
});
