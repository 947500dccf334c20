import type { Profiles } from '../ports/profile';
import type { People } from '../ports/trust';
import { AunError } from '../runtime/errors';
import type { ServiceSignals } from './service-signals';

const refuse = (): Promise<never> => Promise.reject(new AunError('internal', 'not wired'));

/** Until the services land. */
export function unwired(_signals: ServiceSignals): { people: People; profiles: Profiles } {
  return {
    people: {
      seen: () => Promise.resolve(),
      revoked: () => Promise.resolve(),
      mayWriteTo: () => Promise.resolve(),
      contact: refuse,
      contacts: refuse,
      setAlias: refuse,
      safetyNumber: refuse,
      verify: refuse,
      unverify: refuse,
      acceptKeys: refuse,
      security: (_aid, keys) => Promise.resolve(keys),
    },
    profiles: {
      own: () => Promise.resolve({ account: '', draft: null, published: null, state: 'unknown' }),
      saveDraft: refuse,
      publish: refuse,
      peer: refuse,
      met: () => undefined,
      ownTag: () => undefined,
      stop: () => undefined,
    },
  };
}
