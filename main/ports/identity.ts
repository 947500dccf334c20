import type { KeyObject } from 'node:crypto';
import type { Aid } from '../../shared/aun/aid';

/** A parsed and checked X.509 leaf of an AID or of an auth server. */
export interface Certificate {
  readonly pem: string;
  /** `sha256:` + hex of the certificate's DER. */
  readonly fingerprint: string;
  /** `sha256:` + hex of the SPKI DER. */
  readonly spkiFingerprint: string;
  readonly commonName: string;
  readonly publicKey: KeyObject;
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
  /** Unix ms. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** `sha256:` + hex of the SPKI DER of the authority that issued it; absent where the chain was not walked just now. */
  readonly issuerKey?: string;
}

/** A key that was replaced (`protocol/01 §7.6`); kept so that old messages can be opened. */
export interface FormerKey {
  readonly privateKey: KeyObject;
  readonly publicKeySpki: string;
  readonly certificates: readonly Certificate[];
}

/** An identity that comes from outside: a backup, a folder of the SDKs, a custody service. Nothing in it is checked yet. */
export interface IdentityMaterial {
  readonly aid: Aid;
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
  /** Leaf PEM, or null where only the key is known. */
  readonly certificatePem: string | null;
  /** Certificates for the same key that were active before. */
  readonly olderCertificatePems: readonly string[];
  readonly formerKeys: readonly {
    readonly privateKeyPem: string;
    readonly certificatePems: readonly string[];
  }[];
  readonly gatewayUrl: string | null;
}

/** The identity key of an account and its certificates; the private key never leaves main and its workers. */
export interface Identity {
  readonly aid: Aid;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** b64 of the SPKI DER (91 bytes for P-256). */
  readonly publicKeySpki: string;
  /** Active certificate, or null before registration ended. */
  certificate(): Certificate | null;
  /** Every own certificate ever held, the active one first (`protocol/02 §5.4`: in-flight messages after a renewal). */
  certificates(): readonly Certificate[];
  /** Stores a verified certificate for the same key and makes it the active one. */
  adoptCertificate(pem: string): Promise<void>;
  /** Keys this identity had before, newest first: they open old messages and sign nothing. */
  formerKeys(): readonly FormerKey[];
  /** DER ECDSA P-256/SHA-256 signature. */
  sign(data: Uint8Array): Buffer;
}

/** Where PKI documents come from: the gateway's HTTP side (`protocol/01 §6.3`). Throws AunError when unreachable. */
export interface PkiSource {
  /** PEM bundle, issuer CA first, root last. `issuer` selects the host where a gateway serves several. */
  chain(issuer: string): Promise<string>;
  /** Body of `/pki/crl.json`, not yet parsed. */
  crl(issuer: string): Promise<unknown>;
  /** Body of `/pki/ocsp/{serial}`, not yet parsed. */
  ocsp(issuer: string, serial: string): Promise<unknown>;
  /** Leaf PEM of an AID, by DER or SPKI fingerprint when given; null on 404. */
  certificate(aid: Aid, fingerprint?: string): Promise<string | null>;
}

/** Checks certificates against chain, validity, revocation and the trust root (`protocol/01 §6.2`, §6.3, §13). */
export interface CertificateVerifier {
  /**
   * `purpose` reading accepts a certificate outside its validity: what was signed with it may be read, nothing may be
   * written to it (`protocol/06 §8.2`).
   * @throws AunError `certificate_invalid` | `certificate_revoked` | `revocation_list_invalid` | gateway errors
   */
  verifyPeer(aid: Aid, pem: string, purpose?: 'writing' | 'reading'): Promise<Certificate>;
  verifyAuthServer(issuer: string, pem: string): Promise<Certificate>;
  /** Verifies a certificate for the own key (`cert`, `new_cert`, `active_cert`). */
  verifyOwn(aid: Aid, pem: string, publicKeySpki: string): Promise<Certificate>;
}
