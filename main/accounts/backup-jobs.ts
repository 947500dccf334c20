import { basename } from 'node:path';
import { parseAid } from '../../shared/aun/aid';
import type { BackupFile, BackupProgress, RestoreResult } from '../../shared/model/backup';
import { inspectBackup, restoreBackup, writeAttachment, writeBackup } from '../identity/backup';
import type { BackupNetwork, BackupSource, Restored, RestoreTarget } from '../identity/backup';
import type { Desktop } from '../ports/desktop';
import type { Emit } from '../ports/events';
import { AunError, toAunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import type { AccountManager } from './account-manager';
import type { AccountServices } from './account-services';
import { noteBackup } from './backup-status';
import { attachmentFolder } from './database-key';
import { HandedOut } from './handed-out';
import type { ImportPlace, ImportReader } from './identity-import';
import { materialOf } from './identity-material';
import type { NetworkRecord, NetworkRegistry } from './network-registry';

/** What the backup jobs work with. */
export interface BackupJobsParts {
  readonly accounts: AccountManager;
  readonly networks: NetworkRegistry;
  /** The network, running if it is the embedded one. */
  readonly ready: (id: string) => Promise<NetworkRecord>;
  readonly networksChanged: () => void;
  readonly desktop: Desktop;
  readonly runtime: Runtime;
  readonly emit: Emit;
}

interface Job {
  /** Address of the identity it is about: one job each. */
  readonly aid: string;
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
  /** How far it is. */
  readonly last: () => BackupProgress;
}

/** The network that a restore brought, or that it shares with another one which did. */
interface NetworkLoan {
  id: string | null;
}

type Report = (now: Pick<BackupProgress, 'phase' | 'done' | 'total' | 'bytes'>) => void;

/** Backups that are being written or restored: one at a time for each identity, stoppable, told as they get on. */
export class BackupJobs {
  private readonly jobs = new Map<string, Job>();
  private readonly files: HandedOut<{ readonly path: string; readonly aid: string }>;

  constructor(private readonly parts: BackupJobsParts) {
    this.files = new HandedOut(parts.runtime.random);
  }

  /** Asks where to, then writes the file. @throws AunError `busy`, `cancelled`, `disk_full` */
  async create(
    aid: string,
    contents: 'recovery' | 'full',
    secret: string,
    job: string,
  ): Promise<{ saved: boolean; name: string; bytes: number; records: number }> {
    const { accounts, runtime, desktop } = this.parts;
    await accounts.get(aid);
    this.refuseBusy(aid, job);
    const day = new Date(runtime.clock.now()).toISOString().slice(0, 10);
    const path = await desktop.chooseSave({ purpose: 'backup', suggestedName: `${aid}-${day}.aunbackup` });
    if (path === null) return { saved: false, name: '', bytes: 0, records: 0 };
    // Not before: the dialog may stand open for hours, and the vault may be locked meanwhile.
    const account = await accounts.get(aid);
    const version = contents === 'recovery' ? 1 : 2;
    const written = await this.run({ aid, job, account: aid, kind: 'create' }, async (signal, progress) => {
      const source = this.sourceOf(aid, account.services);
      const { clock, random } = runtime;
      return writeBackup({ path, version, secret, source, random, clock, signal, progress });
    });
    await noteBackup(account.store, runtime.clock.now(), version);
    account.refresh();
    return { saved: true, name: basename(path), ...written };
  }

  /** Lets the user pick a file and reads its outside. @throws AunError `backup_not_a_backup`, `backup_too_new` … */
  async choose(): Promise<BackupFile | null> {
    const path = await this.parts.desktop.chooseFile({ purpose: 'backup' });
    if (path === null) return null;
    const outside = await inspectBackup(path);
    return {
      file: this.files.give({ path, aid: outside.aid }),
      name: basename(path),
      ...outside,
      contents: [...outside.contents],
      held: this.parts.accounts.whereHeld(outside.aid),
    };
  }

  /**
   * Restores the identity of a chosen file and goes online.
   * @throws AunError `not_found`, `already_exists`, `busy`, `cancelled`, `network_unknown`, `backup_wrong_passphrase`,
   *   `backup_damaged`
   */
  async restore(file: string, secret: string, network: string, job: string): Promise<RestoreResult> {
    const { path, aid } = this.files.find(file);
    const { accounts } = this.parts;
    accounts.refuseImport(aid);
    const read = await this.run({ aid, job, account: null, kind: 'restore' }, (signal, progress) =>
      this.withNetwork(aid, (loan) =>
        accounts.importIdentity((open) => this.read({ path, secret, signal, progress, network, open, loan })),
      ),
    );
    const { files } = read.result;
    const rows = read.merged ?? read.result.rows;
    const account = read.snapshot.account;
    return {
      account,
      messages: rows.messages,
      conversations: rows.conversations,
      contacts: rows.contacts,
      files,
      archived: await accounts.isArchivedAfterSignIn(account),
    };
  }

  /** What is under way, in the order in which it began. */
  running(): BackupProgress[] {
    return [...this.jobs.values()].map((job) => job.last());
  }

  /** Stops a job; nothing happens where it has ended. */
  async cancel(job: string): Promise<void> {
    const running = this.jobs.get(job);
    running?.stop.abort();
    await running?.ended.catch(() => undefined);
  }

  /** Stops what is done for one identity, or everything. */
  async stop(aid: string | null = null): Promise<void> {
    const chosen = [...this.jobs].filter(([, job]) => aid === null || job.aid === aid);
    await Promise.all(chosen.map(([id]) => this.cancel(id)));
  }

  private sourceOf(aid: string, services: AccountServices): BackupSource {
    const { accounts, networks } = this.parts;
    const entry = accounts.entry(aid);
    const { issuer, gatewayUrl, rootPem } = networks.get(entry.network);
    return {
      material: materialOf(services.identity, services.session.snapshot().gatewayUrl),
      network: { issuer, gatewayUrl, rootPem },
      settings: {
        displayName: entry.displayName,
        hue: entry.chosenHue,
        notifications: entry.notifications,
        deliveryMode: entry.advanced?.deliveryMode ?? null,
      },
      store: services.store,
      attachments: attachmentFolder(accounts.folderOf(aid)),
    };
  }

  /** A network that only this restore brought goes again when it fails. */
  private async withNetwork<T>(aid: string, restore: (loan: NetworkLoan) => Promise<T>): Promise<T> {
    const { accounts, networks, networksChanged } = this.parts;
    const loan: NetworkLoan = { id: null };
    try {
      return await restore(loan);
    } finally {
      // An identity that has its place needs its network, whatever failed after that.
      const name = parseAid(aid);
      const succeeded = name !== null && (await accounts.identities.has(name));
      if (loan.id !== null && (await networks.giveBack(loan.id, succeeded))) networksChanged();
    }
  }

  private async read(options: {
    readonly path: string;
    readonly secret: string;
    readonly network: string;
    readonly signal: AbortSignal;
    readonly progress: Report;
    readonly open: Parameters<ImportReader<unknown>>[0];
    readonly loan: NetworkLoan;
  }): Promise<Restored> {
    const { path, secret, signal, progress, loan } = options;
    let place: ImportPlace | null = null;
    const there = (): ImportPlace => {
      if (place === null) throw new AunError('backup_damaged', 'the backup does not begin with an identity');
      return place;
    };
    const target: RestoreTarget = {
      identity: async (material, facts) => {
        place = await options.open(material, await this.networkFor(options.network, facts, loan));
      },
      settings: async ({ displayName, hue, notifications, deliveryMode }) => {
        const { accounts } = this.parts;
        const advanced = deliveryMode === null ? null : { ...accounts.defaultAdvanced(), deliveryMode };
        there().keep({ displayName, chosenHue: hue, notifications, advanced });
      },
      rows: async (kind, rows) => there().store.importRows(kind, rows),
      file: async (name, content) => writeAttachment(attachmentFolder(there().folder), name, content),
    };
    const restored = await restoreBackup({ path, secret, target, signal, progress });
    // A database that has gone through more than the backup does not come from it.
    if (!there().added) await this.note(there(), restored);
    if (loan.id !== null) await this.parts.networks.keepLent(loan.id);
    return restored;
  }

  /** What the new database should know of where it came from. */
  private async note({ store }: ImportPlace, restored: Restored): Promise<void> {
    const { clock } = this.parts.runtime;
    const at = Date.parse(restored.createdAt);
    await noteBackup(store, Number.isNaN(at) ? clock.now() : at, restored.version);
    await store.openConversation(restored.aid, 'self', restored.aid, clock.now());
    await store.addNotice(restored.aid, 'restored', clock.now(), restored.createdAt);
  }

  /** The network the user chose; one this installation does not know yet comes from the backup, if it is that one. */
  private async networkFor(
    chosen: string,
    facts: BackupNetwork | null,
    loan: NetworkLoan,
  ): Promise<NetworkRecord> {
    const { networks } = this.parts;
    const known = (id: string): boolean => networks.records().some((record) => record.id === id);
    const ready = (id: string): Promise<NetworkRecord> => {
      // Another restore that is under way may have brought it.
      if (networks.borrow(id)) loan.id = id;
      return this.parts.ready(id);
    };
    if (known(chosen)) return ready(chosen);
    if (facts === null || (chosen !== facts.issuer && chosen !== networks.idOf(facts)))
      throw new AunError('network_unknown', 'this installation knows no such network');
    // One that is known keeps its root, whatever a file says.
    const id = networks.idOf(facts);
    if (known(id)) return ready(id);
    const added = networks.lend(facts);
    loan.id = added.id;
    this.parts.networksChanged();
    return added;
  }

  /** @throws AunError `busy` */
  private refuseBusy(aid: string, job: string): void {
    const busy = this.jobs.has(job) || [...this.jobs.values()].some((each) => each.aid === aid);
    if (busy) throw new AunError('busy', 'a backup of this identity is being worked on', { retryable: true });
  }

  private run<T>(
    what: {
      readonly aid: string;
      readonly job: string;
      readonly account: string | null;
      readonly kind: BackupProgress['kind'];
    },
    work: (signal: AbortSignal, report: Report) => Promise<T>,
  ): Promise<T> {
    const { aid, job, account, kind } = what;
    this.refuseBusy(aid, job);
    const stop = new AbortController();
    let progress: BackupProgress = { job, aid, kind, phase: 'key', done: 0, total: null, bytes: 0 };
    const last = (): BackupProgress => progress;
    const report: Report = (now) => {
      progress = { ...progress, ...now };
      this.parts.emit({ event: 'backup.progress', data: { account, progress } });
    };
    const ended = this.carryOut(stop.signal, work, report, last).finally(() => this.jobs.delete(job));
    this.jobs.set(job, { aid, stop, ended, last });
    return ended;
  }

  private async carryOut<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal, report: Report) => Promise<T>,
    report: Report,
    last: () => Parameters<Report>[0],
  ): Promise<T> {
    report(last());
    try {
      const result = await work(signal, report);
      report({ ...last(), phase: 'done' });
      return result;
    } catch (thrown) {
      const error = signal.aborted ? new AunError('cancelled', 'stopped by the user') : toAunError(thrown);
      report({ ...last(), phase: error.code === 'cancelled' ? 'cancelled' : 'failed' });
      throw error;
    }
  }
}
