import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Vault } from '../ports/vault';
import { AunError } from '../runtime/errors';

/** Name of our own protection scheme in `private/key.json`; the SDKs' scheme is `file_aes` (`protocol/01 §2.1`). */
export const KEY_SCHEME = 'parley_vault';

const keyFileSchema = z.object({
  public_key_der_b64: z.string().min(1),
  curve: z.literal('P-256'),
  private_key_protection: z.object({ scheme: z.literal(KEY_SCHEME), wrapped: z.string().min(1) }),
});
/** Content of `private/key.json`. */
export type KeyFile = z.infer<typeof keyFileSchema>;

/** A key pair of an identity. `publicKeySpki` is the b64 of the SPKI DER. */
export interface IdentityKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicKeySpki: string;
}

const generate = promisify(generateKeyPair);

/** Makes a P-256 key pair off the main thread. */
export async function generateIdentityKeys(): Promise<IdentityKeys> {
  const { privateKey, publicKey } = await generate('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey, publicKeySpki: spkiText(publicKey) };
}

function spkiText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The key file of a key pair: its private half (PKCS#8 PEM) wrapped by the vault. */
export async function sealKeyFile(keys: IdentityKeys, vault: Vault): Promise<string> {
  const plain = Buffer.from(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  try {
    return keyFileText(keys.publicKeySpki, await vault.wrap(plain));
  } finally {
    plain.fill(0);
  }
}

/** Text of a key file. */
export function keyFileText(publicKeySpki: string, wrapped: Uint8Array): string {
  const content = {
    public_key_der_b64: publicKeySpki,
    curve: 'P-256',
    private_key_protection: {
      scheme: KEY_SCHEME,
      name: 'identity/private_key',
      persisted: true,
      wrapped: Buffer.from(wrapped).toString('base64'),
    },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function unreadable(message: string, cause?: unknown): AunError {
  return new AunError('key_unreadable', message, { cause });
}

/** Reads the outer form of a key file; null when it is not one of ours. */
export function parseKeyFile(text: string): KeyFile | null {
  try {
    return keyFileSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}

/** The wrapped private key of a key file. */
export function wrappedKey(file: KeyFile): Uint8Array {
  return Buffer.from(file.private_key_protection.wrapped, 'base64');
}

/**
 * Opens a key file.
 * @throws AunError `key_unreadable` when the file is damaged or its halves do not belong together; the vault's errors
 */
export async function openKeyFile(text: string, vault: Vault): Promise<IdentityKeys> {
  const file = parseKeyFile(text);
  if (file === null) throw unreadable('the key file is damaged or was written by another program');
  const plain = Buffer.from(await vault.unwrap(wrappedKey(file)));
  try {
    const privateKey = createPrivateKey(plain.toString('utf8'));
    const publicKey = createPublicKey(privateKey);
    const publicKeySpki = spkiText(publicKey);
    if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw unreadable('the key is not P-256');
    if (publicKeySpki !== file.public_key_der_b64)
      throw unreadable('the halves of the key file do not match');
    return { privateKey, publicKey, publicKeySpki };
  } catch (thrown) {
    throw thrown instanceof AunError ? thrown : unreadable('the private key cannot be read', thrown);
  } finally {
    plain.fill(0);
  }
}
