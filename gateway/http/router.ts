import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayContext } from '../context';
import type { AdminEndpoint } from './admin';
import { hostName, hostPort, roleOf } from './hosts';
import { servePki } from './pki';
import { serveProfile } from './profile';
import type { Exchange } from './response';
import { reply, replyJson } from './response';

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

  async #route(request: IncomingMessage, response: ServerResponse, secure: boolean): Promise<void> {
    const url = safeUrl(request.url);
    if (url === null) {
      response.writeHead(400);
      response.end();
      return;
    }
    const exchange: Exchange = { request, response, url, secure };
    const role = roleOf(request.headers.host, this.#gateway.authority.issuers);
    if (url.pathname.startsWith('/admin/') && this.#admin !== null) return this.#admin.handle(exchange);
    if (request.method === 'OPTIONS') return preflight(exchange);
    if (url.pathname === '/agent.md' && role.kind === 'agent') {
      return serveProfile(this.#gateway, exchange, role.aid);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return reply(exchange, 405, 'method not allowed', { Allow: 'GET, HEAD' });
    }
    if (url.pathname === '/health') return this.#health(exchange);
    if (url.pathname === '/.well-known/aun-gateway') return discovery(exchange, role.issuer, role.named);
    if (url.pathname === '/' && role.kind === 'agent') return serveProfile(this.#gateway, exchange, role.aid);
    if (!servePki(this.#gateway, exchange, role)) reply(exchange, 404, 'not found');
  }

  #health(exchange: Exchange): void {
    const { healthy } = this.#gateway.faults;
    replyJson(exchange, healthy ? 200 : 503, { status: healthy ? 'ok' : 'unavailable' });
  }
}

function safeUrl(target: string | undefined): URL | null {
  try {
    return new URL(target ?? '/', 'http://gateway.invalid');
  } catch {
    return null;
  }
}

function preflight(exchange: Exchange): void {
  reply(exchange, 204, '', {
    'Access-Control-Allow-Methods': 'GET, HEAD, PUT, OPTIONS',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-None-Match',
  });
}

/** The gateway's own address in the terms the caller used: same scheme, same port (`protocol/01 §3.2`). */
function discovery(exchange: Exchange, issuer: string, named: boolean): void {
  const header = exchange.request.headers.host;
  const host = named ? `gateway.${issuer}` : hostName(header);
  const scheme = exchange.secure ? 'wss' : 'ws';
  replyJson(exchange, 200, {
    gateways: [{ url: `${scheme}://${host}${hostPort(header)}/aun`, priority: 1 }],
  });
}
