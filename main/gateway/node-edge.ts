import type { Runtime } from '../runtime/runtime';
import type { NetworkEdge } from './edge';
import { sendHttpRequest } from './http-client';
import { openWebSocket } from './ws-client';

/** The real network. */
export function createNodeEdge(runtime: Runtime): NetworkEdge {
  return { request: (request) => sendHttpRequest(runtime, request), openSocket: openWebSocket };
}
