import type { KeyObject } from 'node:crypto';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { canonicalJson } from '../../shared/aun/canonical-json';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** A key pair of a test user, with the signatures the wire asks for. */
export class TestIdentity {
  readonly aid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  /** PEM, set after registration. */
  cert = '';

  constructor(aid: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.aid = aid;
    this.privateKey = privateKey;
    this.publicKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  }

  /** Base64 DER ECDSA-SHA256 over UTF-8 text. */
  sign(text: string): string {
    return sign('sha256', Buffer.from(text, 'utf8'), {
      key: this.privateKey,
      dsaEncoding: 'der',
    }).toString('base64');
  }

  /** `sha256:` + hex of the certificate DER. */
  get fingerprint(): string {
    return fingerprintOf(this.cert);
  }

  /** Params with a `client_signature` (`protocol/01 §9.2`). `atMs` is the signing time. */
  signed(method: string, params: JsonObject, atMs = Date.now()): JsonObject {
    const timestamp = String(Math.floor(atMs / 1000));
    const hash = createHash('sha256').update(canonicalJson(params)).digest('hex');
    return {
      ...params,
      client_signature: {
        aid: this.aid,
        cert_fingerprint: this.fingerprint,
        timestamp,
        params_hash: hash,
        signature: this.sign(`${method}|${this.aid}|${timestamp}|${hash}`),
      },
    };
  }

  /** A prekey upload for a device (`protocol/02 §2.1`). */
  prekey(deviceId: string, createdAt = Date.now()): JsonObject & { prekey_id: string; public_key: string } {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const prekeyId = randomBytes(8).toString('hex');
    const material = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    return {
      prekey_id: prekeyId,
      public_key: material,
      created_at: createdAt,
      signature: this.sign(`${prekeyId}|${material}|${createdAt}`),
      cert_fingerprint: this.fingerprint,
      device_id: deviceId,
    };
  }
}

/** `sha256:` + hex SHA-256 of the DER in a PEM. */
export function fingerprintOf(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}
