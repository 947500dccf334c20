import type { AccountStore } from '../../ports/store';

/** The part of an account's database that this generation writes and reads. */
export type E2eeStore = Pick<
  AccountStore,
  'prekeys' | 'savePrekey' | 'prunePrekeys' | 'certificates' | 'saveCertificate'
>;
