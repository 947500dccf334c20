import { vi } from 'vitest';
import type { BridgeError, ErrorCode } from '../../shared/bridge/errors';

/** One call of the window that a test answers when it wants to. */
export interface PendingCall {
  readonly command: string;
  readonly params: Readonly<Record<string, unknown>>;
  answer(result: unknown): Promise<void>;
  fail(code: ErrorCode, detail?: BridgeError['detail']): Promise<void>;
}

/** Lets promises that are ready run on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** Puts a bridge in place whose calls wait for the test. */
export function fakeInvoke(): { readonly calls: PendingCall[]; next(command: string): PendingCall } {
  const calls: PendingCall[] = [];
  const invoke = (command: string, params: Readonly<Record<string, unknown>>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      calls.push({
        command,
        params,
        answer: async (result) => {
          resolve(result);
          await settle();
        },
        fail: async (code, detail = {}) => {
          const error: BridgeError = { code, message: 'test', retryable: true, detail };
          reject(Object.assign(new Error(code), error));
          await settle();
        },
      });
    });
  // The test itself says when something is answered: no delay is put in (scripts/lib/unsteady.mjs).
  const parley = { invoke, onEvents: () => () => undefined, answeredByTest: true };
  if (typeof window === 'undefined') vi.stubGlobal('window', { parley });
  else Object.defineProperty(window, 'parley', { value: parley, configurable: true });
  return {
    calls,
    next: (command) => {
      const index = calls.findIndex((call) => call.command === command);
      const [call] = index < 0 ? [] : calls.splice(index, 1);
      if (call === undefined) throw new Error(`no call of ${command} is waiting`);
      return call;
    },
  };
}
