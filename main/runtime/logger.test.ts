import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from './logger';
import type { Logger } from './logger';

let lines: string[];
let logger: Logger;

beforeEach(() => {
  lines = [];
  logger = createLogger(
    (line) => lines.push(line),
    () => 0,
    'debug',
  );
});

const written = (): string => lines.join('\n');

describe('the log', () => {
  it.each([
    'access_token',
    'refreshToken',
    'kite_token',
    'private_key_pem',
    'privateKey',
    'signature',
    'client_signature',
    'sender_signature',
    'passphrase',
    'seed_password',
    'nonce',
    'payload',
    'ciphertext',
    'authorization',
    'cert_pem',
    'text',
  ])('never holds what is called %s, however deep it lies', (name) => {
    logger.log('info', 'event', { [name]: 'hush-1' });
    logger.log('info', 'event', { outer: { inner: [{ [name]: { of: 'hush-2' } }] } });
    logger.with({ [name]: 'hush-3' }).log('error', 'event');
    expect(written()).not.toContain('hush');
    expect(written()).toContain('[redacted]');
  });

  it('holds no key or token that stands in the middle of a text', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const body = pem.split('\n')[1] ?? '';
    logger.log('warn', 'event', { message: `could not read ${pem}`, error: new Error(`bad: ${body}`) });
    const token = `${'a-b_c1'.repeat(8)}.${'d-e_f2'.repeat(8)}`;
    logger.log('warn', 'event', { message: `refused: ${token}` });
    expect(written()).not.toContain('b_c1a');
    expect(written()).not.toContain('e_f2d');
    expect(body.length).toBeGreaterThan(40);
    expect(written()).not.toContain(body);
    expect(written()).not.toContain(body.slice(0, 40));
  });

  it('holds no bytes', () => {
    logger.log('info', 'event', { some: Buffer.from('hush'), list: [new Uint8Array([1, 2, 3])] });
    expect(written()).toContain('[4 bytes]');
    expect(written()).not.toContain('"1"');
  });

  it('holds what helps: names, codes, addresses, numbers', () => {
    logger.log('info', 'session.online', { aid: 'alice.aun.test', code: 'tls_failed', attempt: 3n });
    expect(JSON.parse(written())).toMatchObject({
      event: 'session.online',
      aid: 'alice.aun.test',
      code: 'tls_failed',
      attempt: '3',
    });
  });
});
