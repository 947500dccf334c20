import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemRandom } from '../runtime/runtime';
import { encryptedPem, PEM_ITERATIONS } from './encrypted-pem';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const key = createPrivateKey(pem);

it('an exported key opens with its passphrase in OpenSSL and with no other', async () => {
  const text = await encryptedPem(key, 'correct horse 电池', systemRandom);
  expect(text).not.toContain('BEGIN PRIVATE KEY');
  const opened = createPrivateKey({ key: text, passphrase: Buffer.from('correct horse 电池') });
  expect(opened.export({ type: 'pkcs8', format: 'pem' })).toBe(pem);
  expect(() => createPrivateKey({ key: text, passphrase: 'correct horse' })).toThrow();
});

it('an exported key states the rounds that make guessing slow', async () => {
  const text = await encryptedPem(key, 'correct horse battery', systemRandom);
  const body = Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const rounds = Buffer.from([0x02, 0x03, 0x09, 0x27, 0xc0]);
  expect(PEM_ITERATIONS).toBe(0x0927c0);
  expect(body.includes(rounds)).toBe(true);
});
