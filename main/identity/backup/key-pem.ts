import { createCipheriv, createPrivateKey, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../runtime/runtime';

const pbkdf2Async = promisify(pbkdf2);

/** Rounds of PBKDF2-HMAC-SHA256 (`protocol/06 §7`). */
const ITERATIONS = 600_000;
const SALT_BYTES = 16;
const IV_BYTES = 16;
const KEY_BYTES = 32;

/** Content bytes of the object identifiers below. */
const OID = {
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  hmacWithSha256: '2a864886f70d0209',
  aes256Cbc: '60864801650304012a',
};
const SEQUENCE = 0x30;
const NULL = Buffer.from([0x05, 0x00]);

/**
 * A private key as encrypted PKCS#8 PEM (RFC 5958 with PBES2 of RFC 8018: PBKDF2-HMAC-SHA256, AES-256-CBC), which every common tool
 * opens. The passphrase is taken as typed, in UTF-8: other tools normalise nothing.
 */
export async function exportKeyPem(
  privateKeyPem: string,
  passphrase: string,
  random: Pick<Random, 'bytes'>,
): Promise<string> {
  const plain = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' });
  const salt = random.bytes(SALT_BYTES);
  const iv = random.bytes(IV_BYTES);
  const key = await pbkdf2Async(Buffer.from(passphrase, 'utf8'), salt, ITERATIONS, KEY_BYTES, 'sha256');
  try {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    const derivation = sequence(
      octets(salt),
      tlv(0x02, Buffer.from(ITERATIONS.toString(16).padStart(6, '0'), 'hex')),
      sequence(oid(OID.hmacWithSha256), NULL),
    );
    const scheme = sequence(
      oid(OID.pbes2),
      sequence(sequence(oid(OID.pbkdf2), derivation), sequence(oid(OID.aes256Cbc), octets(iv))),
    );
    return pem(sequence(scheme, octets(sealed)));
  } finally {
    key.fill(0);
    plain.fill(0);
  }
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const label = 'ENCRYPTED PRIVATE KEY';
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** One DER element; nothing here is longer than 65 535 bytes. */
function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tlv(SEQUENCE, ...parts);
}

function octets(bytes: Uint8Array): Buffer {
  return tlv(0x04, bytes);
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}
