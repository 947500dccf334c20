import type { Random } from '../../runtime/runtime';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 16 bytes in Base32 without padding; the last character carries three bits, so only each fourth letter can stand there. */
const RECOVERY_KEY = /^[A-Z2-7]{25}[AEIMQUY4]$/;
const RECOVERY_KEY_BYTES = 16;

/**
 * Makes a recovery key: 128 random bits as 26 characters of RFC 4648 Base32 without padding (`protocol/06 §6.3`). Show it with
 * {@link groupRecoveryKey}.
 */
export function makeRecoveryKey(random: Pick<Random, 'bytes'>): string {
  return base32(random.bytes(RECOVERY_KEY_BYTES));
}

/** A recovery key in groups of five characters, for reading and typing. */
export function groupRecoveryKey(key: string): string {
  return (key.match(/.{1,5}/g) ?? []).join('-');
}

/**
 * The bytes that go into the key derivation (`protocol/06 §6.3`). What has the form of a recovery key may be typed with spaces or
 * dashes and in small letters; every other text is a passphrase: NFKC, UTF-8, nothing trimmed. The caller wipes the result.
 */
export function secretBytes(text: string): Buffer {
  const compact = text.replace(/[\s\p{Pd}]/gu, '').toUpperCase();
  if (RECOVERY_KEY.test(compact)) return Buffer.from(compact, 'ascii');
  return Buffer.from(text.normalize('NFKC'), 'utf8');
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt((value << (5 - bits)) & 31);
}
