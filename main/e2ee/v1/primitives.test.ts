import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  AgreementKey,
  decodeBase64,
  gcmOpen,
  gcmSeal,
  isPointOnCurve,
  pointOfKey,
  pointOfSpki,
} from './primitives';

describe('an agreement key', () => {
  it('agrees with its partner and refuses points beside the curve and at infinity', () => {
    const one = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const two = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const secret = AgreementKey.fromPrivateKey(one.privateKey).secret(pointOfKey(two.publicKey));
    expect(secret).toEqual(AgreementKey.fromPrivateKey(two.privateKey).secret(pointOfKey(one.publicKey)));
    expect(secret).toHaveLength(32);
    const beside = Buffer.from(pointOfKey(two.publicKey));
    beside[64] = (beside[64] ?? 0) ^ 1;
    for (const point of [beside, Buffer.alloc(65), Buffer.of(0), Buffer.alloc(65, 4)]) {
      expect(isPointOnCurve(point)).toBe(false);
      expect(() => AgreementKey.fromPrivateKey(one.privateKey).secret(point)).toThrow();
    }
  });

  it('is never read as a JWK from a key that was generated in this process: Node can lock up there', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const exported = vi.spyOn(privateKey, 'export');
    AgreementKey.fromPrivateKey(privateKey);
    expect(exported.mock.calls.map(([options]) => options?.format)).toEqual(['der']);
  });

  it('comes from keys on P-256 only', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    expect(() => AgreementKey.fromPrivateKey(privateKey)).toThrow(RangeError);
    expect(() => pointOfKey(publicKey)).toThrow(RangeError);
    expect(pointOfSpki(Buffer.alloc(91))).toBeNull();
  });
});

describe('AES-GCM', () => {
  it('opens what it sealed and nothing else', () => {
    const key = Buffer.alloc(32, 1);
    const nonce = Buffer.alloc(12, 2);
    const { ciphertext, tag } = gcmSeal(key, nonce, Buffer.from('text'), Buffer.from('data'));
    expect(gcmOpen(key, nonce, ciphertext, tag, Buffer.from('data'))).toEqual(Buffer.from('text'));
    expect(gcmOpen(key, nonce, ciphertext, tag, Buffer.from('else'))).toBeNull();
  });
});

describe('base64', () => {
  it('has one spelling for every value', () => {
    expect(decodeBase64('QQ==')).toEqual(Buffer.from('A'));
    for (const other of ['QQ', 'QR==', 'QQ==\n', 'Q-==', '!']) expect(decodeBase64(other)).toBeNull();
  });
});
