import type { BridgeError } from './errors';
import type { BridgeEvent, CommandName, CommandParams, CommandResult } from './contract';

/** Name of the two IPC channels; nothing else crosses between window and main process. */
export const BridgeChannel = { invoke: 'parley:invoke', events: 'parley:events' } as const;

/** Answer of an invoke: errors travel as values, because Electron flattens thrown ones. */
export type InvokeAnswer =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: BridgeError };

/** What preload exposes to the window as `window.parley`. */
export interface ParleyBridge {
  /** Sends a command. Rejects with a {@link BridgeError}. */
  invoke<Name extends CommandName>(command: Name, params: CommandParams<Name>): Promise<CommandResult<Name>>;
  /** Hears batches of events, at most one every 16 ms. Returns a disposer. */
  onEvents(listener: (batch: readonly BridgeEvent[]) => void): () => void;
}
