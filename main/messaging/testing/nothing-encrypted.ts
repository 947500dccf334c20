import type { E2eeEngine } from '../../ports/e2ee';
import { noGroupEnvelopes } from './no-groups';

/** Rows in these tests are plain: nothing is to be opened. */
export const nothingEncrypted: E2eeEngine = {
  ...noGroupEnvelopes,
  seal: () => Promise.reject(new Error('nothing is sealed here')),
  sealThought: () => Promise.reject(new Error('nothing is sealed here')),
  open: (rows) =>
    Promise.resolve(
      rows.map(() => ({
        ok: false as const,
        reason: 'unknown_generation' as const,
        detail: 'unknown',
        mayHeal: true,
      })),
    ),
  recognizes: () => false,
  onOnline: () => undefined,
  onOffline: () => undefined,
  lookup: () => Promise.resolve({ hasKeys: false, certificateFingerprint: null, exists: false }),
  stop: () => undefined,
};
