import type { ParleyBridge } from '../../shared/bridge/api';
import type { BridgeEvent, CommandName, CommandParams, CommandResult } from '../../shared/bridge/contract';
import { errorCodes, type ErrorCode } from '../../shared/bridge/error-codes';

declare global {
  interface Window {
    /** Put there by preload; absent when the page is opened outside the application. */
    readonly parley?: ParleyBridge;
  }
}

/** A command that did not succeed. `code` has a text in both languages; `detail` is for the details view. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly retryable: boolean,
    readonly detail: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** Turns whatever a call rejected with into a {@link CommandError}. */
export function toCommandError(reason: unknown): CommandError {
  if (reason instanceof CommandError) return reason;
  return readBridgeError(reason) ?? unknownError(reason);
}

/**
 * Reads an error value of the bridge. By hand: the main process checks both directions against the contract already, and
 * without the schema library the window starts sooner.
 */
function readBridgeError(reason: unknown): CommandError | null {
  if (typeof reason !== 'object' || reason === null || !('code' in reason)) return null;
  const code = errorCodes.find((known) => known === reason.code);
  if (code === undefined) return null;
  const message = 'message' in reason ? String(reason.message) : '';
  const retryable = 'retryable' in reason && reason.retryable === true;
  const detail = 'detail' in reason && typeof reason.detail === 'object' ? { ...reason.detail } : {};
  return new CommandError(code, message, retryable, detail);
}

function unknownError(reason: unknown): CommandError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new CommandError('internal', message, true, {});
}

function bridge(): ParleyBridge {
  if (window.parley === undefined) throw new CommandError('internal', 'the bridge is missing', false, {});
  return window.parley;
}

/**
 * Sends a command to the main process.
 * @throws CommandError always this class, whatever went wrong
 */
export async function invoke<Name extends CommandName>(
  command: Name,
  params: CommandParams<Name>,
): Promise<CommandResult<Name>> {
  try {
    return await bridge().invoke(command, params);
  } catch (reason) {
    throw toCommandError(reason);
  }
}

/** Hears event batches; returns a disposer. */
export function onEvents(listener: (batch: readonly BridgeEvent[]) => void): () => void {
  return bridge().onEvents(listener);
}

/** Writes an error to the application's log. Reporting never fails: there is nowhere left to report that to. */
export function reportError(reason: unknown): void {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  const report = { message: error.message.slice(0, 2000), stack: (error.stack ?? '').slice(0, 8000) };
  void window.parley?.invoke('app.reportError', report).catch(() => undefined);
}
