import type { Aid } from '../../shared/aun/aid';
import type { CertificateVerifier, Identity } from '../ports/identity';
import type { Runtime } from '../runtime/runtime';

/** What the sign-in needs from its account. */
export interface LoginContext {
  readonly aid: Aid;
  readonly issuer: string;
  readonly identity: Identity;
  readonly verifier: CertificateVerifier;
  readonly runtime: Runtime;
  /** Hears the PEM of the certificate a sign-in server shows, before it is judged. */
  readonly authorityShown: (pem: string) => void;
}
