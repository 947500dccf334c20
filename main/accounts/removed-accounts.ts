import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAid, safeAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { IdentityStore } from '../identity/identity-store';
import { readPendingName } from '../identity/pending-folder';
import { AunError } from '../runtime/errors';
import { systemErrorCode } from '../runtime/files';
import type { Logger } from '../runtime/logger';
import type { Clock } from '../runtime/runtime';
import type { AccountEntry, RemovedEntry } from './account-list';
import { eraseFolder } from './erase-folder';

/** What the removed accounts need. */
export interface RemovedAccountsParts {
  readonly dataDir: string;
  readonly identities: Pick<IdentityStore, 'folderOf'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes the list of accounts. */
  readonly save: () => Promise<void>;
}

/** Identities that were taken out of the window and whose data is still on this computer. */
export class RemovedAccounts {
  private readonly held = new Map<string, RemovedEntry>();

  constructor(private readonly parts: RemovedAccountsParts) {}

  load(entries: readonly RemovedEntry[]): void {
    for (const removed of entries) this.held.set(removed.entry.aid, removed);
  }

  entries(): RemovedEntry[] {
    return [...this.held.values()];
  }

  has(aid: string): boolean {
    return this.held.has(aid);
  }

  /** Those that can be put back. */
  list(): { account: string; network: string; removedAt: number }[] {
    return this.entries()
      .filter((removed) => !removed.erasing)
      .map(({ entry, removedAt }) => ({ account: entry.aid, network: entry.network, removedAt }));
  }

  /** The caller writes the list. */
  add(entry: AccountEntry, erasing: boolean): void {
    this.held.set(entry.aid, { entry, erasing, removedAt: this.parts.clock.now() });
  }

  /** Takes one out of the list; the caller writes it. @throws AunError `unknown_account` */
  take(aid: string): AccountEntry {
    const removed = this.held.get(aid);
    if (removed === undefined || removed.erasing)
      throw new AunError('unknown_account', 'no such identity was taken out of this window');
    this.held.delete(aid);
    return removed.entry;
  }

  /**
   * Destroys the data of one. That it is being destroyed is on disk first, so that an interruption is finished at the
   * next start. @throws AunError `unknown_account`
   */
  async erase(aid: string): Promise<void> {
    const removed = this.held.get(aid);
    const address = parseAid(aid);
    if (removed === undefined || address === null)
      throw new AunError('unknown_account', 'no such identity was taken out of this window');
    if (!removed.erasing) {
      this.held.set(aid, { ...removed, erasing: true });
      await this.parts.save();
    }
    for (const folder of await this.foldersOf(address)) await eraseFolder(folder);
    this.held.delete(aid);
    await this.parts.save();
  }

  /** Ends what a crash interrupted; what cannot be destroyed now is tried again at the next start. */
  async finishErasing(): Promise<void> {
    for (const { entry, erasing } of this.entries()) {
      if (!erasing) continue;
      await this.erase(entry.aid).catch((error: unknown) => {
        this.parts.logger.log('error', 'account.not_erased', { account: entry.aid, error });
      });
    }
  }

  /** The folder of an identity and those of its unfinished beginnings. */
  private async foldersOf(aid: Aid): Promise<string[]> {
    const pending = join(this.parts.dataDir, 'AIDs', '_pending');
    const names = await readdir(pending).catch((thrown: unknown) => {
      if (systemErrorCode(thrown) === 'ENOENT') return [];
      throw thrown;
    });
    const own = names.filter((name) => readPendingName(pending, name)?.safeAid === safeAid(aid));
    return [this.parts.identities.folderOf(aid), ...own.map((name) => join(pending, name))];
  }
}
