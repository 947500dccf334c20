import { createHmac, timingSafeEqual } from 'node:crypto';

/** What every address of a file begins with. */
const PREFIX = 'app://parley/media/';
const TOKEN = /^[0-9a-f]{32}$/;

/** What a file address is made of. */
export interface MediaFile {
  readonly id: number;
  /** Key of the encrypted file, 32 random bytes. */
  readonly fileKey: Uint8Array;
}

/**
 * Where the window may show a file from: `app://parley/media/<own AID>/<attachment id>/<token>`. The token comes out of the
 * file's random key, so that nobody can guess the address of a file they were not shown.
 */
export function mediaAddress(account: string, file: MediaFile): string {
  return `${PREFIX}${encodeURIComponent(account)}/${file.id}/${tokenOf(file)}`;
}

/** Reads an address; null for what is none. Whether its token is right, {@link opensMedia} says. */
export function parseMediaAddress(
  address: string,
): { readonly account: string; readonly id: number; readonly token: string } | null {
  if (!address.startsWith(PREFIX)) return null;
  const [account = '', id = '', token = '', ...rest] = address.slice(PREFIX.length).split('/');
  if (rest.length > 0 || !/^[1-9][0-9]{0,14}$/.test(id) || !TOKEN.test(token)) return null;
  try {
    return { account: decodeURIComponent(account), id: Number(id), token };
  } catch {
    return null;
  }
}

/** Whether the token of an address is that of the file. */
export function opensMedia(file: MediaFile, token: string): boolean {
  return TOKEN.test(token) && timingSafeEqual(Buffer.from(tokenOf(file)), Buffer.from(token));
}

function tokenOf(file: MediaFile): string {
  return createHmac('sha256', file.fileKey).update(`media address\0${file.id}`).digest('hex').slice(0, 32);
}
