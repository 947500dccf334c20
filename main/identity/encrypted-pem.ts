import { createCipheriv, pbkdf2 } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../runtime/runtime';
import { DerTag } from './der';

/** Rounds of PBKDF2-HMAC-SHA256 (`protocol/06 §7`). OpenSSL's own default would be 2 048. */
export const PEM_ITERATIONS = 600_000;

const derive = promisify(pbkdf2);

/** Object identifiers of PKCS#5 and of its parts, as content bytes. */
const Oid = {
  pbes2: Buffer.from('2a864886f70d01050d', 'hex'),
  pbkdf2: Buffer.from('2a864886f70d01050c', 'hex'),
  hmacSha256: Buffer.from('2a864886f70d0209', 'hex'),
  aes256Cbc: Buffer.from('60864801650304012a', 'hex'),
} as const;

function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const size = content.length < 0x100 ? 1 : 2;
  const length = Buffer.alloc(size);
  length.writeUIntBE(content.length, 0, size);
  return Buffer.concat([Buffer.from([tag, 0x80 | size]), length, content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => element(DerTag.sequence, ...parts);
const octets = (bytes: Uint8Array): Buffer => element(DerTag.octetString, bytes);
const oid = (bytes: Uint8Array): Buffer => element(DerTag.oid, bytes);
const NULL = Buffer.from([0x05, 0x00]);

/**
 * A private key as encrypted PKCS#8 in PEM: PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC (`protocol/06 §7`), which OpenSSL and
 * others open with the passphrase as it was typed.
 */
export async function encryptedPem(key: KeyObject, passphrase: string, random: Random): Promise<string> {
  const salt = random.bytes(16);
  const iv = random.bytes(16);
  const secret = Buffer.from(passphrase, 'utf8');
  const derived = await derive(secret, salt, PEM_ITERATIONS, 32, 'sha256');
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const cipher = createCipheriv('aes-256-cbc', derived, iv);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  for (const bytes of [secret, derived, plain]) bytes.fill(0);
  const rounds = Buffer.alloc(3);
  rounds.writeUIntBE(PEM_ITERATIONS, 0, 3);
  const derivation = sequence(
    oid(Oid.pbkdf2),
    sequence(octets(salt), element(DerTag.integer, rounds), sequence(oid(Oid.hmacSha256), NULL)),
  );
  const encryption = sequence(oid(Oid.aes256Cbc), octets(iv));
  const whole = sequence(sequence(oid(Oid.pbes2), sequence(derivation, encryption)), octets(sealed));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${lines.join('\n')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}
