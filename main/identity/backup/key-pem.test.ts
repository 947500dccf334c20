import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../runtime/runtime';
import { KEY_PEM } from './backup-test-support';
import { derChildren, derOid, derSmallInteger, readDer } from '../der';
import { exportKeyPem } from './key-pem';

const PASSPHRASE = 'päss wörd 12';

describe('an exported private key', () => {
  it('is opened by its passphrase and by no other', async () => {
    const pem = await exportKeyPem(KEY_PEM, PASSPHRASE, systemRandom);
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n(.{64}\n)+.{1,64}\n-----END /);
    const key = createPrivateKey({ key: pem, passphrase: PASSPHRASE });
    expect(key.export({ type: 'pkcs8', format: 'pem' })).toBe(KEY_PEM);
    expect(() => createPrivateKey({ key: pem, passphrase: 'pass word 12' })).toThrow();
    expect(await exportKeyPem(KEY_PEM, PASSPHRASE, systemRandom)).not.toBe(pem);
  });

  it('takes 600 000 rounds of PBKDF2-HMAC-SHA256 and AES-256-CBC', async () => {
    const pem = await exportKeyPem(KEY_PEM, PASSPHRASE, systemRandom);
    const der = readDer(Buffer.from(pem.replace(/-----.*-----|\n/g, ''), 'base64'));
    const [scheme] = derChildren(der);
    if (scheme === undefined) throw new Error('no scheme');
    const [pbes2, parameters] = derChildren(scheme);
    if (parameters === undefined) throw new Error('no parameters');
    const [derivation, cipher] = derChildren(parameters).map(derChildren);
    expect(derOid(pbes2)).toBe('1.2.840.113549.1.5.13');
    expect(derOid(derivation?.[0])).toBe('1.2.840.113549.1.5.12');
    expect(derOid(cipher?.[0])).toBe('2.16.840.1.101.3.4.1.42');
    const inner = derivation?.[1];
    if (inner === undefined) throw new Error('no derivation');
    const [salt, rounds, hash] = derChildren(inner);
    expect(salt?.content).toHaveLength(16);
    expect(derSmallInteger(rounds)).toBeGreaterThanOrEqual(600_000);
    if (hash === undefined) throw new Error('no hash');
    expect(derOid(derChildren(hash)[0])).toBe('1.2.840.113549.2.9');
  });

  it('is opened by OpenSSL, where there is one', async () => {
    const pem = await exportKeyPem(KEY_PEM, PASSPHRASE, systemRandom);
    const run = spawnSync('openssl', ['pkey', '-passin', 'env:P'], {
      input: pem,
      env: { PATH: process.env['PATH'] ?? '', P: PASSPHRASE },
      encoding: 'utf8',
    });
    if (run.error === undefined) expect(run.stdout).toBe(KEY_PEM);
  });
});
