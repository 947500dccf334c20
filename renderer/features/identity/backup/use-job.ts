import { useEffect, useRef, useState } from 'react';
import type { BackupProgress } from '../../../../shared/model/backup';
import { useAppStore } from '../../../stores/app-store';
import { invoke, reportError, toCommandError, type CommandError } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { useTask } from '../use-task';

type End = 'done' | 'failed' | 'cancelled';

/** A backup or a restore with its progress. */
export interface Job {
  readonly busy: boolean;
  readonly error: CommandError | null;
  readonly progress: BackupProgress | null;
  readonly cancelling: boolean;
  /** How a job ended that another view had begun and this one showed; null otherwise. */
  readonly ended: End | null;
  run<Result>(work: (job: string) => Promise<Result>, done: (result: Result) => void): void;
  cancel(): void;
}

/** How a job ended, or null while it goes on. */
function endOf(progress: BackupProgress | undefined): End | null {
  const phase = progress?.phase;
  return phase === 'done' || phase === 'failed' || phase === 'cancelled' ? phase : null;
}

/**
 * Runs one job at a time; it goes on when the view that began it is left. A view that is opened while such a job goes on
 * shows it as its own. Without an address every job of the kind counts.
 */
export function useJob(about: { readonly kind: BackupProgress['kind']; readonly aid: string | null }): Job {
  const { kind, aid } = about;
  const task = useTask();
  const [begun, setBegun] = useState<string | null>(null);
  const [found, setFound] = useState<string | null>(null);
  const [cancelling, setCancelling] = useState<string | null>(null);
  const jobs = useAppStore((state) => state.jobs);
  const mounted = useRef(false);
  useEffect(() => {
    mounted.current = true;
    void useAppStore.getState().loadJobs();
    return () => {
      mounted.current = false;
    };
  }, []);
  // The own one has ended when its command has answered, whatever was heard of it so far.
  const other = Object.values(jobs).find(
    (job) =>
      job.job !== begun && job.kind === kind && (aid === null || job.aid === aid) && endOf(job) === null,
  );
  if (other !== undefined && other.job !== found) setFound(other.job);
  const shown = task.busy ? begun : (other?.job ?? null);
  return {
    busy: task.busy || other !== undefined,
    error: task.error,
    progress: (shown === null ? undefined : jobs[shown]) ?? null,
    cancelling: shown !== null && cancelling === shown,
    ended: found === null || other !== undefined ? null : endOf(jobs[found]),
    run: (work, done) => {
      const id = crypto.randomUUID();
      setBegun(id);
      setFound(null);
      const tell = async (): ReturnType<typeof work> => {
        try {
          return await work(id);
        } catch (reason) {
          // Nobody looks at the place any more where this would be shown.
          const error = toCommandError(reason);
          if (!mounted.current && error.code !== 'cancelled') useNoticesStore.getState().showError(error);
          throw reason;
        }
      };
      task.run(tell, done);
    },
    cancel: () => {
      if (shown === null) return;
      setCancelling(shown);
      invoke('backup.cancel', { job: shown }).catch((reason: unknown) => {
        setCancelling(null);
        reportError(reason);
      });
    },
  };
}
