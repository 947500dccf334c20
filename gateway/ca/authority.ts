import { sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { CertificateRecord, CertificateStore } from '../store/certificates';
import type { Curve, KeyPair } from './keys';
import { fingerprint, loadOrCreateKey, parsePublicKey, writePrivateFile } from './keys';
import type { IssuedCertificate, SigningAuthority } from './profile';
import { BACKDATE_MS, issueCertificate, LIFETIME_MS, readCertificate } from './profile';

const ROOT_NAME = 'AUN Local Dev Root CA';

/** The certificate and key of one TLS listener. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

interface IssuerEntry {
  readonly authority: SigningAuthority;
  readonly auth: { readonly certificate: IssuedCertificate; readonly keys: KeyPair };
}

/**
 * The local CA: one root, one issuer CA and one auth server certificate for each hosted issuer, AID leaves on demand.
 * Private keys are files of mode 0600 under `{dataDir}/ca`; issued leaves are in the store.
 */
export class CertificateAuthority {
  readonly #certificates: CertificateStore;
  readonly #root: SigningAuthority;
  readonly #issuers: ReadonlyMap<string, IssuerEntry>;
  /** Key that signs the trust-root list (`protocol/01 §8.1`). */
  readonly listKeys: KeyPair;
  readonly listCertificate: IssuedCertificate;
  readonly tls: TlsIdentity;
  /** Path of the root PEM, for `rootCa` and `NODE_EXTRA_CA_CERTS`. */
  readonly rootFile: string;
  /** Secret from which successors of refresh tokens are derived. */
  readonly tokenSecret: Buffer;

  private constructor(parts: {
    certificates: CertificateStore;
    root: SigningAuthority;
    issuers: ReadonlyMap<string, IssuerEntry>;
    listKeys: KeyPair;
    listCertificate: IssuedCertificate;
    tls: TlsIdentity;
    rootFile: string;
    tokenSecret: Buffer;
  }) {
    this.#certificates = parts.certificates;
    this.#root = parts.root;
    this.#issuers = parts.issuers;
    this.listKeys = parts.listKeys;
    this.listCertificate = parts.listCertificate;
    this.tls = parts.tls;
    this.rootFile = parts.rootFile;
    this.tokenSecret = parts.tokenSecret;
  }

  /**
   * Loads the CA of `dataDir`, creating what is missing and replacing leaves past half of their life.
   * @throws when a key or certificate file is damaged.
   */
  static async open(options: {
    dataDir: string;
    issuers: readonly string[];
    host: string;
    certificates: CertificateStore;
    now: number;
    randomSecret: () => Buffer;
  }): Promise<CertificateAuthority> {
    const { certificates, now } = options;
    const folder = join(options.dataDir, 'ca');
    const rootKeys = loadOrCreateKey(join(folder, 'root.key.pem'), 'P-384');
    const self = { commonName: ROOT_NAME, keys: rootKeys };
    const rootCertificate = await loadOrIssue(join(folder, 'root.crt.pem'), rootKeys, now, () =>
      issueCertificate(caRequest(ROOT_NAME, rootKeys, 1, LIFETIME_MS.root), self, now),
    );
    const root: SigningAuthority = { ...self, certificate: rootCertificate };
    const issuers = new Map<string, IssuerEntry>();
    for (const issuer of options.issuers) {
      issuers.set(issuer, await openIssuer(join(folder, issuer), issuer, root, certificates, now));
    }
    const listKeys = loadOrCreateKey(join(folder, 'trust-list.key.pem'), 'P-256');
    const listCertificate = await loadOrIssue(join(folder, 'trust-list.crt.pem'), listKeys, now, () =>
      issueCertificate(leafRequest('AUN Local Trust List', listKeys.publicDer, 'P-256', []), root, now),
    );
    const tls = await openTls(folder, options.issuers, options.host, root, now);
    const rootFile = join(options.dataDir, 'root.pem');
    writeFileSync(rootFile, rootCertificate.pem, { mode: 0o644 });
    const secretFile = join(folder, 'token.secret');
    if (!existsSync(secretFile)) writePrivateFile(secretFile, options.randomSecret());
    const tokenSecret = readFileSync(secretFile);
    return new CertificateAuthority({
      certificates,
      root,
      issuers,
      listKeys,
      listCertificate,
      tls,
      rootFile,
      tokenSecret,
    });
  }

  get rootPem(): string {
    return this.#root.certificate.pem;
  }

  get root(): IssuedCertificate {
    return this.#root.certificate;
  }

  /** Issuers with a CA here. */
  get issuers(): readonly string[] {
    return [...this.#issuers.keys()];
  }

  /** The CA of an issuer. @throws Error when it is not hosted. */
  issuer(issuer: string): SigningAuthority {
    return this.#entry(issuer).authority;
  }

  /** Issuer CA first, root last (`protocol/01 §6.3`). */
  chainPem(issuer: string): string {
    return this.issuer(issuer).certificate.pem + this.rootPem;
  }

  /** Auth server certificate of an issuer. */
  authCertificate(issuer: string): IssuedCertificate {
    return this.#entry(issuer).auth.certificate;
  }

  /** Base64 DER signature of the auth server over UTF-8 text (`protocol/01 §7.2`). */
  authSign(issuer: string, text: string): string {
    const key = this.#entry(issuer).auth.keys.privateKey;
    return sign('sha256', Buffer.from(text, 'utf8'), { key, dsaEncoding: 'der' }).toString('base64');
  }

  /**
   * Issues an AID leaf without storing it; the caller decides what it replaces. `validForMs` counts from now and may be
   * negative, down to the ten minutes by which every certificate is dated back.
   * @throws Error when the key is not on the curve.
   */
  async issueLeaf(
    aid: string,
    issuer: string,
    publicKey: string,
    curve: Curve,
    now: number,
    validForMs?: number,
  ): Promise<CertificateRecord> {
    const spki = parsePublicKey(publicKey, curve);
    if (spki === null) throw new Error('public key is not on the curve');
    const issued = await issueCertificate(
      {
        ...leafRequest(aid, spki, curve, [aid]),
        ...(validForMs === undefined ? {} : { lifetimeMs: validForMs + BACKDATE_MS }),
      },
      this.#entry(issuer).authority,
      now,
    );
    return recordOf(issued, aid, issuer, spki, curve);
  }

  /** The store of issued certificates. */
  get certificates(): CertificateStore {
    return this.#certificates;
  }

  #entry(issuer: string): IssuerEntry {
    const entry = this.#issuers.get(issuer);
    if (entry === undefined) throw new Error(`issuer is not hosted here: ${issuer}`);
    return entry;
  }
}

function recordOf(
  issued: IssuedCertificate,
  owner: string,
  issuer: string,
  spki: Buffer,
  curve: Curve,
): CertificateRecord {
  return {
    fingerprint: issued.fingerprint,
    keyFingerprint: fingerprint(spki),
    owner,
    issuer,
    serial: issued.serial,
    curve,
    publicKey: spki.toString('base64'),
    pem: issued.pem,
    status: 'active',
    notBefore: issued.notBefore,
    notAfter: issued.notAfter,
    revokedAt: null,
  };
}

function caRequest(commonName: string, keys: KeyPair, pathLength: number, lifetimeMs: number) {
  return { commonName, publicDer: keys.publicDer, curve: keys.curve, pathLength, lifetimeMs };
}

function leafRequest(commonName: string, publicDer: Buffer, curve: Curve, hosts: readonly string[]) {
  return { commonName, publicDer, curve, pathLength: null, lifetimeMs: LIFETIME_MS.leaf, hosts };
}

/** Reads the certificate at `path` while it is before half of its life and belongs to `keys`; else issues and writes one. */
async function loadOrIssue(
  path: string,
  keys: KeyPair,
  now: number,
  issue: () => Promise<IssuedCertificate>,
): Promise<IssuedCertificate> {
  if (existsSync(path)) {
    const stored = readCertificate(readFileSync(path, 'utf8'));
    const half = stored.notBefore + (stored.notAfter - stored.notBefore) / 2;
    if (now < half && stored.der.includes(keys.publicDer)) return stored;
  }
  const issued = await issue();
  writePrivateFile(path, issued.pem);
  return issued;
}

async function openIssuer(
  folder: string,
  issuer: string,
  root: SigningAuthority,
  certificates: CertificateStore,
  now: number,
): Promise<IssuerEntry> {
  const keys = loadOrCreateKey(join(folder, 'issuer.key.pem'), 'P-384');
  const certificate = await loadOrIssue(join(folder, 'issuer.crt.pem'), keys, now, () =>
    issueCertificate(caRequest(issuer, keys, 0, LIFETIME_MS.issuer), root, now),
  );
  const authority: SigningAuthority = { commonName: issuer, keys, certificate };
  const authName = `auth.${issuer}`;
  const authKeys = loadOrCreateKey(join(folder, 'auth.key.pem'), 'P-256');
  const authCertificate = await loadOrIssue(join(folder, 'auth.crt.pem'), authKeys, now, () =>
    issueCertificate(leafRequest(authName, authKeys.publicDer, 'P-256', [authName]), authority, now),
  );
  if (certificates.byFingerprint(authCertificate.fingerprint) === null) {
    certificates.supersede(
      recordOf(authCertificate, authName, issuer, authKeys.publicDer, 'P-256'),
      'verify_only',
      now,
    );
  }
  return { authority, auth: { certificate: authCertificate, keys: authKeys } };
}

async function openTls(
  folder: string,
  issuers: readonly string[],
  host: string,
  root: SigningAuthority,
  now: number,
): Promise<TlsIdentity> {
  const hosts = ['localhost', ...issuers.flatMap((issuer) => [issuer, `*.${issuer}`])];
  const addresses = [...new Set(['127.0.0.1', '::1', ...(isIP(host) === 0 ? [] : [host])])].filter(
    (address) => address !== '0.0.0.0' && address !== '::',
  );
  if (isIP(host) === 0 && !hosts.includes(host)) hosts.push(host);
  const keys = loadOrCreateKey(join(folder, 'tls.key.pem'), 'P-256');
  const namesFile = join(folder, 'tls.names.json');
  const names = JSON.stringify([...hosts, ...addresses]);
  const path = join(folder, 'tls.crt.pem');
  const request = {
    ...leafRequest(issuers[0] ?? 'localhost', keys.publicDer, 'P-256', hosts),
    addresses,
    tlsServer: true,
  };
  const issue = (): Promise<IssuedCertificate> => issueCertificate(request, root, now);
  const unchanged = existsSync(namesFile) && readFileSync(namesFile, 'utf8') === names;
  const certificate = unchanged ? await loadOrIssue(path, keys, now, issue) : await issue();
  writePrivateFile(path, certificate.pem);
  writePrivateFile(namesFile, names);
  return { key: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), cert: certificate.pem };
}
