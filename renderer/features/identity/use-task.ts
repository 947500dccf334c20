import { useRef, useState } from 'react';
import { toCommandError, type CommandError } from '../../stores/bridge';

/** One thing the user asked for: whether it is under way, and why it failed. */
export interface Task {
  readonly busy: boolean;
  readonly error: CommandError | null;
  /** Does it unless it is being done already; `done` gets the result. */
  run<Result>(work: () => Promise<Result>, done: (result: Result) => void): void;
  clear(): void;
}

/** A piece of work with its state, for buttons and forms. A later success or failure replaces an earlier one. */
export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const running = useRef(false);
  return {
    busy,
    error,
    run: (work, done) => {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setError(null);
      work()
        .then(done, (reason: unknown) => setError(toCommandError(reason)))
        .finally(() => {
          running.current = false;
          setBusy(false);
        });
    },
    clear: () => setError(null),
  };
}
