import { contextBridge, ipcRenderer } from 'electron';
import { BridgeChannel } from '../shared/bridge/api';
import type { InvokeAnswer, ParleyBridge } from '../shared/bridge/api';
import type { BridgeError } from '../shared/bridge/errors';
import type { BridgeEvent, CommandName, CommandParams, CommandResult } from '../shared/bridge/contract';

/** The only thing a window gets: two functions. Neither Electron nor any of its objects can be reached through them. */
const bridge: ParleyBridge = {
  async invoke<Name extends CommandName>(
    command: Name,
    params: CommandParams<Name>,
  ): Promise<CommandResult<Name>> {
    // The main process checks results against the contract before it answers.
    const answer = (await ipcRenderer.invoke(BridgeChannel.invoke, command, params)) as InvokeAnswer;
    if (answer.ok) return answer.result as CommandResult<Name>;
    // In truth a plain object: the members of an Error would not survive the way into the window.
    const reason = answer.error as BridgeError & Error;
    return Promise.reject(reason);
  },
  onEvents(listener) {
    const hear = (_event: unknown, batch: readonly BridgeEvent[]): void => listener(batch);
    ipcRenderer.on(BridgeChannel.events, hear);
    return () => {
      ipcRenderer.removeListener(BridgeChannel.events, hear);
    };
  },
};

contextBridge.exposeInMainWorld('parley', bridge);
