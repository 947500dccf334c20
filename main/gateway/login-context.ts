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
}
