import type { Desktop } from '../ports/desktop';
import type { Emit } from '../ports/events';
import type { Notifier } from '../ports/notifier';
import type { ProcessLauncher } from '../ports/processes';
import type { ManagedVault } from '../ports/vault';
import type { Runtime } from '../runtime/runtime';

/** Everything the engine takes from the place it runs in. */
export interface EngineOptions {
  /** Parley's own data folder; created when missing. */
  readonly dataDir: string;
  readonly runtime: Runtime;
  readonly vault: ManagedVault;
  /** Bundles of the worker threads. */
  readonly workers: { readonly store: string; readonly crypto: string };
  /** Null where the embedded network is not offered (a demo agent needs none). */
  readonly launcher: ProcessLauncher | null;
  readonly desktop: Desktop;
  readonly notifier: Notifier;
  readonly info: {
    readonly version: string;
    readonly runtime: string;
    readonly platform: string;
    readonly locale: string;
  };
  /** Name of this computer, told to a session that ours displaces. */
  readonly hostName: string;
  /** Variables of the process (`protocol/01 §3.4`); absent: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  /**
   * What has to happen before accounts go online by themselves and the embedded network starts: the window's first list
   * comes before the network. Absent: at once.
   */
  readonly beforeOnline?: Promise<void>;
}
