import { create } from 'zustand';
import type { BridgeEvent, CommandResult } from '../../shared/bridge/contract';
import type { BackupProgress } from '../../shared/model/backup';
import type { Network } from '../../shared/model/network';
import { defaultSettings } from '../../shared/model/default-settings';
import type { Settings, VaultStatus } from '../../shared/model/settings';
import { invoke, reportError } from './bridge';

export type AppInfo = CommandResult<'app.info'>;

interface AppState {
  readonly info: AppInfo | null;
  readonly settings: Settings;
  readonly vault: VaultStatus | null;
  readonly networks: readonly Network[];
  /** How far backups and restores are, by their job. */
  readonly jobs: Readonly<Record<string, BackupProgress>>;
  /** Takes over what changed for the whole installation, in one step per batch. */
  applyBatch(batch: readonly BridgeEvent[]): void;
  /** Asks what is under way: a window that was loaded in the middle has heard nothing of it. */
  loadJobs(): Promise<void>;
  /** Shows a changed setting at once and stores it. */
  changeSettings(change: Partial<Settings>): void;
}

/** Facts of the installation: version, settings, vault, networks. */
export const useAppStore = create<AppState>()((set, get) => ({
  info: null,
  settings: defaultSettings,
  vault: null,
  networks: [],
  jobs: {},
  applyBatch: (batch) => {
    const change: { -readonly [Key in 'settings' | 'vault' | 'networks' | 'jobs']?: AppState[Key] } = {};
    for (const { event, data } of batch) {
      if (event === 'settings.changed') change.settings = data.settings;
      else if (event === 'vault.changed') change.vault = data.vault;
      else if (event === 'network.changed') change.networks = data.networks;
      else if (event === 'backup.progress')
        change.jobs = { ...(change.jobs ?? get().jobs), [data.progress.job]: data.progress };
    }
    if (Object.keys(change).length > 0) set(change);
  },
  loadJobs: async () => {
    try {
      const { jobs } = await invoke('backup.jobs', {});
      // What was heard in the meantime is newer than the answer.
      set((state) => ({ jobs: { ...Object.fromEntries(jobs.map((job) => [job.job, job])), ...state.jobs } }));
    } catch (reason) {
      reportError(reason);
    }
  },
  changeSettings: (change) => {
    const before = get().settings;
    set({ settings: { ...before, ...change } });
    invoke('app.settings.set', change).then(
      (settings) => set({ settings }),
      (reason: unknown) => {
        set({ settings: before });
        reportError(reason);
      },
    );
  },
}));
