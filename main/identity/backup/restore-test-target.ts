import path from 'node:path';
import { createHeadlessVault } from '../../keychain/headless';
import type { AccountStore, StoreHost } from '../../ports/store';
import { silentLogger } from '../../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../runtime/runtime';
import { createInlineStoreHost } from '../../store/inline-host';
import { createIdentityStore, type IdentityStore, type PendingIdentity } from '../identity-store';
import type { RestoreTarget } from './content';
import { writeAttachment } from './index';

const runtime = {
  clock: systemClock,
  random: systemRandom,
  scheduler: systemScheduler,
  logger: silentLogger,
};
/** The key of every database of these tests. */
export const DATABASE_KEY = Buffer.alloc(32, 7);

/** A data folder into which a backup can be restored as the application does it: aside, and moved into place at the end. */
export interface RestoreFolder {
  readonly identities: IdentityStore;
  readonly host: StoreHost;
  readonly target: RestoreTarget;
  /** Makes an identity of what was restored. */
  promote(): Promise<void>;
}

export async function restoreFolder(dataDir: string): Promise<RestoreFolder> {
  const vault = await createHeadlessVault({ dataDir, runtime, passphrase: null });
  const identities = createIdentityStore({ dataDir, vault, runtime });
  const host = createInlineStoreHost({ clock: systemClock, logger: silentLogger });
  let pending: PendingIdentity | null = null;
  let store: AccountStore | null = null;
  const begun = (): { pending: PendingIdentity; store: AccountStore } => {
    if (pending === null || store === null) throw new Error('nothing was begun');
    return { pending, store };
  };
  return {
    identities,
    host,
    target: {
      async identity(material) {
        pending = await identities.beginImport(material);
        store = await host.open(path.join(pending.folder, 'parley.db'), Buffer.from(DATABASE_KEY));
      },
      settings: async () => undefined,
      rows: (kind, rows) => begun().store.importRows(kind, rows),
      file: (name, content) =>
        writeAttachment(path.join(begun().pending.folder, 'attachments'), name, content),
    },
    async promote() {
      await begun().store.close();
      await identities.promote(begun().pending, null);
    },
  };
}
