import { strengthOf } from '../../settings/strength';

/** Shortest secret of a backup, in characters. */
export const shortestSecret = 12;

/** What is typed or generated to lock a file with. It lives in the view that asks for it, nowhere else. */
export interface NewSecret {
  readonly kind: 'passphrase' | 'key';
  readonly first: string;
  readonly second: string;
  /** The generated recovery key, once there is one. */
  readonly key: string | null;
  /** The user says that the key is saved somewhere. */
  readonly saved: boolean;
}

export const noSecret: NewSecret = { kind: 'passphrase', first: '', second: '', key: null, saved: false };

/** Why a passphrase is not good enough yet, or null. */
export function secretProblem(secret: NewSecret): 'short' | 'weak' | 'differs' | null {
  if (secret.first.length < shortestSecret) return 'short';
  if (strengthOf(secret.first).level === 'weak') return 'weak';
  return secret.first === secret.second ? null : 'differs';
}

/** The secret to use, or null while it is not ready. */
export function readySecret(secret: NewSecret): string | null {
  if (secret.kind === 'key') return secret.saved ? secret.key : null;
  return secretProblem(secret) === null ? secret.first : null;
}
