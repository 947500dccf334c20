import { ipcMain } from 'electron';
import type { WebContents } from 'electron';
import { BridgeChannel } from '../../shared/bridge/api';
import type { InvokeAnswer } from '../../shared/bridge/api';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { createEventBatcher } from '../bridge/event-batcher';
import type { EventBatcher } from '../bridge/event-batcher';
import type { CommandRouter } from '../bridge/router';
import type { Emit } from '../ports/events';
import type { Runtime } from '../runtime/runtime';
import { isTrustedSender } from './sender';

/** The two channels between windows and engine. */
export interface WindowBridge {
  /** Sends an event to every window, batched. */
  readonly emit: Emit;
  /** Lets a window speak and hear until it is gone. */
  attach(contents: WebContents): void;
  /** Starts answering. Calls that came before wait. */
  serve(router: CommandRouter): void;
}

const REFUSED: InvokeAnswer = {
  ok: false,
  error: { code: 'permission_denied', message: 'this frame may not call', retryable: false, detail: {} },
};

/** Builds the bridge; there is one in the process. */
export function createWindowBridge(runtime: Runtime): WindowBridge {
  const { scheduler, clock, logger } = runtime;
  const windows = new Map<number, EventBatcher>();
  /** What is told only once, before a window could hear it; null from the first call on. */
  let unheard: BridgeEvent[] | null = [];
  const emit: Emit = (event) => {
    if (unheard !== null && event.event === 'app.notice') unheard.push(event);
    else for (const batcher of windows.values()) batcher.push(event);
  };
  let provide: (router: CommandRouter) => void = () => undefined;
  const router = new Promise<CommandRouter>((resolve) => {
    provide = resolve;
  });

  ipcMain.handle(BridgeChannel.invoke, async (event, command: unknown, params: unknown) => {
    if (!isTrustedSender(event.senderFrame, windows.has(event.sender.id))) {
      logger.log('warn', 'bridge.sender_refused', { url: event.senderFrame?.url.slice(0, 200) ?? 'gone' });
      return REFUSED;
    }
    // A window listens before it calls.
    const told = unheard ?? [];
    unheard = null;
    told.forEach(emit);
    return (await router).invoke(command, params);
  });

  return {
    emit,
    attach(contents) {
      const { id } = contents;
      const batcher = createEventBatcher(
        (batch) => {
          if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(BridgeChannel.events, batch);
        },
        scheduler,
        () => clock.monotonic(),
      );
      windows.set(id, batcher);
      contents.once('destroyed', () => {
        batcher.dispose();
        windows.delete(id);
      });
    },
    serve: (ready) => provide(ready),
  };
}
