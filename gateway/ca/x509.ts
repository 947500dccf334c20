import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** Node's WebCrypto is the browser's interface at run time; only the two type libraries disagree. */
function isWebCrypto(value: unknown): value is Crypto {
  return typeof value === 'object' && value !== null && 'subtle' in value && 'getRandomValues' in value;
}

// The library has no crypto of its own; Node 18 offers none globally either.
if (isWebCrypto(webcrypto)) x509.cryptoProvider.set(webcrypto);

export { x509 };
