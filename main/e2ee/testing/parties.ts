import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Aid } from '../../../shared/aun/aid';
import type { Certificate, FormerKey, Identity } from '../../ports/identity';
import { spkiOf } from '../v1/primitives';
import { fingerprintOf } from '../../runtime/fingerprint';

x509.cryptoProvider.set(webcrypto as Crypto);

/** Reads a PEM without judging it. */
export function readCertificate(pem: string): Certificate {
  const parsed = new X509Certificate(pem);
  return {
    pem,
    fingerprint: fingerprintOf(parsed.raw),
    spkiFingerprint: fingerprintOf(spkiOf(parsed.publicKey)),
    commonName: /^CN=(.+)$/m.exec(parsed.subject)?.[1] ?? '',
    publicKey: parsed.publicKey,
    serial: parsed.serialNumber.toLowerCase(),
    notBefore: Date.parse(parsed.validFrom),
    notAfter: Date.parse(parsed.validTo),
  };
}

/** A self-signed certificate of `aid`; every call gives another one. */
export async function issueCertificate(aid: string, privateKey: KeyObject): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const provider = webcrypto.subtle;
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = spkiOf(createPublicKey(privateKey));
  const keys = {
    privateKey: await provider.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await provider.importKey('spki', spki, algorithm, true, ['verify']),
  };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${aid}`,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2046-01-01'),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
  });
  return certificate.toString('pem');
}

/** An identity with a real key; certificates are put in by the test, the active one first. */
export class TestIdentity implements Identity {
  readonly aid: Aid;
  readonly publicKey: KeyObject;
  readonly publicKeySpki: string;
  readonly held: Certificate[] = [];
  readonly former: FormerKey[] = [];

  constructor(
    aid: string,
    readonly privateKey: KeyObject,
  ) {
    // The vectors use a name that is too short to be registered, so the parser of names is not asked here.
    this.aid = aid as Aid;
    this.publicKey = createPublicKey(privateKey);
    this.publicKeySpki = spkiOf(this.publicKey).toString('base64');
  }

  static async create(aid: string): Promise<TestIdentity> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const identity = new TestIdentity(aid, privateKey);
    await identity.renew();
    return identity;
  }

  static fromPem(aid: string, privateKeyPem: string, certificatePem: string): TestIdentity {
    const identity = new TestIdentity(aid, createPrivateKey(privateKeyPem));
    identity.held.push(readCertificate(certificatePem));
    return identity;
  }

  /** Gets a new certificate for the same key. */
  async renew(): Promise<Certificate> {
    const certificate = readCertificate(await issueCertificate(this.aid, this.privateKey));
    this.held.unshift(certificate);
    return certificate;
  }

  certificate(): Certificate | null {
    return this.held[0] ?? null;
  }

  certificates(): readonly Certificate[] {
    return this.held;
  }

  formerKeys(): readonly FormerKey[] {
    return this.former;
  }

  /** The same identity after a change of key: this one's key and certificates are former ones. */
  async rekeyed(): Promise<TestIdentity> {
    const next = await TestIdentity.create(this.aid);
    const { privateKey, publicKeySpki, held } = this;
    next.former.push({ privateKey, publicKeySpki, certificates: [...held] }, ...this.former);
    return next;
  }

  async adoptCertificate(pem: string): Promise<void> {
    this.held.unshift(readCertificate(pem));
  }

  sign(data: Uint8Array): Buffer {
    return sign('sha256', data, { key: this.privateKey, dsaEncoding: 'der' });
  }
}
