import type { WebClient, WebRequest, WebResponse } from '../ports/web';
import { AunError } from '../runtime/errors';
import type { GatewayDirectory } from './discovery';
import type { HostTarget, NetworkEdge } from './edge';
import { isLoopback, isUnderIssuer, webTarget } from './targets';

const HOST = /^[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9])?$/;
const PATH = /^\/[\x21-\x7e]*$/;
const TOKEN = /^[\x21-\x7e]+$/;
/** What only this client may say. */
const RESERVED = new Set([
  'host',
  'authorization',
  'content-length',
  'connection',
  'transfer-encoding',
  'cookie',
]);

function refuse(message: string, detail: Readonly<Record<string, unknown>> = {}): AunError {
  return new AunError('invalid_request', message, { detail });
}

function checkedHeaders(request: WebRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const lower = name.toLowerCase();
    if (RESERVED.has(lower)) throw refuse(`the header ${lower} is not the caller's to set`);
    headers[lower] = value;
  }
  return headers;
}

/** A token goes to hosts of its own issuer only, and in plain text only within this computer. */
function checkToken(token: string, host: string, issuer: string, target: HostTarget): void {
  if (!TOKEN.test(token)) throw refuse('this is no token');
  if (!isUnderIssuer(host, issuer))
    throw refuse('a token is not shown to hosts of another issuer', { host, issuer });
  if (!target.secure && !isLoopback(target.address))
    throw refuse('a token is not sent in plain text', { host });
}

/** Targets of a host, in the order of the gateways it could be reached at; most often just one. */
async function targetsOf(directory: GatewayDirectory, host: string): Promise<HostTarget[]> {
  const { network } = directory;
  const gateways = await directory.known();
  if (gateways.length === 0) return [webTarget(network, null, host)];
  const targets = new Map<string, HostTarget>();
  for (const url of gateways) {
    const target = webTarget(network, url, host);
    targets.set(`${target.secure ? 's' : ''}:${target.address}:${target.port}`, target);
  }
  return [...targets.values()];
}

/** {@link WebClient} over an edge; see `createWebClient`. */
export function createWebClientFrom(edge: NetworkEdge, directory: GatewayDirectory): WebClient {
  const { issuer } = directory.network;
  return {
    async request(request: WebRequest): Promise<WebResponse> {
      const host = request.host.toLowerCase();
      if (!HOST.test(host) || host.includes('..')) throw refuse('this is no host name');
      if (!PATH.test(request.path)) throw refuse('this is no path');
      const headers = checkedHeaders(request);
      const { token, body, method, path, timeoutMs, maxBytes } = request;
      let failure: AunError | null = null;
      for (const target of await targetsOf(directory, host)) {
        if (token !== undefined) checkToken(token, host, issuer, target);
        const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const full = { ...headers, ...authorization };
        try {
          return await edge.request({
            method,
            target,
            path,
            headers: full,
            timeoutMs,
            maxBytes,
            ...(body === undefined ? {} : { body }),
          });
        } catch (thrown) {
          failure = await directory.explain(target, thrown);
          // What may have been carried out is not sent to another gateway.
          if (failure.code !== 'gateway_unreachable' || method === 'POST') throw failure;
        }
      }
      throw failure ?? new AunError('gateway_unreachable', 'no gateway is known', { retryable: true });
    },
  };
}
