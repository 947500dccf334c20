import { createPrivateKey, createPublicKey } from 'node:crypto';
import { parseAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { Certificate, IdentityMaterial } from '../ports/identity';
import { AunError } from '../runtime/errors';
import { parseCertificate } from './certificate';
import { checkBelongs } from './identity';
import type { IdentityKeys } from './key-file';

/** A key that was replaced, checked. */
export interface CheckedFormerKey {
  readonly keys: IdentityKeys;
  readonly certificates: readonly Certificate[];
}

/** Material whose parts belong together. Whether the network knows the key is another question. */
export interface CheckedMaterial {
  readonly aid: Aid;
  readonly keys: IdentityKeys;
  readonly certificate: Certificate | null;
  readonly older: readonly Certificate[];
  /** Newest first, as given. */
  readonly former: readonly CheckedFormerKey[];
}

/** Reads a private key and derives its public half. @throws AunError `key_unreadable` */
export function readPrivateKey(pem: string): IdentityKeys {
  try {
    const privateKey = createPrivateKey(pem);
    const publicKey = createPublicKey(privateKey);
    if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw new AunError('key_unreadable', 'the private key is not on P-256');
    const publicKeySpki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return { privateKey, publicKey, publicKeySpki };
  } catch (thrown) {
    if (thrown instanceof AunError) throw thrown;
    // The cause is left out: it may quote the text of the key.
    throw new AunError('key_unreadable', 'the private key cannot be read');
  }
}

function certificatesFor(aid: Aid, keys: IdentityKeys, pems: readonly string[]): Certificate[] {
  return pems.map((pem) => {
    const certificate = parseCertificate(pem);
    checkBelongs(aid, keys.publicKeySpki, certificate);
    return certificate;
  });
}

/**
 * Checks that what came from outside is one identity: keys that can be read and are on P-256, certificates for this
 * name and for the key they came with, no key twice.
 * @throws AunError `invalid_aid`, `key_unreadable`, `certificate_invalid`, `certificate_mismatch`
 */
export function checkMaterial(material: IdentityMaterial): CheckedMaterial {
  const aid = parseAid(material.aid);
  if (aid === null || aid !== material.aid)
    throw new AunError('invalid_aid', 'the identity has no valid name');
  const keys = readPrivateKey(material.privateKeyPem);
  const seen = new Set([keys.publicKeySpki]);
  const former = material.formerKeys.map(({ privateKeyPem, certificatePems }) => {
    const formerKeys = readPrivateKey(privateKeyPem);
    if (seen.has(formerKeys.publicKeySpki))
      throw new AunError('certificate_mismatch', `a key of ${aid} is there twice`);
    seen.add(formerKeys.publicKeySpki);
    return { keys: formerKeys, certificates: certificatesFor(aid, formerKeys, certificatePems) };
  });
  const own = material.certificatePem === null ? [] : [material.certificatePem];
  const [certificate = null] = certificatesFor(aid, keys, own);
  return { aid, keys, certificate, older: certificatesFor(aid, keys, material.olderCertificatePems), former };
}
