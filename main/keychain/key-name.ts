import { createHash } from 'node:crypto';

/** Short public name of a key; says nothing about the key itself. */
export function keyName(key: Uint8Array): string {
  return createHash('sha256').update('parley vault key name').update(key).digest('hex').slice(0, 16);
}
