import { useState } from 'react';
import type { BackupProgress } from '../../../../shared/model/backup';
import { useAppStore } from '../../../stores/app-store';
import { invoke, reportError, type CommandError } from '../../../stores/bridge';
import { useTask } from '../use-task';

/** A backup or a restore with its progress. */
export interface Job {
  readonly busy: boolean;
  readonly error: CommandError | null;
  readonly progress: BackupProgress | null;
  readonly cancelling: boolean;
  run<Result>(work: (job: string) => Promise<Result>, done: (result: Result) => void): void;
  cancel(): void;
}

/** Runs one job at a time; it goes on when the view that began it is left. */
export function useJob(): Job {
  const task = useTask();
  const [job, setJob] = useState<string | null>(null);
  const [cancelling, setCancelling] = useState(false);
  const progress = useAppStore((state) => (job === null ? undefined : state.jobs[job]));
  return {
    busy: task.busy,
    error: task.error,
    progress: progress ?? null,
    cancelling,
    run: (work, done) => {
      const id = crypto.randomUUID();
      setJob(id);
      setCancelling(false);
      task.run(() => work(id), done);
    },
    cancel: () => {
      if (job === null || !task.busy) return;
      setCancelling(true);
      invoke('backup.cancel', { job }).catch((reason: unknown) => {
        setCancelling(false);
        reportError(reason);
      });
    },
  };
}
