import type { RpcCaller } from '../ports/session';
import type { Runtime } from '../runtime/runtime';
import type { NetworkEdge } from './edge';
import { RpcSocket } from './rpc-socket';
import { gatewayTarget, socketPath } from './targets';
import type { NetworkOptions } from './targets';

/** How long a short socket waits for its one reply, in ms. */
const REPLY_TIMEOUT_MS = 15_000;

/** Opens a socket to a gateway of the network. @throws AunError `gateway_not_trusted` | `invalid_request` */
export function openSocket(
  edge: NetworkEdge,
  runtime: Runtime,
  network: NetworkOptions,
  gatewayUrl: string,
): RpcSocket {
  return new RpcSocket(edge, gatewayTarget(network, gatewayUrl), socketPath(gatewayUrl), runtime);
}

/**
 * A caller for the methods that need no session (`protocol/01 §7`): each call opens a socket, waits for the challenge, sends
 * one request, takes the reply and closes. `opened` hears of every socket.
 */
export function createShortCaller(
  edge: NetworkEdge,
  runtime: Runtime,
  network: NetworkOptions,
  gatewayUrl: string,
  opened: (socket: RpcSocket) => void = () => undefined,
): RpcCaller {
  return {
    async call(method, params, options = {}) {
      const socket = openSocket(edge, runtime, network, gatewayUrl);
      opened(socket);
      try {
        await socket.challenge;
        return await socket.call(method, params, { timeoutMs: options.timeoutMs ?? REPLY_TIMEOUT_MS });
      } finally {
        socket.close().catch((cause: unknown) => {
          runtime.logger.log('debug', 'short-socket.close.failed', { cause });
        });
      }
    },
  };
}
