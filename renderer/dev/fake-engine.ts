import type { BridgeEvent, CommandName, CommandResult, ParsedParams } from '../../shared/bridge/contract';
import type { ErrorCode } from '../../shared/bridge/errors';

/** What the parts of the fake engine share: the scene, its events, its failures. Development only. */
export type Handler<Name extends CommandName> = (
  params: ParsedParams<Name>,
) => CommandResult<Name> | Promise<CommandResult<Name>>;
export type Handlers<Names extends CommandName = CommandName> = { [Name in Names]: Handler<Name> };

/** Flags in the hash of the address, for example `#empty,dark,zh-CN`. */
export const scene = new Set(location.hash.slice(1).split(','));

export const listeners = new Set<(batch: readonly BridgeEvent[]) => void>();

/** Tells the window a moment later, as the batcher does. */
export function emit(...batch: BridgeEvent[]): void {
  setTimeout(() => {
    for (const listener of listeners) listener(batch);
  }, 16);
}

/** Rejections are plain objects here, as they are after crossing the bridge. */
export function fail(code: ErrorCode, detail: Readonly<Record<string, unknown>> = {}): never {
  throw Object.assign(new Error(code), { code, message: `fake ${code}`, retryable: true, detail });
}

/** Lets the user look at something that takes a while. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
