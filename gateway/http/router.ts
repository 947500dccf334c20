import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayContext } from '../context';
import { PORTAL_PAGE, PORTAL_URL } from '../faults';
import type { AdminEndpoint } from './admin';
import { custodyDiscovery, serveCustody } from './custody';
import { hostName, hostPort, roleOf } from './hosts';
import type { HostRole } from './hosts';
import { servePki } from './pki';
import { serveHome, servePage, serveProfile } from './profile';
import type { Exchange } from './response';
import { reply, replyJson, requestUrl } from './response';
import { isStorageRequest, redirectToStorage, serveStorage } from './storage';
import { isStreamPath, serveStream } from '../streams/pull';

/** Answers every HTTP request on the gateway's port (`protocol/01 §3`, `§6.3`, `§6.4`). */
export class HttpRouter {
  readonly #gateway: GatewayContext;
  readonly #admin: AdminEndpoint | null;

  constructor(gateway: GatewayContext, admin: AdminEndpoint | null) {
    this.#gateway = gateway;
    this.#admin = admin;
  }

  /** Never throws: what goes wrong becomes a 500 without details. */
  handle(request: IncomingMessage, response: ServerResponse, secure: boolean): void {
    this.#route(request, response, secure).catch((error: unknown) => {
      this.#gateway.log.warn('http handler failed', {
        error: error instanceof Error ? error.message : 'unknown',
      });
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  }

  /** As {@link handle}, on a port where there is nothing but streams. */
  handleStream(request: IncomingMessage, response: ServerResponse, secure: boolean): void {
    const url = requestUrl(request);
    if (url === null) {
      response.writeHead(400);
      response.end();
      return;
    }
    const exchange: Exchange = { request, response, url, secure };
    if (request.method === 'OPTIONS') preflight(exchange);
    else if (this.#gateway.faults.portal !== null) this.#portal(exchange);
    else serveStream(this.#gateway.streams, exchange);
  }

  async #route(request: IncomingMessage, response: ServerResponse, secure: boolean): Promise<void> {
    const url = requestUrl(request);
    if (url === null) {
      response.writeHead(400);
      response.end();
      return;
    }
    const exchange: Exchange = { request, response, url, secure };
    const role = roleOf(request.headers.host, this.#gateway.authority.issuers);
    if (url.pathname.startsWith('/admin/') && this.#admin !== null) return this.#admin.handle(exchange);
    if (this.#gateway.faults.portal !== null) return this.#portal(exchange);
    if (request.method === 'OPTIONS') return preflight(exchange);
    if (isStorageRequest(exchange, role)) return serveStorage(this.#gateway, exchange, role);
    if (role.kind === 'stream' || (role.kind === 'gateway' && isStreamPath(url.pathname))) {
      return serveStream(this.#gateway.streams, exchange);
    }
    if (url.pathname.startsWith('/custody/')) return serveCustody(this.#gateway, exchange);
    if (url.pathname === '/agent.md' && role.kind === 'agent') {
      return serveProfile(this.#gateway, exchange, role.aid);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return reply(exchange, 405, 'method not allowed', { Allow: 'GET, HEAD' });
    }
    if (url.pathname === '/health') return this.#health(exchange);
    if (url.pathname === '/.well-known/aun-gateway') return this.#discovery(exchange, role);
    if (url.pathname === '/.well-known/aun-custody') return custodyDiscovery(exchange, role);
    if (role.kind === 'agent' && url.pathname === '/') return serveHome(this.#gateway, exchange, role.aid);
    if (role.kind === 'agent' && url.pathname === '/index.html')
      return servePage(this.#gateway, exchange, role.aid);
    if (role.kind === 'agent' && redirectToStorage(this.#gateway, exchange, role)) return;
    if (!servePki(this.#gateway, exchange, role)) reply(exchange, 404, 'not found');
  }

  #health(exchange: Exchange): void {
    const { healthy } = this.#gateway.faults;
    replyJson(exchange, healthy ? 200 : 503, { status: healthy ? 'ok' : 'unavailable' });
  }

  #portal(exchange: Exchange): void {
    if (this.#gateway.faults.portal === 'redirect') reply(exchange, 302, '', { Location: PORTAL_URL });
    else reply(exchange, 200, PORTAL_PAGE, { 'Content-Type': 'text/html' });
  }

  /** The gateway's own address in the terms the caller used (same scheme, same port) and those it was told of. */
  #discovery(exchange: Exchange, role: HostRole): void {
    const { discovery, ownPriority } = this.#gateway.faults;
    const header = exchange.request.headers.host;
    const host = role.named ? `gateway.${role.issuer}` : hostName(header);
    const scheme = exchange.secure ? 'wss' : 'ws';
    const own = { url: `${scheme}://${host}${hostPort(header)}/aun`, priority: ownPriority };
    replyJson(exchange, 200, { gateways: [own, ...discovery] });
  }
}

function preflight(exchange: Exchange): void {
  reply(exchange, 204, '', {
    'Access-Control-Allow-Methods': 'GET, HEAD, PUT, POST, OPTIONS',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-None-Match, If-Modified-Since, Accept',
  });
}
