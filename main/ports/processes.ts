import type { Disposer } from '../runtime/runtime';

/** Programs that run beside the engine: the embedded gateway and its demo agents. */
export type ChildProgram = 'gateway' | 'agents';

/** A running child program. */
export interface ChildHandle {
  /** First message of the child (one JSON object); rejects with `local_network_failed` when it ends before that. */
  readonly ready: Promise<unknown>;
  /** Called once when the child has ended; the code is null for a signal. */
  onExit(listener: (code: number | null) => void): Disposer;
  /** Asks the child to end, and ends it after five seconds. */
  stop(): Promise<void>;
}

/** Starts child programs: a utility process in Electron, a plain Node process otherwise. */
export interface ProcessLauncher {
  launch(program: ChildProgram, args: readonly string[]): ChildHandle;
}
